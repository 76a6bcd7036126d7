import type { ChannelSettings } from '../../domain/channel/settings';
import { nextDeadline, passedDeadlines } from '../../domain/conversation/deadlines';
import { decide, whyNot } from '../../domain/conversation/decide';
import type {
  ConversationEvent,
  HandOver,
  OutOfHours,
  SessionsMovedIn,
} from '../../domain/conversation/events';
import {
  hasPrimaryAgent,
  isWaiting,
  presentAgent,
  primaryAgents,
  requestIsOpen,
  startedSessions,
} from '../../domain/conversation/facts';
import {
  type ForRouting,
  forRouting,
  givenBack,
  offerFor,
} from '../../domain/conversation/for-routing';
import { movedOut } from '../../domain/conversation/merge';
import type { ConversationState, PendingEntry } from '../../domain/conversation/model';
import { open } from '../../domain/conversation/opening';
import { isUnwanted } from '../../domain/conversation/routing-news';
import { nextDue } from '../../domain/routing/due';
import type { RoutingEffect } from '../../domain/routing/effects';
import type { RoutingEvent } from '../../domain/routing/events';
import type { RoutingConfig } from '../../domain/routing/model';
import {
  judgePresence,
  PRESENCE_MS,
  PRESENCE_RENEWAL_MS,
  toJudge,
} from '../../domain/routing/presence';
import { decideRouting, type RoutingDecided } from '../../domain/routing/routing';
import { emptyState, type RoutingState } from '../../domain/routing/state';
import { violations } from './conversation-invariants';
import { agent, aMessage, anOpening, joining, someSettings, T0 } from './conversations';
import type { Logged } from './routing-log';

export type HandOverKind = 'transfer' | 'consult' | 'conference';
type Place = Extract<RoutingEvent, { readonly type: 'takePlace' }>['place'];

/** One customer: the present conversation, and what is on its way to and from its workflow. */
export interface Chat {
  readonly workflowId: string;
  readonly settings: ChannelSettings;
  state: ConversationState;
  /** Signals to routing, in order. */
  readonly post: ForRouting[];
  /** Signals from routing, in order; they wait while the workflow waits for routing. */
  readonly mail: ConversationEvent[];
  /** What else arrived while it waited. */
  readonly inbox: ConversationEvent[];
  /** A hand-over to a named agent: routing is asked, its answer comes later, or never. */
  asking: {
    readonly event: Extract<ConversationEvent, { readonly type: HandOverKind }>;
    readonly place: Place;
    answer: RoutingDecided | 'lost' | null;
  } | null;
  /** The conversation was asked to merge into that one and waits until the news is on its way there. */
  handing: { readonly into: Chat; readonly moved: SessionsMovedIn } | null;
  /** The survivor's: whatever still reaches this conversation belongs there. */
  forward: Chat | null;
  dueAt: string | null;
}

/** Whether the workflow waits for something and takes nothing in. */
const isBusy = ({ asking, handing }: Chat) => asking !== null || handing !== null;

/** An act of an agent who has a place already; the API has not told the conversation yet. */
interface Call {
  readonly chat: Chat;
  readonly event: Extract<ConversationEvent, { readonly type: 'joinAs' }>;
}

/**
 * Conversations and one routing domain as they run in production, in virtual time and without Temporal: the pure cores, joined by
 * their own effects. Every message on the way is delivered when the test says so, each sender's in order. All that happens is logged.
 */
export class RoutedWorld {
  now = Date.parse(T0);
  readonly routing: RoutingState;
  readonly chats: Chat[] = [];
  readonly calls: Call[] = [];
  readonly log: Logged[] = [];
  /** What a conversation's own rules found. */
  readonly broken: string[] = [];
  /** Of ids made so far. */
  count = 0;
  /** When the lease of an agent ends, ms; infinite while a stream is open. */
  private readonly streams = new Map<string, number>();
  private presenceDueAt = 0;
  private readonly absent = new Set<string>();
  /** What merged conversations really had, by their id. */
  private readonly truth = new Map<string, SessionsMovedIn>();

