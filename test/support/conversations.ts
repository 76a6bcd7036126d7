import type { ChannelSettings } from '../../domain/channel/settings';
import type { Actor } from '../../domain/conversation/actor';
import type { JoiningAgent, RequestAgent } from '../../domain/conversation/acts';
import type { AgentTask } from '../../domain/conversation/agent-task';
import type { CustomerMessage, SessionStarted } from '../../domain/conversation/channel-events';
import type { Action, ControllerEvent } from '../../domain/conversation/controller-events';
import { nextDeadline, passedDeadlines } from '../../domain/conversation/deadlines';
import { decide } from '../../domain/conversation/decide';
import type { Decision, Effect } from '../../domain/conversation/effects';
import type { ConversationEvent, Opening } from '../../domain/conversation/events';
import type {
  ChannelSession,
  ConversationState,
  PendingEntry,
} from '../../domain/conversation/model';
import { open } from '../../domain/conversation/opening';
import { addSeconds, secondsBetween } from '../../domain/conversation/time';
import type { EntryType, TimelineActivity } from '../../domain/conversation/timeline-activity';
import type { MessageBody } from '../../domain/message/schema';

export const T0 = '2026-03-02T10:00:00.000Z';
export const CONVERSATION_ID = 'cnv_1';

/** A WEB channel with PUSH to queue `support` (agent SLA 120 s), hook bot `greeter`, wrap-up off, silent notices: section 14's. */
export function someSettings(change: Partial<ChannelSettings> = {}): ChannelSettings {
  return {
    channelId: 'web',
    channelType: 'WEB',
    serviceIdentifier: 'web-1',
    connectorId: 'webchat',
    providerId: 'webchat',
    namespace: 'web:web-1',
    mrdId: 'chat',
    routingMode: 'PUSH',
    queueId: 'support',
    listId: null,
    agentRequestTtlSeconds: 300,
    requestPriority: 1,
    preferLastAgent: false,
    lastAgentTimeoutSeconds: 30,
    onLastAgentLeave: 'RETURN_TO_BOT',
    maxAssistants: 1,
    maxBotTurns: 10,
    onBotFailure: 'HANDOFF',
    customerInactivityTimeoutSeconds: 600,
    customerInactivityThresholds: [],
    agentIdleSeconds: 3600,
    customerLeftSeconds: 300,
    maxLifeSeconds: 604_800,
    reentryWindowSeconds: 0,
    holdMaxSeconds: 86_400,
    closingSendGraceSeconds: 30,
    wrapUp: { enabled: false, seconds: 60, formId: null },
    humanAgentTag: false,
    ambiguousWaitMs: 30_000,
    ambiguousSend: 'at-most-once',
    notices: silent,
    delivery: 'STREAM',
    window: null,
    bot: { id: 'greeter', kind: 'HOOK' },
    queue: { agentSlaSeconds: 120, reservationSeconds: 20 },
    reportsOutcome: false,
    ...change,
  };
}

const silent: ChannelSettings['notices'] = {
  greeting: null,
  agentJoined: null,
  agentLeft: null,
  outOfHours: null,
  sessionEnded: null,
  transferStarted: null,
  noAgentAvailable: null,
  hold: null,
  resume: null,
  botFailure: null,
  queueFlushed: null,
};

export function someNotices(
  change: Partial<ChannelSettings['notices']>,
): ChannelSettings['notices'] {
  return { ...silent, ...change };
}

export function whatsAppSettings(change: Partial<ChannelSettings> = {}): ChannelSettings {
  return someSettings({
    channelId: 'wa',
    channelType: 'WHATSAPP',
    namespace: 'whatsapp',
    delivery: 'SEND',
    ...change,
  });
}

export function voiceSettings(change: Partial<ChannelSettings> = {}): ChannelSettings {
  return someSettings({
    channelId: 'phone',
    channelType: 'CX_VOICE',
    namespace: 'voice',
    mrdId: 'voice',
    customerInactivityTimeoutSeconds: 14_400,
    ...change,
  });
}

