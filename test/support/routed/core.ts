import type { ChannelSettings } from '../../../domain/channel/settings';
import type { QueueFacts } from '../../../domain/conversation/acts';
import type { ControllerEvent } from '../../../domain/conversation/controller-events';
import { nextDeadline } from '../../../domain/conversation/deadlines';
import { decide, whyNot } from '../../../domain/conversation/decide';
import type { Decision } from '../../../domain/conversation/effects';
import type { ConversationEvent, SessionsMovedIn } from '../../../domain/conversation/events';
import {
  type ForRouting,
  forRouting,
  givenBack,
  offerFor,
} from '../../../domain/conversation/for-routing';
import type { ConversationState } from '../../../domain/conversation/model';
import { open } from '../../../domain/conversation/opening';
import { isUnwanted } from '../../../domain/conversation/routing-news';
import type { RoutingEffect } from '../../../domain/routing/effects';
import type { RoutingEvent } from '../../../domain/routing/events';
import type { RoutingConfig } from '../../../domain/routing/model';
import { decideRouting, type RoutingDecided } from '../../../domain/routing/routing';
import { emptyState, type RoutingState } from '../../../domain/routing/state';
import { violations } from '../conversation-invariants';
import { anOpening, someSettings, T0 } from '../conversations';
import type { Logged } from '../routing-log';
import {
  aChat,
  type Call,
  type Chat,
  DIRECTIONS,
  isBusy,
  isNamedHandOver,
  QUEUE_FACTS,
  withQueue,
} from './chat';
import { Leases } from './leases';
import { notesOf, notesOfRouting } from './notes';

const CUSTOMER_WORKFLOW = 'conversation:cus_';
/** The number of a customer. */
export const numberOf = ({ workflowId }: Chat): number =>
  Number(workflowId.slice(CUSTOMER_WORKFLOW.length));

/** Events of which each has a turn of the bot. */
const DIALOGUE_EVENTS: ReadonlySet<ControllerEvent['type']> = new Set([
  'CONVERSATION_STARTED',
  'CUSTOMER_MESSAGE',
  'AGENT_UNSUBSCRIBED',
  'NO_AGENT_AVAILABLE',
  'OUT_OF_HOURS',
  'REMINDER_FIRED',
]);

/** Conversations and one routing domain, each deciding by its pure core. What they tell each other is put on its way, no more. */
export class RoutedCore {
  now = Date.parse(T0);
  routing: RoutingState;
  readonly chats: Chat[] = [];
  readonly calls: Call[] = [];
  readonly log: Logged[] = [];
  /** What a conversation's own rules found. */
  readonly broken: string[] = [];
  private customers = 0;
  /** Of ids made so far. */
  count = 0;
  protected readonly leases = new Leases(() => this.now, this.log);
  /** What is known of every queue. */
  protected readonly queue: QueueFacts = QUEUE_FACTS;
  /** What merged conversations really had, by their id. */
  protected readonly truth = new Map<string, SessionsMovedIn>();

  constructor(config: RoutingConfig) {
    this.routing = emptyState(config);
  }

  addChat(settings: ChannelSettings = someSettings()): Chat {
    const chat = this.newcomer(settings);
    this.chats.push(chat);
    return chat;
  }
  /** Somebody who has not written yet. */
  protected newcomer(settings: ChannelSettings, address?: string): Chat {
    this.customers += 1;
    const n = this.customers;
    return aChat(`${CUSTOMER_WORKFLOW}${n}`, settings, this.opened(n), address ?? `address ${n}`);
  }

  get iso(): string {
    return new Date(this.now).toISOString();
  }

  protected opened(n: number): ConversationState {
    this.count += 1;
    const customer = { id: `cus_${n}`, name: null, anonymous: false, labelPriority: null };
    return open(anOpening({ conversationId: `cnv_${n}.${this.count}`, customer }), this.iso);
  }
  protected newTaskId(): string {
    this.count += 1;
    return `tsk_own${this.count}`;
  }