  constructor(config: RoutingConfig) {
    this.routing = emptyState(config);
  }

  addChat(settings: ChannelSettings = someSettings()): Chat {
    const n = this.chats.length + 1;
    const chat: Chat = {
      workflowId: `conversation:cus_${n}`,
      settings,
      state: this.opened(n),
      post: [],
      mail: [],
      inbox: [],
      asking: null,
      handing: null,
      forward: null,
      dueAt: null,
    };
    this.chats.push(chat);
    return chat;
  }

  get iso(): string {
    return new Date(this.now).toISOString();
  }

  // What people do.

  customerWrites(chat: Chat): void {
    const { settings } = chat;
    const from = { channelId: settings.channelId, customerIdentifier: chat.workflowId };
    this.writesTo(homeOf(chat), {
      type: 'customerMessage',
      message: aMessage(from),
      settings,
    });
  }
  private writesTo(chat: Chat, event: ConversationEvent): void {
    // Messages of a merged customer follow the sessions that move in, which are on their way there before.
    if (movesIn(chat)) chat.mail.push(event);
    else if (chat.state.state !== 'CLOSING' && this.isOpenOrOpens(chat)) this.arrives(chat, event);
  }
  /** The next conversation of the customer. False while the old run still has to tell routing something. */
  private isOpenOrOpens(chat: Chat): boolean {
    if (chat.state.state !== 'CLOSED') return true;
    if (chat.post.length > 0) return false;
    chat.state = this.opened(this.chats.indexOf(chat) + 1);
    return true;
  }
  customerLeaves(chat: Chat): void {
    const home = homeOf(chat);
    const arrives = (event: ConversationEvent) =>
      movesIn(home) ? home.mail.push(event) : this.arrives(home, event);
    arrives({
      type: 'channelSessionEnded',
      session: {
        channelId: chat.settings.channelId,
        customerIdentifier: chat.workflowId,
        eventKey: aMessage().eventKey,
        reason: 'CUSTOMER',
      },
    });
  }
  /** Any request by its wire name. */
  request(chat: Chat, type: ConversationEvent['type'], request: object): void {
    const about = { conversationId: chat.state.conversationId, ...request };
    this.arrives(chat, { type, request: about } as unknown as ConversationEvent);
  }
  /** An agent's own act: routing is asked for the place first (architecture.md section 4). */
  joins(chat: Chat, agentId: string, role: 'PRIMARY' | 'ASSISTANT' = 'PRIMARY'): void {
    const { conversationId } = chat.state;
    const { workflowId } = chat;
    this.signs(agentId);
    const taskId = this.newTaskId();
    const place = { taskId, conversationId, workflowId, agentId, mrdId: 'chat' };
    const taken = this.route({
      type: 'takePlace',
      place: { ...place, kind: 'JOIN', counts: true, letIn: false, request: null },
    });
    if (taken.refused) return;
    this.log.push({ type: 'joined', agentId, conversationId });
    const request = { actor: agent(agentId), agent: joining(agentId), role, taskId };
    this.calls.push({
      chat,
      event: { type: 'joinAs', request: { conversationId, ...request } },
    });
  }
  handsOver(
    chat: Chat,
    type: HandOverKind,
    by: string,
    to: HandOver['to'],
    kind: 'COLD' | 'WARM' | null,
    supervisor = false,
  ): void {
    const queue = 'queueId' in to ? QUEUE_FACTS : null;
    this.request(chat, type, { actor: agent(by, supervisor), to, kind, note: null, queue });
  }
  agentActs(event: RoutingEvent): RoutingDecided {
    const own = event.type === 'setAgentState' ? event.by.id === event.agentId : true;
    if ('agentId' in event && own) this.signs(event.agentId);
    return this.route(event);
  }
  /** The customer of `chat` is merged into the customer of another, both with a conversation that goes on (domain.md 10.3). */
  merges(chat: Chat, into: Chat): void {
    const fit = [chat, into].every(
      ({ state, handing, forward }) =>
        state.lastSeq > 0 && state.closingAt === null && handing === null && forward === null,
    );
    // Two merges of one customer follow each other.
    if (chat === into || !fit || movesIn(chat) || movesIn(into) || chat.asking) return;
    const moved = this.handsOverOf(chat);
    this.truth.set(chat.state.conversationId, movedOut(chat.state));
    chat.handing = { into, moved };
    into.mail.push({ type: 'sessionsMovedIn', moved });
  }
  /** The merged conversation hears that its news is on its way: it ends, and what waited belongs to the survivor. */
  mergeGoesOn(chat: Chat): void {
    const { handing } = chat;
    if (!handing) return;
    chat.handing = null;
    chat.forward = handing.into;
    const { conversationId, customer } = handing.into.state;
    const into = { intoConversationId: conversationId, intoCustomerId: customer.id };
    this.apply(chat, { type: 'mergedAway', ...into });
    for (let next = chat.inbox.shift(); next; next = chat.inbox.shift())
      if (next.type === 'customerMessage') this.writesTo(homeOf(chat), next);
      else this.take(chat, next);
  }
  /** What moves; a test may have something forgotten. */
  protected handsOverOf(chat: Chat): SessionsMovedIn {
    return movedOut(chat.state);
  }

