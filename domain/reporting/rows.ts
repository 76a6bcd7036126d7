import type { AgentTask } from '../conversation/agent-task';
import type {
  ChannelSession,
  Participant,
  PendingEntry,
  ReportedChanges,
} from '../conversation/model';
import type { TimelineActivity } from '../conversation/timeline-activity';
import { durationSeconds, taskDurations } from './durations';
import type { ReportEntity, ReportRow } from './entities';

/**
 * A change of one row. Whoever applies it keeps what it does not set; applying it again changes nothing. `id` is the same whenever
 * the row is derived again.
 */
export interface RowChange {
  readonly entity: ReportEntity;
  readonly id: string;
  /** When what it reports began; the same in every change of a row. */
  readonly at: string;
  /** The last entry that brought it: orders changes of one conversation. */
  readonly seq: number;
  /** Whom the row is about, where it names an agent. */
  readonly agentId?: string | null;
  readonly set: ReportRow;
  /** The whole agent task, for lists of tasks. */
  readonly task?: AgentTask;
}

/** What rows are made of: the members of one write to the archive. */
export interface ReportedBatch {
  readonly conversationId: string;
  readonly customerId: string;
  readonly entries: readonly PendingEntry[];
}

/**
 * The rows that one write to the archive brings about (domain.md section 12), one change each. Everything is on the entries: a batch
 * that is written again gives the same.
 */
export function rowsOf({ entries, ...ids }: ReportedBatch): readonly RowChange[] {
  const changes = entries.flatMap(({ entry, changed }) => [
    ...fromEntry(entry),
    ...(changed ? fromChanges(changed, entry, ids) : []),
  ]);
  const byRow = new Map<string, RowChange>();
  for (const change of changes) {
    const key = `${change.entity}:${change.id}`;
    const before = byRow.get(key);
    byRow.set(key, { ...before, ...change, set: { ...before?.set, ...change.set } });
  }
  return [...byRow.values()];
}

/** Rows of which the entry says everything. */
function fromEntry({ conversationId, seq, at, type, data }: TimelineActivity): RowChange[] {
  const fact = (name: string) => data?.[name] as string | number | null;
  switch (type) {
    case 'CONTROL_CHANGED': {
      const [epoch, holder, reason] = [fact('epoch'), fact('to'), fact('reason')];
      const set = { conversation_id: conversationId, epoch, holder, reason, at };
      return [{ entity: 'control_change', id: `${conversationId}:${epoch}`, at, seq, set }];
    }
    case 'CONVERSATION_PAUSED': {
      if (data?.['extended']) return [];
      const agentId = fact('agentId') as string;
      return [holdRow({ conversationId, seq, heldAt: at, agentId, set: { agent_id: agentId } })];
    }
    case 'CONVERSATION_RESUMED': {
      const heldAt = fact('heldSince') as string;
      const set = { resumed_at: at, resume_cause: fact('cause') };
      return [holdRow({ conversationId, seq, heldAt, set })];
    }
    case 'WRAPUP_APPLIED':
      return wrapUps(conversationId, seq, at, data as unknown as WrapUpFacts); // EntryData says so
    default:
      return [];
  }
}

/** Who holds is told at the beginning alone. */
function holdRow({
  conversationId,
  heldAt,
  set,
  ...rest
}: Pick<RowChange, 'seq' | 'agentId' | 'set'> & {
  readonly conversationId: string;
  readonly heldAt: string;
}): RowChange {
  return {
    entity: 'conversation_hold',
    id: `${conversationId}:${heldAt}`,
    at: heldAt,
    set: { conversation_id: conversationId, held_at: heldAt, ...set },
    ...rest,
  };
}

interface WrapUpFacts {
  readonly taskId: string | null;
  readonly agentId: string;
  readonly labels: readonly { readonly category: string; readonly value: string }[];
  readonly note: string | null;
}