export function anOpening(change: Partial<Opening> = {}): Opening {
  return {
    conversationId: CONVERSATION_ID,
    customer: { id: 'cus_1', name: 'Ana', anonymous: false, labelPriority: null },
    direction: 'INBOUND',
    previous: null,
    ...change,
  };
}

export function text(value: string): MessageBody {
  return { type: 'PLAIN', text: value };
}

let messages = 0;
/** A customer's message with ids of its own. */
export function aMessage(change: Partial<CustomerMessage> = {}): CustomerMessage {
  messages += 1;
  return {
    channelId: 'web',
    customerIdentifier: 'visitor',
    eventKey: `key-${messages}`,
    messageId: `msg_in-${messages}`,
    providerMessageId: `p-${messages}`,
    body: text('Hello'),
    customerName: null,
    sentAt: null,
    replyTo: null,
    ...change,
  };
}

export function aSessionStart(change: Partial<SessionStarted> = {}): SessionStarted {
  messages += 1;
  return {
    channelId: 'web',
    customerIdentifier: 'visitor',
    eventKey: `key-${messages}`,
    customerName: null,
    intent: 'START_CHAT',
    ...change,
  };
}

export function agent(id: string, supervisor = false): Actor {
  return { type: 'AGENT', id, name: id, ...(supervisor ? { supervisor } : {}) };
}
export function joining(agentId: string, supervisor = false): JoiningAgent {
  return { agentId, name: agentId, supervisor };
}
export function bot(id = 'greeter'): Actor {
  return { type: 'BOT', id, name: null };
}
export const operator: Actor = { type: 'OPERATOR', id: 'op', name: null };

/** Which controller events a hook takes: it then decides itself, and its turn goes on until the test ends it. */
export type Hooks = Partial<
  Record<ControllerEvent['type'], (story: Story, event: ControllerEvent) => void>
>;

/**
 * Drives one conversation through `decide` as the workflow does: what no hook takes gets the default decision at once, deadlines
 * pass in order as time goes on. Every entry and effect is kept.
 */
export class Story {
  state: ConversationState;
  now: string;
  readonly entries: TimelineActivity[] = [];
  /** The same, with what the archive gets beside them. */
  readonly pending: PendingEntry[] = [];
  readonly effects: Effect[] = [];
  last: Decision | null = null;
  /** What is found out about a request before it is placed. */
  private facts: Pick<RequestAgent, 'queue' | 'outOfHours'> = {};

  constructor(
    readonly settings: ChannelSettings = someSettings(),
    readonly hooks: Hooks = { CONVERSATION_STARTED: quiet, CUSTOMER_MESSAGE: quiet },
    opening: Opening = anOpening(),
    now = T0,
  ) {
    this.now = now;
    this.state = open(opening, now);
  }

  /** One event, and what its effects cause. */
  apply(event: ConversationEvent): Decision {
    const decision = decide(this.state, event, this.now);
    this.state = decision.state;
    this.entries.push(...decision.entries.map(({ entry }) => entry));
    this.pending.push(...decision.entries);
    this.effects.push(...decision.effects);
    for (const effect of decision.effects)
      if (effect.type === 'controller') this.control(effect.event);
    this.last = decision;
    return decision;
  }

  /** Lets time pass; every deadline on the way fires at its own moment. */
  wait(seconds: number): this {
    const until = addSeconds(this.now, seconds);
    for (let next = nextDeadline(this.state); next && next.dueAt <= until; ) {
      if (next.dueAt > this.now) this.now = next.dueAt;
      const [name] = passedDeadlines(this.state, this.now);
      if (name !== undefined) this.apply({ type: 'deadlinePassed', name });
      next = nextDeadline(this.state);
    }
    this.now = until;
    return this;
  }