  // Presence. Of an agent whose stream never came the lease has no end.

  /** A stream is open: the lease is renewed as long as it is. */
  connects(agentId: string): void {
    this.streams.set(agentId, Number.POSITIVE_INFINITY);
    this.heardOf(agentId);
  }
  /** Each call of an agent renews the lease. */
  private signs(agentId: string): void {
    const at = this.streams.get(agentId);
    if (at === undefined) return;
    this.streams.set(agentId, Math.max(at, this.now + LEASE_MS));
    this.heardOf(agentId);
  }
  /** The time of a look goes by. */
  protected blink(): void {
    this.presenceDueAt = this.now + PRESENCE_MS;
  }
  private heardOf(agentId: string): void {
    this.presenceDueAt = Math.min(this.presenceDueAt, this.now + PRESENCE_MS);
    if (this.absent.delete(agentId)) this.log.push({ type: 'present', agentId });
  }
  /** The stream breaks, without a logout. */
  disconnects(agentId: string): void {
    if (this.streams.get(agentId) === Number.POSITIVE_INFINITY)
      this.streams.set(agentId, this.now + LEASE_MS);
  }
  /** As workflows/routing/workflow.ts does it: the earlier of the next lease's end and a few seconds. */
  looksAtPresence(): void {
    const { now, routing } = this;
    const who = toJudge(routing.agents.values(), 0);
    const leases = new Map<string, string>();
    for (const id of routing.agents.keys()) {
      const at = Math.min(this.streams.get(id) ?? FOREVER, FOREVER);
      leases.set(id, new Date(at).toISOString());
    }
    const { lapsed, back, nextAt } = judgePresence({ ...who, now }, leases);
    if (lapsed.length > 0) this.route({ type: 'presenceLost', agentIds: lapsed });
    if (back.length > 0) this.route({ type: 'presenceBack', agentIds: back });
    const next = Math.min(nextAt ?? now + PRESENCE_MS, now + PRESENCE_MS);
    if (routing.agents.size === 0) this.presenceDueAt = Number.POSITIVE_INFINITY;
    if (routing.agents.size === 0) return;
    const soonest = who.unknown.length + lapsed.length > 0 ? now + 15_000 : next;
    this.presenceDueAt = Math.max(now + 5_000, Math.min(next, soonest));
  }

  // What is on its way.

