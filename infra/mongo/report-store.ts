import type { Db } from 'mongodb';
import { durationSeconds } from '../../domain/reporting/durations';
import type { ReportEntity, ReportRow } from '../../domain/reporting/entities';
import {
  nextIntervalStart,
  type QueuedTask,
  queueIntervals,
} from '../../domain/reporting/queue-intervals';
import { DEFAULT_SERVICE_LEVEL, isCounted } from '../../domain/reporting/service-level';
import type { ConfigStore } from '../stores';
import type { AgentStateRecord, ReportQuery, ReportStore } from '../stores/reports';
import { createConversationReports } from './conversation-reports';
import { isConfiguration, masterDataRows } from './master-data-rows';
import { type ReportDocument, reportsOf, rowKey } from './report-documents';
import { isDuplicateKey, rethrow } from './unavailable';

/** Rows of one answer of the server. */
const BATCH_ROWS = 500;

export interface ReportStoreDeps {
  readonly config: Pick<ConfigStore, 'list' | 'channelTypeMrd'>;
  readonly now: () => Date;
}

/** Reports as they are read: stored rows through a cursor; conversations, configuration and intervals made on the way. */
export function createReportStore(db: Db, { config, now }: ReportStoreDeps): ReportStore {
  const reports = reportsOf(db);
  const conversations = createConversationReports(db);

  /** Stored rows by their beginning. */
  function stored({ entity, from, to, agentIds }: ReportQuery): AsyncIterable<ReportDocument> {
    const began = {
      ...(from === undefined ? {} : { $gte: from }),
      ...(to === undefined ? {} : { $lt: to }),
    };
    const theirs = agentIds ? { agentId: { $in: [null, ...agentIds] } } : {};
    const bounds = from === undefined && to === undefined ? {} : { at: began };
    return reports
      .find({ entity, ...bounds, ...theirs }, { batchSize: BATCH_ROWS })
      .hint('rows')
      .sort({ at: 1, _id: 1 });
  }

  function rowsOf(query: ReportQuery): AsyncIterable<ReportRow> {
    const { entity } = query;
    if (isConfiguration(entity)) {
      const deleted = stored({ ...query, from: undefined });
      return masterDataRows(query, { config, deleted });
    }
    switch (entity) {
      case 'conversation':
        return conversations.rows(query);
      case 'conversation_data':
        return conversations.data(query);
      case 'channel_session':
        return conversations.withRunningCounts(stored(query));
      case 'queue_interval':
        return queueIntervals(countedTasks(stored(tasksOfIntervals(query))));
      default:
        return each(stored(query), toRow);
    }
  }

  return {
    rows: (query) => rethrowing(rowsOf(query)),

    async writeAgentStates(states) {
      if (states.length === 0) return;
      const at = now().toISOString();
      const write = () => reports.bulkWrite(states.map((state) => putState(state, at)));
      // Another first write of the same row came in between: now it is there.
      await write().catch((error: unknown) => (isDuplicateKey(error) ? write() : rethrow(error)));
    },
  };
}

/** The row with what every row has. */
export function toRow({ row, createdAt, updatedAt }: ReportDocument): ReportRow {
  return { record_creation_time: createdAt, updated_at: updatedAt, ...row };
}

/** Intervals that begin in the range, whole; they name no agent. */
function tasksOfIntervals({ from, to }: ReportQuery): ReportQuery {
  return {
    entity: 'agent_task',
    from: from === undefined ? undefined : nextIntervalStart(from),
    to: to === undefined ? undefined : nextIntervalStart(to),
  };
}

async function* countedTasks(rows: AsyncIterable<ReportDocument>): AsyncGenerator<QueuedTask> {
  for await (const { task, serviceLevel, createdAt, updatedAt } of rows) {
    if (!task?.queueId || task.queuedAt === null || !isCounted(task)) continue;
    const { queueId, queuedAt } = task;
    const level = serviceLevel ?? DEFAULT_SERVICE_LEVEL;
    yield { ...task, queueId, queuedAt, level, createdAt, updatedAt };
  }
}

/** A state that runs is only ever added, one that has ended is put. */
function putState(state: AgentStateRecord, at: string) {
  const { agentId, mrdId, startedAt, endedAt } = state;
  const entity: ReportEntity = mrdId === null ? 'agent_state' : 'agent_mrd_state';
  // One moment may hold several states, each once: a login that asks for READY goes through NOT_READY.
  const id = [agentId, ...(mrdId === null ? [] : [mrdId]), startedAt, state.state].join(':');
  const row = {
    agent_id: agentId,
    ...(mrdId === null ? {} : { mrd_id: mrdId }),
    login_at: state.loginAt,
    state: state.state,
    reason: state.reason,
    started_at: startedAt,
    duration_seconds: durationSeconds(startedAt, endedAt),
  };
  const facts = { entity, at: startedAt, agentId, row, updatedAt: at };
  const update =
    endedAt === null
      ? { $setOnInsert: { ...facts, createdAt: at } }
      : { $set: facts, $setOnInsert: { createdAt: at } };
  return { updateOne: { filter: { _id: rowKey(entity, id) }, update, upsert: true } };
}

async function* each<A, B>(items: AsyncIterable<A>, make: (item: A) => B): AsyncGenerator<B> {
  for await (const item of items) yield make(item);
}

async function* rethrowing<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    rethrow(error);
  }
}