  startSession(change: Partial<SessionStarted> = {}, settings = this.settings): ChannelSession {
    const session = aSessionStart({ channelId: settings.channelId, ...change });
    this.apply({ type: 'channelSessionStarted', session, settings });
    return this.session(settings.channelId);
  }
  endSession(channelId = 'web', reason: ChannelSession['endReason'] = 'CUSTOMER'): Decision {
    messages += 1;
    const session = { channelId, customerIdentifier: 'visitor', eventKey: `key-${messages}` };
    return this.apply({
      type: 'channelSessionEnded',
      session: { ...session, reason: reason ?? 'CUSTOMER' },
    });
  }
  customerWrites(body: MessageBody | string = 'Hello', settings = this.settings): Decision {
    const message = aMessage({
      channelId: settings.channelId,
      body: typeof body === 'string' ? text(body) : body,
    });
    return this.apply({ type: 'customerMessage', message, settings });
  }
  /** The bot in control speaks, as its hook would. */
  botSays(
    body: MessageBody | string = 'How can I help?',
    sessionId: string | null = null,
  ): Decision {
    const { holder, epoch } = this.state.control;
    return this.act(
      { type: 'SEND_MESSAGE', body: typeof body === 'string' ? text(body) : body, sessionId },
      { botId: holder, epoch },
    );
  }
  act(action: Action, by: { botId: string; epoch: number } | null = null): Decision {
    return this.apply({ type: 'action', action, by, event: null });
  }
  findAgent(
    action: Partial<Extract<Action, { type: 'FIND_AGENT' }>> = {},
    facts: Pick<RequestAgent, 'queue' | 'outOfHours'> = {},
  ): AgentTask | undefined {
    this.facts = facts;
    this.act({ type: 'FIND_AGENT', ...action });
    return this.waiting;
  }
  agentSays(id: string, value = 'Hi', channelSessionId: string | null = null): Decision {
    messages += 1;
    return this.apply({
      type: 'sendMessage',
      request: {
        conversationId: this.state.conversationId,
        actor: agent(id),
        messageId: `msg_out-${messages}`,
        channelSessionId,
        body: text(value),
        replyTo: null,
        controlEpoch: null,
        sendAt: null,
      },
    });
  }
  joins(id: string, role: 'PRIMARY' | 'ASSISTANT' | 'OBSERVER' = 'PRIMARY', supervisor = false) {
    return this.request('joinAs', {
      actor: agent(id, supervisor),
      agent: joining(id, supervisor),
      role,
    });
  }
  leaves(id: string, reason: AgentLeave = 'SELF'): Decision {
    const actor: Actor =
      reason === 'SELF' ? agent(id) : { type: 'CONTROLLER', id: 'x', name: null };
    return this.request('leave', { actor, agentId: id, reason });
  }
  /** Routing: an agent accepts the task that waits. */
  accepts(id: string): Decision {
    return this.routing({ type: 'ACCEPTED', agent: joining(id) });
  }
  rings(id: string, seconds = 20): Decision {
    const offerExpiresAt = addSeconds(this.now, seconds);
    return this.routing({ type: 'RESERVED', agentId: id, offerExpiresAt });
  }
  routing(
    change: Extract<ConversationEvent, { type: 'taskChanged' }>['news']['change'],
    taskId = this.waiting?.id ?? '',
  ): Decision {
    const { conversationId } = this.state;
    return this.apply({ type: 'taskChanged', news: { conversationId, taskId, change } });
  }
  transfers(
    id: string,
    to: { queueId: string } | { agentId: string },
    kind: 'COLD' | 'WARM' = 'COLD',
    actor = agent(id),
  ): Decision {
    return this.request('transfer', { actor, to, kind, note: null });
  }
  consults(id: string, to: { queueId: string } | { agentId: string }): Decision {
    return this.request('consult', { actor: agent(id), to, kind: null, note: null });
  }
  confers(id: string, to: { queueId: string } | { agentId: string }): Decision {
    return this.request('conference', { actor: agent(id), to, kind: null, note: null });
  }
  holds(id: string, seconds = 300): Decision {
    return this.request('hold', { actor: agent(id), seconds });
  }
  resumes(id: string): Decision {
    return this.request('resume', { actor: agent(id) });
  }
  wrapsUp(id: string, skip = false): Decision {
    const labels = skip ? [] : [{ category: 'Topic', value: 'Billing' }];
    return this.request('wrapUp', { actor: agent(id), labels, note: null, skip });
  }
  forceClose(reason: string | null = null): Decision {
    return this.request('endConversation', { actor: operator, force: true, reason });
  }
  /** The housekeeping of CLOSING, as far as the core has a part in it. */
  closes(): this {
    if (this.state.state === 'CLOSING') {
      this.apply({ type: 'closingProceeds' });
      const { lastSeq: count } = this.state;
      this.apply({ type: 'sealed', count, headHash: 'hash', archive: 'VERIFIED' });
    }
    return this;
  }
  /** Any request by its wire name, with the conversation's id filled in. */
  request(type: ConversationEvent['type'], request: object): Decision {
    const about = { conversationId: this.state.conversationId, ...request };
    return this.apply({ type, request: about } as unknown as ConversationEvent);
  }