  /** The next signal of a conversation reaches routing. */
  deliverPost(chat: Chat): void {
    const signal = chat.post.shift();
    if (!signal) return;
    if (signal.name === 'taskMoved') this.placeMoves(signal.payload);
    else this.route(routingEventOf(signal));
  }
  /** The next signal of routing reaches the conversation, unless that waits for routing itself. */
  deliverMail(chat: Chat): void {
    const [event] = chat.mail;
    if (isBusy(chat) || !event) return;
    if (event.type === 'sessionsMovedIn') {
      if (chat.state.state === 'CLOSING') this.closes(chat);
      if (!this.isOpenOrOpens(chat)) return;
      this.noteMovedIn(chat, event.moved);
      chat.mail.shift();
      this.take(chat, event);
      return;
    }
    chat.mail.shift();
    if (event.type === 'customerMessage' || event.type === 'channelSessionEnded') {
      this.writesTo(chat, event);
      return;
    }
    const over = chat.state.state === 'CLOSED' && chat.post.length === 0;
    const { conversationId } = event.type === 'taskChanged' ? event.news : requestOf(event);
    if (over) this.route({ type: 'conversationGone', conversationId });
    else this.take(chat, event);
  }
  /** The API tells the conversation that an agent joins. */
  deliverCall(n: number): void {
    const [call] = this.calls.splice(n, 1);
    if (call) this.arrives(call.chat, call.event);
  }
  /** Routing is asked; `lost`: it does as it is asked and the answer does not come. */
  routingAnswers(chat: Chat, lost = false): void {
    const { asking } = chat;
    if (!asking) return;
    const answer = this.route({ type: 'takePlace', place: asking.place });
    asking.answer = lost ? 'lost' : answer;
  }
  /** The conversation has the answer, or has waited long enough. */
  answerArrives(chat: Chat): void {
    const { asking } = chat;
    if (!asking) return;
    chat.asking = null;
    const { answer, event, place } = asking;
    const result = answer && answer !== 'lost' && !answer.refused ? answer.result : undefined;
    if (result && 'offerExpiresAt' in result) {
      const request = { ...event.request, offer: result };
      if (this.apply(chat, { ...event, request }).refused) this.cancels(chat, place.taskId);
    } else this.cancels(chat, place.taskId);
    for (let next = chat.inbox.shift(); next; next = chat.inbox.shift()) {
      this.take(chat, next);
      if (chat.asking) return;
    }
  }

  /** Housekeeping of CLOSING. */
  closes(chat: Chat): void {
    if (chat.state.state !== 'CLOSING' || isBusy(chat)) return;
    this.apply(chat, { type: 'closingProceeds' });
    const count = chat.state.lastSeq;
    this.apply(chat, { type: 'sealed', count, headHash: 'h', archive: 'VERIFIED' });
  }

  /** Lets time pass; everything that is due happens at its time, save where a conversation waits for routing. */
  passes(seconds: number): void {
    const until = this.now + seconds * 1000;
    for (;;) {
      const due = nextDue(this.routing);
      const chat = this.earliest();
      const chatAt = chat?.dueAt ? Date.parse(chat.dueAt) : Number.POSITIVE_INFINITY;
      const at = Math.min(due?.at ?? Number.POSITIVE_INFINITY, chatAt, this.presenceAt);
      if (at > until) break;
      this.now = Math.max(this.now, at);
      this.noteAbsent();
      if (this.presenceAt <= at) this.looksAtPresence();
      else if (chat && chatAt === at) this.fire(chat);
      else this.route({ type: 'due' });
    }
    this.now = until;
    this.noteAbsent();
  }

