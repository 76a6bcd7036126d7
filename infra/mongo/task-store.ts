import type { Db, Filter } from 'mongodb';
import type { TaskView } from '../../domain/conversation/view';
import type { TalliedTask } from '../../domain/reporting/day-tally';
import { DEFAULT_SERVICE_LEVEL } from '../../domain/reporting/service-level';
import type { TaskFilter, TaskStore } from '../stores/reports';
import { decodeCursor, encodeCursor, olderThan, pageOf } from './page';
import { type ReportDocument, reportsOf, rowKey } from './report-documents';
import { rethrow } from './unavailable';

/** Rows of one answer of the server. */
const BATCH_ROWS = 500;

/** Members of a task that lists are filtered by. */
const FILTERED = ['state', 'mediaState', 'agentId', 'queueId', 'conversationId'] as const;

/** Agent tasks, which are kept whole in the rows of `agent_task`. */
export function createTaskStore(db: Db): TaskStore {
  const reports = reportsOf(db);

  async function* tasksSince(from: string): AsyncGenerator<TalliedTask> {
    const rows = reports
      .find(
        { entity: 'agent_task', at: { $gte: from } },
        { projection: { task: 1, serviceLevel: 1 }, batchSize: BATCH_ROWS },
      )
      .hint('rows')
      .sort({ at: 1, _id: 1 });
    try {
      for await (const row of rows)
        yield { task: taskOf(row), level: row.serviceLevel ?? DEFAULT_SERVICE_LEVEL };
    } catch (error) {
      rethrow(error);
    }
  }

  return {
    async list(filter, { limit, cursor }) {
      const conditions = conditionsOf(filter);
      if (cursor) {
        const [at, id] = decodeCursor('tasks', cursor, ['string', 'string']);
        conditions.push(olderThan('at', at, id));
      }
      const rows = await reports
        .find({ $and: conditions }, { projection: { at: 1, task: 1 } })
        .sort({ at: -1, _id: -1 })
        .limit(limit + 1)
        .toArray();
      return pageOf(rows, limit, taskOf, ({ at, _id }) => encodeCursor('tasks', [at, _id]));
    },
    async get(taskId) {
      const row = await reports.findOne({ _id: rowKey('agent_task', taskId) });
      return row ? taskOf(row) : null;
    },
    since: (from) => tasksSince(from),
  };
}

/** Built from parsed scalars only: field and operator are ours. */
function conditionsOf(filter: TaskFilter): Filter<ReportDocument>[] {
  const conditions: Filter<ReportDocument>[] = [{ entity: 'agent_task' }];
  for (const member of FILTERED)
    if (filter[member] !== undefined) conditions.push({ [`task.${member}`]: filter[member] });
  const { visibleToSupervisorOf } = filter;
  if (visibleToSupervisorOf)
    conditions.push({ agentId: { $in: [null, ...visibleToSupervisorOf] } });
  return conditions;
}

function taskOf({ _id, task }: Pick<ReportDocument, '_id' | 'task'>): TaskView {
  if (!task) throw new Error(`${_id} has no task`);
  return task;
}
