import type { Collection, Db, IndexDescription } from 'mongodb';
import type { TaskView } from '../../domain/conversation/view';
import type { ReportEntity, ReportRow } from '../../domain/reporting/entities';
import type { ServiceLevel } from '../../domain/reporting/service-level';

/** One row of a report. `_id` is `{entity}:{id}`. Columns are in `row` as they are exported; what is not there is null. */
export interface ReportDocument {
  readonly _id: string;
  readonly entity: ReportEntity;
  /** When what it reports began: what reports are asked by. */
  readonly at: string;
  readonly row: ReportRow;
  /** Whom it is about: a supervisor of teams sees rows of their agents and of nobody. */
  readonly agentId?: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Rows of conversations: the first and last entry that brought it, and the fence of the write (docs/adr/0004). */
  readonly conversationId?: string;
  readonly seq?: number;
  readonly lastSeq?: number;
  readonly fence?: number;
  /** Agent tasks whole, for lists of them; and how their queue measured when they were first written. */
  readonly task?: TaskView;
  readonly serviceLevel?: ServiceLevel | null;
}

export const reportsOf = (db: Db): Collection<ReportDocument> => db.collection('reports');

const text = { $gt: '' } as const;
const newestFirst = { at: -1, _id: -1 } as const;

export const REPORT_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  reports: [
    { name: 'rows', key: { entity: 1, at: 1, _id: 1 } },
    {
      name: 'conversation', // what a lost attempt left
      key: { conversationId: 1, seq: 1 },
      partialFilterExpression: { conversationId: text },
    },
    ...['state', 'mediaState', 'agentId', 'queueId', 'conversationId'].map((member) => ({
      name: `task-${member}`,
      key: { [`task.${member}`]: 1, ...newestFirst },
      partialFilterExpression: { [`task.${member}`]: text },
    })),
  ],
};

/** Key of a row among all reports. */
export function rowKey(entity: ReportEntity, id: string): string {
  return `${entity}:${id}`;
}