  /** Delivers everything, in turn, until nothing is on its way. Then both sides must have the same. */
  rests(): void {
    const onTheWay = () =>
      this.calls.length > 0 ||
      this.chats.some((chat) => chat.post.length + chat.mail.length > 0 || isBusy(chat));
    while (onTheWay()) {
      while (this.calls.length > 0) this.deliverCall(0);
      for (const chat of this.chats) {
        if (chat.asking && !chat.asking.answer) this.routingAnswers(chat);
        this.answerArrives(chat);
        this.mergeGoesOn(chat);
        while (chat.post.length > 0) this.deliverPost(chat);
        for (let left = chat.mail.length; left > 0 && !isBusy(chat); left -= 1)
          this.deliverMail(chat);
      }
    }
    const work = (agentId: string, conversationId: string) => `${agentId} ${conversationId}`;
    this.log.push({
      type: 'rest',
      routing: {
        waiting: [...this.routing.waiting.keys()].sort(),
        work: [...this.routing.agents.values()]
          .flatMap((it) => [...it.places.keys()].map((id) => work(it.id, id)))
          .sort(),
      },
      conversations: {
        waiting: this.chats
          .flatMap(({ state }) => state.tasks.filter(isWaiting).map(({ id }) => id))
          .sort(),
        work: this.chats
          .flatMap(({ state }) =>
            state.tasks
              .filter((task) => task.state !== 'CLOSED' && !isWaiting(task))
              .map(({ agentId }) => work(agentId ?? '', state.conversationId)),
          )
          .sort(),
      },
    });
  }

  private opened(n: number): ConversationState {
    this.count += 1;
    const customer = { id: `cus_${n}`, name: null, anonymous: false, labelPriority: null };
    return open(anOpening({ conversationId: `cnv_${n}.${this.count}`, customer }), this.iso);
  }
  private newTaskId(): string {
    this.count += 1;
    return `tsk_own${this.count}`;
  }

  private arrives(chat: Chat, event: ConversationEvent): void {
    if (isBusy(chat)) chat.inbox.push(event);
    else this.take(chat, event);
  }

  /** As workflows/conversation/take.ts does it. */
  private take(chat: Chat, event: ConversationEvent): void {
    if (isNamedHandOver(event, chat.state)) {
      if (whyNot(chat.state, event, this.iso)) return;
      const { to } = event.request as HandOver & { readonly to: { readonly agentId: string } };
      const direction = DIRECTIONS[event.type];
      const asked = { taskId: this.newTaskId(), agentId: to.agentId, direction };
      chat.asking = { event, place: offerFor(this.sender(chat), asked), answer: null };
      return;
    }
    if (!this.apply(chat, event).refused) return;
    if (event.type === 'taskChanged' && isUnwanted(chat.state, event.news))
      this.posts(chat, givenBack(event.news));
    if (event.type === 'joinAs' && event.request.taskId !== undefined) {
      const { taskId, agent: who, conversationId } = event.request;
      this.posts(chat, {
        name: 'taskEnded',
        payload: { taskId, agentId: who.agentId, conversationId },
      });
    }
  }

  private apply(chat: Chat, event: ConversationEvent) {
    const before = chat.state;
    const decision = decide(before, event, this.iso);
    chat.state = decision.state;
    for (const what of violations(before, decision))
      this.broken.push(`${event.type} of ${before.conversationId}: ${what}`);
    this.note(chat.state, decision.entries);
    for (const effect of decision.effects) {
      if (effect.type === 'routing') {
        const signal = forRouting(this.sender(chat), effect.news);
        if (signal) this.posts(chat, signal);
      }
      if (effect.type === 'controller')
        this.apply(chat, { type: 'controllerDefault', event: withQueue(effect.event) });
    }
    chat.dueAt = nextDeadline(chat.state)?.dueAt ?? null;
    return decision;
  }

