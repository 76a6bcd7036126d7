import { replyWindow, windowEnd } from '../channel/reply-window';
import type { ChannelType } from '../channel/types';
import type { MessageBody } from '../message/schema';
import type { AgentTask } from './agent-task';
import { listRequestIsOpen, waitingTask } from './facts';
import type {
  ChannelSession,
  CloseReason,
  ControlHolder,
  ConversationData,
  ConversationState,
  ConversationStateName,
  Direction,
  Disposition,
  Participant,
} from './model';
import { inactivityOf } from './timers';

/** The conversation as the API shows it (http-api.md section 4). Members are only ever added. */
export interface Conversation {
  readonly id: string;
  readonly customerId: string;
  readonly state: ConversationStateName;
  readonly createdAt: string;
  readonly closedAt: string | null;
  readonly closeReason: CloseReason | null;
  readonly direction: Direction;
  readonly disposition: Disposition | null;
  readonly previousConversationId: string | null;
  readonly controlEpoch: number;
  /** Who speaks as the bot side: a bot's id, `AGENTS` or `CONTROLLER`; and to whom control is offered. */
  readonly controlHolder: ControlHolder;
  readonly controlOfferedTo: ControlHolder | null;
  readonly channelSessions: readonly SessionView[];
  readonly participants: readonly ParticipantView[];
  readonly tasks: readonly TaskView[];
  /** Every pending deadline by name and due time, the routing deadlines of its tasks included (domain.md 5.1 rule 1). */
  readonly timers: readonly { readonly name: string; readonly dueAt: string }[];
  readonly hold: {
    readonly by: string;
    readonly since: string;
    readonly dueAt: string | null;
  } | null;
  readonly listEntry: {
    readonly listId: string;
    readonly state: 'UNREAD' | 'ACTIVE' | 'INACTIVE';
    readonly waitingSince: string;
  } | null;
  readonly raisedHands: readonly string[];
  /** `body` is told by the workflow alone: no database holds what is not said yet. */
  readonly scheduledMessages: readonly {
    readonly messageId: string;
    readonly sendAt: string;
    readonly body?: MessageBody;
  }[];
  readonly data: ConversationData;
  readonly lastSeq: number;
  readonly messageCount: number;
  readonly workflowId: string;
  readonly runId: string;
}

export type SessionView = Omit<ChannelSession, 'settings' | 'callIds'> & {
  /** When the customer's silence ends the session; null while that time is stopped. */
  readonly expiresAt: string | null;
  /** Until when an agent may answer freely, and what may be sent afterwards; null where no window is known (domain.md 3.3). */
  readonly replyWindow?: {
    readonly endsAt: string;
    readonly outside: 'template' | 'none';
  } | null;
};
export type ParticipantView = Omit<Participant, 'supervisor'>;
export type TaskView = Omit<
  AgentTask,
  'operation' | 'agentSla' | 'wrapUp' | 'wrapUpCause' | 'afterWrapUp' | 'avoidAgentIds'
> & { readonly conversationId: string };

/** What a list shows of a conversation. */
export interface ConversationSummary {
  readonly id: string;
  readonly customerId: string;
  readonly customerName: string | null;
  readonly state: ConversationStateName;
  readonly createdAt: string;
  readonly closedAt: string | null;
  readonly direction: Direction;
  readonly disposition: Disposition | null;
  readonly lastSeq: number;
  readonly messageCount: number;
  readonly channelTypes: readonly ChannelType[];
  readonly channelIds: readonly string[];
  /** Agents who are here. */
  readonly agentIds: readonly string[];
  readonly queueId: string | null;
  readonly waitingSince: string | null;
  readonly lastCustomerMessageAt: string | null;
}

