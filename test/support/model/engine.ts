import type { ChannelSettings } from '../../../domain/channel/settings';
import type { CustomerMessage } from '../../../domain/conversation/channel-events';
import type { Decision } from '../../../domain/conversation/effects';
import type { ConversationEvent } from '../../../domain/conversation/events';
import { carry, restore } from '../../../domain/routing/carry';
import type { RoutingConfig } from '../../../domain/routing/model';
import { KeyRing } from '../../../workflows/conversation/key-ring';
import { aChat, type Chat, homeOf, isBusy, movesIn, personOf } from '../routed/chat';
import { numberOf } from '../routed/core';
import { RoutedWorld } from '../routed-world';
import { ModelArchive } from './archive';
import { customerOf, Erasure } from './erasure';
import type { Receipt } from './ledger';
import { type Answer, ModelProvider } from './provider';

/** Longer than this no conversation waits for what it has asked of routing. */
const ANSWER_SECONDS = 10;
/** The longest time between two looks of an erasure. */
const LOOK_SECONDS = 60;

/**
 * The whole engine without Temporal: the pure cores of {@link RoutedWorld}, and what workflows do around them: repeats are known by a
 * ring of keys, entries wait for the archive, sends for their entries, and a customer who writes while the old conversation is CLOSING
 * begins the next one beside it.
 */
export class ModelEngine extends RoutedWorld {
  readonly erasures: Erasure[] = [];
  /** Customers who were erased: their workflows go on until their conversations are over. */
  readonly forgotten: Chat[] = [];
  readonly archive = new ModelArchive(
    (what) => this.broken.push(what),
    (id) => this.erasures.some(({ customers }) => customers.has(customerOf(id))),
  );
  readonly provider = new ModelProvider(
    () => this.now,
    (what) => this.broken.push(what),
    (conversationId, messageId, reasonCode) => {
      const run = this.runs.find(({ state }) => state.conversationId === conversationId);
      if (run) this.apply(run, { type: 'sendFailed', messageId, reasonCode });
    },
  );
  /** Conversations that go on closing beside the customer's next one. */
  readonly closings: Chat[] = [];
  private readonly rings = new Map<string, KeyRing>();
  /** ms at which the sends of a closing conversation are given up. */
  protected readonly graces = new Map<string, number>();

  constructor(private readonly config: RoutingConfig) {
    super(config);
  }

  /** The api takes a message: what is archived already is answered, the rest is signalled. */
  receives(chat: Chat, message: CustomerMessage, settings: ChannelSettings): void {
    if (this.archive.hasKey(message.channelId, message.eventKey)) return;
    this.writesTo(homeOf(chat), { type: 'customerMessage', message, settings });
  }

  archiveGoes(down: boolean): void {
    this.archive.goes(down);
  }
  /** One send that may go now has this answer. */
  providerAnswers(answer: Answer, pick: number): void {
    this.provider.answers(answer, pick, (id) => this.archive.seqOf(id));
  }
  /** A provider has news of a message: its row has it, and its conversation where it is open and wants to hear. */
  hears(receipt: Receipt): void {
    const told = this.provider.ledger.hears(receipt);
    const about = this.runs.find(({ state }) => state.conversationId === told?.conversationId);
    if (told && about && about.state.closingAt === null)
      this.arrives(about, { type: 'deliveryReceipt', receipt: told });
  }
  /** The bot in control has no answer, or none in time. */
  botFails(chat: Chat, timedOut: boolean): void {
    this.arrives(chat, { type: 'botFailed', botId: 'greeter', reason: 'network', timedOut });
  }

  /** A customer is erased, with all who were merged into them. Whoever writes from where they wrote is somebody new. */
  erases(chat: Chat): void {
    if (this.archive.isDown) return; // records are first
    const person = personOf(chat);
    const theirs = this.chats.filter((one) => personOf(one) === person);
    for (const one of theirs)
      this.chats[this.chats.indexOf(one)] = this.newcomer(one.settings, one.address);
    this.forgotten.push(...theirs);
    const numbers = new Set(theirs.map((one) => String(numberOf(one))));
    const erasure = new this.Erasure(numbers, this.archive, {
      end: (conversationId) => this.ordersEnd(conversationId),
      stillRuns: (conversationId) => this.stillRuns(customerOf(conversationId)),
    });
    this.erasures.push(erasure);
    erasure.goesOn();
  }
  /** A test may have it done otherwise. */
  protected readonly Erasure = Erasure;