  private fire(chat: Chat): void {
    const [name] = passedDeadlines(chat.state, this.iso);
    if (name === 'closing') this.closes(chat);
    else if (name !== undefined) this.apply(chat, { type: 'deadlinePassed', name });
  }
  /** When presence is looked at next; never while no agent has a stream of the test's. */
  private get presenceAt(): number {
    return this.streams.size === 0 ? Number.POSITIVE_INFINITY : this.presenceDueAt;
  }
  /** Whoever's lease ended so long ago that routing must have seen it. */
  private noteAbsent(): void {
    for (const [agentId, at] of this.streams) {
      const gone = at + PRESENCE_SEEN_MS < this.now;
      if (gone && !this.absent.has(agentId)) this.log.push({ type: 'absent', agentId });
      if (gone) this.absent.add(agentId);
      else this.absent.delete(agentId);
    }
  }
  private placeMoves(news: Extract<ForRouting, { readonly name: 'taskMoved' }>['payload']): void {
    const { agentId, taskId, conversationId } = news;
    const places = () => [...(this.routing.agents.get(agentId)?.places.values() ?? [])];
    const before = places().find((it) => it.taskId === taskId || it.earlier.includes(taskId));
    if (before) this.log.push({ type: 'freed', agentId, conversationId: before.conversationId });
    this.route({ type: 'taskMoved', ...news });
    if (places().some((place) => place.conversationId === conversationId))
      this.log.push({ type: 'joined', agentId, conversationId });
  }
  /** A request that moves in goes on unless somebody is here, comes along, or is looked for. */
  private noteMovedIn({ state }: Chat, { fromConversationId }: SessionsMovedIn): void {
    const { tasks, participants } = this.truth.get(fromConversationId) ?? NOTHING_MOVED;
    const waits = tasks.find((task) => isWaiting(task) && task.direction === 'INBOUND');
    const cared =
      state.closingAt === null &&
      (hasPrimaryAgent(state) ||
        requestIsOpen(state) ||
        participants.some(({ role }) => role === 'PRIMARY'));
    if (waits && !cared) this.log.push({ type: 'movedIn', taskId: waits.id });
  }
  private earliest(): Chat | undefined {
    let first: Chat | undefined;
    for (const chat of this.chats)
      if (chat.dueAt && !isBusy(chat) && (!first?.dueAt || chat.dueAt < first.dueAt)) first = chat;
    return first;
  }
  private cancels(chat: Chat, taskId: string): void {
    this.posts(chat, { name: 'requestCancelled', payload: { taskId } });
  }
  private posts(chat: Chat, signal: ForRouting): void {
    chat.post.push(signal);
  }
  private sender(chat: Chat) {
    return { state: chat.state, workflowId: chat.workflowId, now: this.now };
  }

  private route(event: RoutingEvent): RoutingDecided {
    const decided = decideRouting(this.routing, event, this.now);
    for (const effect of decided.effects) this.perform(effect);
    return decided;
  }
  private perform(effect: RoutingEffect): void {
    const to =
      'workflowId' in effect && this.chats.find((it) => it.workflowId === effect.workflowId);
    switch (effect.type) {
      case 'tell': {
        if (to) to.mail.push({ type: 'taskChanged', news: effect.news });
        const { taskId, conversationId, change } = effect.news;
        if (change.type === 'RESERVED')
          this.log.push({ type: 'reserved', taskId, agentId: change.agentId });
        if (change.type === 'ACCEPTED')
          this.log.push({ type: 'won', taskId, agentId: change.agent.agentId, conversationId });
        return;
      }
      case 'remove':
        if (to) to.mail.push({ type: 'leave', request: effect.leave });
        return;
      case 'agentEvent': {
        const { agentId, event, data } = effect;
        const [taskId, conversationId] = [String(data['taskId']), String(data['conversationId'])];
        if (event === 'OFFER_REVOKED') this.log.push({ type: 'revoked', taskId, agentId });
        if (event === 'TASK_ENDED') this.log.push({ type: 'freed', agentId, conversationId });
        return;
      }
      case 'stateChanged': {
        const { agentId, mrdId, to: state } = effect;
        this.log.push({ type: mrdId === null ? 'agent' : 'mrd', agentId, state });
        return;
      }
      default:
        return;
    }
  }