  protected arrives(chat: Chat, event: ConversationEvent): void {
    if (isBusy(chat)) chat.inbox.push(event);
    else this.take(chat, event);
  }

  /** As workflows/conversation/take.ts does it. */
  protected take(chat: Chat, event: ConversationEvent): void {
    if (isNamedHandOver(event, chat.state)) {
      if (whyNot(chat.state, event, this.iso)) return;
      const direction = DIRECTIONS[event.type];
      const { agentId } = event.request.to;
      const asked = { taskId: this.newTaskId(), agentId, direction };
      chat.asking = { event, place: offerFor(this.sender(chat), asked), answer: null };
      return;
    }
    if (!this.apply(chat, event).refused) return;
    if (event.type === 'taskChanged' && isUnwanted(chat.state, event.news))
      this.posts(chat, givenBack(event.news));
    if (event.type === 'joinAs' && event.request.taskId !== undefined) {
      const { taskId, agent: who, conversationId } = event.request;
      const payload = { taskId, agentId: who.agentId, conversationId };
      this.posts(chat, { name: 'taskEnded', payload });
    }
  }

  protected apply(chat: Chat, event: ConversationEvent): Decision {
    const before = chat.state;
    const decision = decide(before, event, this.iso);
    chat.state = decision.state;
    for (const what of violations(before, decision))
      this.broken.push(`${what} (${event.type} of ${before.conversationId})`);
    this.log.push(...notesOf(chat.state, decision.entries));
    this.decided(chat, decision);
    for (const effect of decision.effects) {
      if (effect.type === 'routing') {
        const signal = forRouting(this.sender(chat), effect.news);
        if (signal) this.posts(chat, signal);
      }
      if (effect.type === 'controller') this.byDefault(chat, effect.event);
    }
    chat.dueAt = nextDeadline(chat.state)?.dueAt ?? null;
    return decision;
  }

  /** No hook decides; a turn in which nothing is said ends all the same, as workflows/conversation/hooks.ts has it. */
  private byDefault(chat: Chat, event: ControllerEvent): void {
    const { control, counters } = chat.state;
    if (event.type === 'CUSTOMER_MESSAGE' && control.holder !== 'AGENTS' && counters.botTurns > 0)
      this.apply(chat, { type: 'messageHanded' });
    const { entries } = this.apply(chat, {
      type: 'controllerDefault',
      event: withQueue(event, this.queue),
    });
    const said = entries.some(({ entry }) => entry.type === 'SYSTEM_MESSAGE');
    if (DIALOGUE_EVENTS.has(event.type) && !said) this.apply(chat, { type: 'turnEnded' });
  }

  /** A conversation has decided; what the default decision causes in turn comes after it. */
  protected decided(_chat: Chat, _decision: Decision): void {
    // Entries and sends go nowhere here.
  }
  /** Whatever may have something on its way, or a deadline. */
  protected get runs(): readonly Chat[] {
    return this.homes;
  }
  /** Of customers' own workflows. */
  protected get homes(): readonly Chat[] {
    return this.chats;
  }

  protected posts(chat: Chat, signal: ForRouting): void {
    chat.post.push(signal);
  }
  protected cancels(chat: Chat, taskId: string): void {
    this.posts(chat, { name: 'requestCancelled', payload: { taskId } });
  }
  private sender(chat: Chat) {
    return { state: chat.state, workflowId: chat.workflowId, now: this.now };
  }

  protected route(event: RoutingEvent): RoutingDecided {
    const decided = decideRouting(this.routing, event, this.now);
    for (const effect of decided.effects) {
      this.log.push(...notesOfRouting(effect));
      this.tells(effect);
    }
    return decided;
  }
  private tells(effect: RoutingEffect): void {
    if (!('workflowId' in effect)) return;
    const to = this.homes.find((it) => it.workflowId === effect.workflowId);
    if (effect.type === 'tell') to?.mail.push({ type: 'taskChanged', news: effect.news });
    if (effect.type === 'remove') to?.mail.push({ type: 'leave', request: effect.leave });
  }
}