  /** As infra/customer-runs.ts does it. */
  protected ordersEnd(conversationId: string): void {
    const about = this.runs.find(({ state }) => state.conversationId === conversationId);
    const actor = { type: 'OPERATOR', id: 'privacy', name: null } as const;
    const request = { conversationId, actor, force: true, reason: 'ERASED' };
    if (about) this.arrives(about, { type: 'endConversation', request });
  }
  private stillRuns(customer: string): boolean {
    const home = this.homes.find((one) => String(numberOf(one)) === customer);
    if (!home) return false;
    const { state, post } = home;
    const open = state.lastSeq > 0 && state.state !== 'CLOSED';
    return open || post.length > 0 || isBusy(home) || movesIn(home);
  }
  looksAtErasures(): void {
    for (const erasure of this.erasures) erasure.goesOn();
  }
  /** Who waits for routing has its answer or goes on without it; jobs look again from time to time. */
  override passes(seconds: number): void {
    if (seconds > ANSWER_SECONDS) for (const chat of this.homes) this.answerArrives(chat);
    for (let left = seconds; left > 0; ) {
      const atWork = this.erasures.some(({ done }) => !done);
      const step = atWork ? Math.min(left, LOOK_SECONDS) : left;
      super.passes(step);
      left -= step;
      this.looksAtErasures();
    }
  }

  /** Every run goes on as a new one, from what it carries; the worker that knew more is gone. */
  continuesAsNew(): void {
    const carried = json(carry(this.routing, this.now));
    this.routing = restore(carried, this.config, this.now);
    for (const chat of this.runs) chat.state = json(chat.state);
    for (const [id, ring] of this.rings) this.rings.set(id, new KeyRing(json(ring.carry())));
  }

  /** The customers' conversations, and those that close beside them. */
  get everyRun(): readonly Chat[] {
    return this.runs;
  }
  protected override get runs(): readonly Chat[] {
    return [...this.homes, ...this.closings];
  }
  override get homes(): readonly Chat[] {
    return [...this.chats, ...this.forgotten];
  }
  protected override decided({ state }: Chat, { entries, effects }: Decision): void {
    this.archive.add(state.conversationId, entries);
    for (const effect of effects) if (effect.type === 'send') this.provider.add(state, effect);
  }

  protected override writesTo(chat: Chat, event: ConversationEvent): void {
    if (movesIn(chat)) chat.mail.push(event);
    else this.arrives(chat, event);
  }
  protected override take(chat: Chat, event: ConversationEvent): void {
    if (event.type === 'customerMessage') {
      if (!this.ringOf(chat).take(event.message.eventKey)) return;
      this.isOpenOrOpens(chat);
    }
    super.take(chat, event);
  }
  /** As `handToClosing` of workflows/conversation/workflow.ts does it. */
  protected override isOpenOrOpens(chat: Chat): boolean {
    const { state } = chat;
    if (state.state === 'CLOSING') {
      const old = aChat(`closing:${state.conversationId}`, chat.settings, state);
      old.post.push(...chat.post.splice(0));
      old.dueAt = chat.dueAt;
      this.closings.push(old);
      this.closes(old);
    }
    if (state.state === 'CLOSING' || state.state === 'CLOSED')
      chat.state = this.opened(numberOf(chat));
    return true;
  }

  override closes(chat: Chat): void {
    const { conversationId, state } = chat.state;
    if (state !== 'CLOSING' || isBusy(chat)) return;
    const { closingSendGraceSeconds } = chat.settings;
    const grace = this.graces.get(conversationId) ?? this.now + closingSendGraceSeconds * 1000;
    if (!this.graces.has(conversationId)) {
      this.graces.set(conversationId, grace);
      this.apply(chat, { type: 'closingProceeds' });
    }
    if (this.provider.waitsFor(conversationId)) {
      if (this.now < grace) {
        this.comesBack(chat);
        return;
      }
      this.provider.abandon(conversationId);
    }
    if (!this.archive.isWhole(conversationId)) {
      this.comesBack(chat);
      return;
    }
    const count = this.archive.seqOf(conversationId);
    this.apply(chat, { type: 'sealed', count, headHash: 'h', archive: 'VERIFIED' });
  }
  /** The `closing` deadline tries again. */
  private comesBack(chat: Chat): void {
    this.apply(chat, { type: 'deadlinePassed', name: 'closing' });
  }

  protected ringOf(chat: Chat): KeyRing {
    const ring = this.rings.get(chat.workflowId) ?? new KeyRing([]);
    this.rings.set(chat.workflowId, ring);
    return ring;
  }
}

function json<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