/** A row per label. */
function wrapUps(
  conversationId: string,
  seq: number,
  at: string,
  { taskId, agentId, labels, note }: WrapUpFacts,
): RowChange[] {
  return labels.map(({ category, value }, n) => ({
    entity: 'wrap_up',
    id: `${conversationId}:${seq}:${n}`,
    at,
    seq,
    agentId,
    set: {
      conversation_id: conversationId,
      task_id: taskId,
      agent_id: agentId,
      category,
      value,
      note,
      at,
    },
  }));
}

type Ids = Omit<ReportedBatch, 'entries'>;

function fromChanges(
  { tasks, participants, sessions }: ReportedChanges,
  { seq, at }: TimelineActivity,
  ids: Ids,
): RowChange[] {
  return [
    ...tasks.map((task) => ({ ...taskRow(task, at, ids), seq })),
    ...participants.map((who) => ({ ...participantRow(who, ids), seq })),
    ...sessions.map((session) => ({ ...sessionRow(session, ids), seq })),
  ];
}

/** A task begins when it is queued; one that nobody queued, when it rings or is taken. `at`: the entry that first told of it. */
function taskRow(task: AgentTask, at: string, { conversationId }: Ids): Omit<RowChange, 'seq'> {
  return {
    entity: 'agent_task',
    id: task.id,
    at: task.queuedAt ?? task.reservedAt ?? task.answeredAt ?? at,
    agentId: task.agentId,
    task,
    set: {
      task_id: task.id,
      previous_task_id: task.previousTaskId,
      conversation_id: conversationId,
      channel_session_id: task.media[0]?.channelSessionId ?? null,
      agent_id: task.agentId,
      queue_id: task.queueId,
      list_id: task.listId,
      mrd_id: task.mrdId,
      direction: task.direction,
      mode: task.mode,
      routing_mode: task.routingMode,
      priority: task.priority,
      waiting_since: task.waitingSince,
      queued_at: task.queuedAt,
      reserved_at: task.reservedAt,
      answered_at: task.answeredAt,
      wrap_up_started_at: task.wrapUpStartedAt,
      ended_at: task.endedAt,
      close_reason: task.closeReason,
      close_detail: task.closeDetail,
      ...taskDurations(task),
    },
  };
}

/** One row per stay. */
function participantRow(who: Participant, { conversationId }: Ids): Omit<RowChange, 'seq'> {
  return {
    entity: 'conversation_participant',
    id: `${conversationId}:${who.type}:${who.id}:${who.joinedSeq}`,
    at: who.joinedAt,
    agentId: who.type === 'AGENT' ? who.id : null,
    set: {
      conversation_id: conversationId,
      participant_id: who.id,
      participant_type: who.type,
      role: who.role,
      joined_at: who.joinedAt,
      left_at: who.leftAt,
      leave_reason: who.leaveReason,
    },
  };
}

/** A session that a merge moved has a row in each of its conversations. */
function sessionRow(
  session: Omit<ChannelSession, 'settings'>,
  { conversationId, customerId }: Ids,
): Omit<RowChange, 'seq'> {
  const { startedAt, endedAt, channelData } = session;
  const told = (key: string) => asText(channelData[key]);
  return {
    entity: 'channel_session',
    id: `${conversationId}:${session.id}`,
    at: startedAt,
    set: {
      session_id: session.id,
      conversation_id: conversationId,
      customer_id: customerId,
      channel_id: session.channelId,
      channel_type: session.channelType,
      direction: session.direction,
      start_time: startedAt,
      end_time: endedAt,
      duration_seconds: durationSeconds(startedAt, endedAt),
      end_reason: session.endReason,
      ...messageColumns(session.messageCounts),
      device: told('device'),
      browser: told('browser'),
      country: told('country'),
      language: told('language') ?? told('locale'),
      channel_customer_identifier: session.customerIdentifier,
    },
  };
}

/** The message columns of a session. */
export function messageColumns(counts: ChannelSession['messageCounts']) {
  return {
    customer_message_count: counts?.customer ?? 0,
    bot_message_count: counts?.bot ?? 0,
    agent_message_count: counts?.agent ?? 0,
  };
}

/** Channel data come from outside: a report has no use for objects in them. */
function asText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