/** `home`: the conversation's own workflow and its latest run. */
export function toConversation(
  state: ConversationState,
  home: { readonly workflowId: string; readonly runId: string },
): Conversation {
  const { control, held } = state;
  return {
    id: state.conversationId,
    customerId: state.customer.id,
    state: state.state,
    createdAt: state.createdAt,
    closedAt: state.closedAt,
    closeReason: state.closeReason,
    direction: state.direction,
    disposition: state.disposition,
    previousConversationId: state.previousConversationId,
    controlEpoch: control.epoch,
    controlHolder: control.holder,
    controlOfferedTo: control.offeredTo,
    channelSessions: state.sessions.map((session) => sessionView(state, session)),
    participants: state.participants.map(participantView),
    tasks: state.tasks.map((task) => taskView(state.conversationId, task)),
    timers: timersOf(state),
    hold: held ? { by: held.by, since: held.since, dueAt: state.deadlines['hold'] ?? null } : null,
    listEntry: listEntryView(state),
    raisedHands: state.raisedHands,
    scheduledMessages: Object.entries(state.scheduled).map(([messageId, { body }]) => ({
      messageId,
      sendAt: state.deadlines[`scheduled:${messageId}`] ?? '',
      body,
    })),
    data: state.data,
    lastSeq: state.lastSeq,
    messageCount: state.counters.messages,
    workflowId: home.workflowId,
    runId: home.runId,
  };
}

export function toSummary(state: ConversationState): ConversationSummary {
  const agents = state.participants.filter(({ type, leftAt }) => type === 'AGENT' && !leftAt);
  return {
    id: state.conversationId,
    customerId: state.customer.id,
    customerName: state.customer.name,
    state: state.state,
    createdAt: state.createdAt,
    closedAt: state.closedAt,
    direction: state.direction,
    disposition: state.disposition,
    lastSeq: state.lastSeq,
    messageCount: state.counters.messages,
    channelTypes: unique(state.sessions.map(({ channelType }) => channelType)),
    channelIds: unique(state.sessions.map(({ channelId }) => channelId)),
    agentIds: unique(agents.map(({ id }) => id)),
    queueId: waitingTask(state)?.queueId ?? newestQueue(state),
    waitingSince: waitingSince(state),
    lastCustomerMessageAt: state.lastCustomerMessageAt,
  };
}

/** Since when the customer has been waiting for a human, in a queue or on a list; null when nobody is looked for. */
export function waitingSince(state: ConversationState): string | null {
  const task = waitingTask(state);
  if (task) return task.waitingSince;
  return listRequestIsOpen(state) ? (state.listEntry?.waitingSince ?? null) : null;
}

/** By due time. A ringing offer is routing's deadline and shown with the others. */
export function timersOf(
  state: ConversationState,
): readonly { readonly name: string; readonly dueAt: string }[] {
  const own = Object.entries(state.deadlines).map(([name, dueAt]) => ({ name, dueAt }));
  const offers = state.tasks.flatMap(({ id, offerExpiresAt }) =>
    offerExpiresAt === null ? [] : [{ name: `reservation:${id}`, dueAt: offerExpiresAt }],
  );
  return [...own, ...offers].sort((a, b) =>
    a.dueAt === b.dueAt ? (a.name < b.name ? -1 : 1) : a.dueAt < b.dueAt ? -1 : 1,
  );
}

function sessionView(state: ConversationState, session: ChannelSession): SessionView {
  const { settings: _settings, callIds: _callIds, ...shown } = session;
  return {
    ...shown,
    expiresAt: state.deadlines[inactivityOf(session.id)] ?? null,
    replyWindow: windowView(session),
  };
}

/** The tag that lets agents write for longer is counted in. */
function windowView(session: ChannelSession): SessionView['replyWindow'] {
  const endsAt = windowEnd(session, { from: 'AGENT', body: { type: 'PLAIN' } });
  const outside = replyWindow(session)?.outside === 'template' ? 'template' : 'none';
  return endsAt === null ? null : { endsAt, outside };
}

function participantView({ supervisor: _, ...shown }: Participant): ParticipantView {
  return shown;
}

/** An agent task with what of it is shown. */
export function taskView(conversationId: string, task: AgentTask): TaskView {
  const { operation, agentSla, wrapUp, wrapUpCause, afterWrapUp, avoidAgentIds, ...shown } = task;
  return { ...shown, conversationId };
}

function listEntryView({ listEntry }: ConversationState): Conversation['listEntry'] {
  if (!listEntry) return null;
  const { listId, state, waitingSince: since } = listEntry;
  return { listId, state, waitingSince: since };
}

function newestQueue(state: ConversationState): string | null {
  return state.tasks.findLast(({ queueId }) => queueId !== null)?.queueId ?? null;
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