  /** What the timeline says of requests, and who looks after the customer now. */
  private note(state: ConversationState, entries: readonly PendingEntry[]): void {
    for (const { entry } of entries) {
      const data = entry.data as Record<string, string> | null;
      if (!data) continue;
      const { conversationId } = entry;
      if (entry.type === 'TASK_ENQUEUED')
        this.log.push({ type: 'enqueued', conversationId, ...data } as unknown as Logged);
      const { taskId = '', agentId = '' } = data;
      if (entry.type === 'TRANSFER_STARTED') this.log.push({ type: 'sagaBegun', taskId });
      if (entry.type === 'TRANSFER_COMPLETED' || entry.type === 'TRANSFER_FAILED')
        this.log.push({ type: 'sagaOver', taskId });
      if (entry.type === 'TASK_STATE_CHANGED' && data['state'] === 'CLOSED')
        this.log.push({ type: 'closed', taskId, reason: data['closeReason'] ?? '' });
      if (
        entry.type === 'TASK_STATE_CHANGED' &&
        data['mediaState'] === 'ACTIVE' &&
        !data['movedTo']
      )
        this.log.push({ type: 'answered', taskId, agentId, conversationId });
    }
    if (state.closingAt !== null) return;
    const { holder } = state.control;
    this.log.push({
      type: 'owners',
      conversationId: state.conversationId,
      customers: startedSessions(state).length,
      owners: [
        ...primaryAgents(state).map(({ id }) => id),
        ...(requestIsOpen(state) ? ['request'] : []),
        ...(holder === 'AGENTS' && !hasPrimaryAgent(state) ? [] : [holder]),
      ],
    });
  }
}

const NOTHING_MOVED: Pick<SessionsMovedIn, 'tasks' | 'participants'> = {
  tasks: [],
  participants: [],
};
const LEASE_MS = PRESENCE_MS + PRESENCE_RENEWAL_MS;
/** So long after the end of a lease routing has looked, ms. */
const PRESENCE_SEEN_MS = 6_000;
const FOREVER = Date.parse('2100-01-01T00:00:00.000Z');

const movesIn = ({ mail }: Chat) => mail.some(({ type }) => type === 'sessionsMovedIn');

/** Where messages of a customer belong, after merges. */
function homeOf(chat: Chat): Chat {
  return chat.forward ? homeOf(chat.forward) : chat;
}

const QUEUE_FACTS = { agentSlaSeconds: 120, reservationSeconds: 20, mrdId: 'chat' };
const DIRECTIONS = {
  transfer: 'DIRECT_TRANSFER',
  consult: 'CONSULT',
  conference: 'DIRECT_CONFERENCE',
} as const;

function isNamedHandOver(
  event: ConversationEvent,
  state: ConversationState,
): event is Extract<ConversationEvent, { readonly type: HandOverKind }> {
  if (event.type !== 'transfer' && event.type !== 'consult' && event.type !== 'conference')
    return false;
  const { to } = event.request;
  const consulted = 'agentId' in to && presentAgent(state, to.agentId)?.role === 'ASSISTANT';
  return 'agentId' in to && !(event.type === 'transfer' && consulted);
}

function withQueue(event: Extract<ConversationEvent, { type: 'controllerDefault' }>['event']) {
  if (event.type !== 'AGENT_REQUESTED') return event;
  const outOfHours: OutOfHours | null = null;
  return { ...event, request: { ...event.request, queue: QUEUE_FACTS, outOfHours } };
}

function routingEventOf(signal: ForRouting): RoutingEvent {
  return signal.name === 'agentRequested'
    ? { type: 'agentRequested', request: signal.payload }
    : ({ type: signal.name, ...signal.payload } as RoutingEvent);
}

function requestOf(event: ConversationEvent): { readonly conversationId: string } {
  return 'request' in event ? event.request : { conversationId: '' };
}