  get waiting(): AgentTask | undefined {
    return this.state.tasks.find(
      ({ state, mediaState }) =>
        state === 'ACTIVE' && (mediaState === 'QUEUED' || mediaState === 'RESERVED'),
    );
  }
  task(n: number): AgentTask {
    const task = this.state.tasks[n - 1];
    if (!task) throw new Error(`no task ${n}`);
    return task;
  }
  /** The newest session on a channel. */
  session(channelId = 'web'): ChannelSession {
    const session = this.state.sessions.findLast((it) => it.channelId === channelId);
    if (!session) throw new Error(`no session on ${channelId}`);
    return session;
  }
  /** Types of the entries from the n-th last event's first entry on. */
  types(from = 0): EntryType[] {
    return this.entries.slice(from).map(({ type }) => type);
  }
  entriesOf(type: EntryType): TimelineActivity[] {
    return this.entries.filter((entry) => entry.type === type);
  }
  controllerEvents(): string[] {
    return this.effects.flatMap((effect) =>
      effect.type === 'controller' ? [effect.event.type] : [],
    );
  }
  /** Whether a deadline runs; `cSLA` stands for the session's on a channel. */
  runs(name: string): boolean {
    return name in this.state.deadlines;
  }
  cSLA(channelId = 'web'): boolean {
    return this.runs(`customerInactivity:${this.session(channelId).id}`);
  }
  get aSLA(): boolean {
    return this.runs('agentSla');
  }
  /** Seconds that a deadline still has. */
  left(name: string): number {
    return secondsBetween(this.now, this.state.deadlines[name] ?? this.now);
  }
  role(id: string): string | null {
    return this.state.participants.find((p) => p.id === id && !p.leftAt)?.role ?? null;
  }
  get epoch(): number {
    return this.state.control.epoch;
  }

  private control(event: ControllerEvent): void {
    const hook = this.hooks[event.type];
    if (hook) hook(this, event);
    else if (event.type === 'AGENT_REQUESTED')
      this.apply({
        type: 'controllerDefault',
        event: { ...event, request: { ...event.request, ...this.facts } },
      });
    else this.apply({ type: 'controllerDefault', event });
  }
}

type AgentLeave = Extract<ConversationEvent, { type: 'leave' }>['request']['reason'];

/** A hook that takes the event and says nothing yet. */
export function quiet(): void {
  // Its dialogue waits for something else.
}

/** CREATED: the customer has written, the bot has the turn. */
export function aCreatedStory(settings = someSettings(), hooks?: Hooks): Story {
  const story = new Story(settings, hooks);
  story.startSession();
  story.customerWrites();
  return story;
}

/** ACTIVE as in trace A6: agent `a1` has accepted and owes an answer. */
export function anActiveStory(settings = someSettings(), hooks?: Hooks): Story {
  const story = aCreatedStory(settings, hooks);
  story.findAgent();
  story.accepts('a1');
  return story;
}

/** A state as it stands after some story, with members replaced. */
export function aConversation(change: Partial<ConversationState> = {}): ConversationState {
  return { ...aCreatedStory().state, ...change };
}
