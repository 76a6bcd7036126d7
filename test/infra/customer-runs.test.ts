import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { createCustomerRuns } from '../../infra/customer-runs';

interface Run {
  readonly runId: string;
  readonly status: string;
  /** The scopes of the keys that its events are sealed with, a page of one each; null: in clear. @default gone */
  readonly scopes?: readonly (string | null)[];
}

/** Keys that are there: one for each of these scopes, by its name. */
const keys = {
  left: async (ids: readonly string[], without: readonly string[]) =>
    ids.filter((id) => id !== 'destroyed' && !without.includes(id)),
};
const bytes = (text: string) => Buffer.from(text, 'utf8');
const eventOf = (scope: string | null) => ({
  userMetadata: {
    summary: {
      metadata:
        scope === null
          ? { encoding: bytes('json/plain') }
          : { encoding: bytes('binary/encrypted'), 'encryption-key-id': bytes(scope) },
      data: bytes('"Hello"'),
    },
  },
});

interface HistoryRequest {
  readonly execution: { readonly runId: string };
  readonly nextPageToken?: Uint8Array;
}

/** Its newest run goes on, whatever runs the client knows. */
const BUSY = 'closing:cnv_busy';

/** A client that knows these runs of any workflow; the list does not know the last `unlisted` yet. */
function aClient(runs: readonly Run[], unlisted = 0) {
  const deleted: string[] = [];
  const queries: string[] = [];
  const info = ({ runId, status }: Run) => ({ runId, status: { name: status } });
  const last = runs.at(-1);
  const client = {
    options: { namespace: 'test' },
    withDeadline: (_until: number, call: () => unknown) => call(),
    workflow: {
      getHandle: (workflowId: string) => ({
        async describe() {
          if (workflowId === BUSY) return info({ runId: 'busy', status: 'RUNNING' });
          if (last) return info(last);
          throw new WorkflowNotFoundError('none', workflowId, undefined);
        },
      }),
      async *list({ query }: { readonly query: string }) {
        queries.push(query);
        yield* runs.slice(0, runs.length - unlisted).map(info);
      },
    },
    workflowService: {
      async getWorkflowExecutionHistory({ execution, nextPageToken }: HistoryRequest) {
        const scopes = runs.find(({ runId }) => runId === execution.runId)?.scopes;
        if (!scopes) throw new WorkflowNotFoundError('none', '', undefined);
        const at = nextPageToken?.[0] ?? 0;
        const next = at + 1 < scopes.length ? new Uint8Array([at + 1]) : new Uint8Array();
        const events = scopes.slice(at, at + 1).map(eventOf);
        return { history: { events }, nextPageToken: next };
      },
      async deleteWorkflowExecution(request: { workflowExecution: { runId: string } }) {
        deleted.push(request.workflowExecution.runId);
      },
    },
  };
  return { runs: createCustomerRuns(client as unknown as Client, keys), deleted, queries };
}

describe('forget', () => {
  const mine = 'conversation:cus_1';
  const closed = [
    { runId: 'first', status: 'CONTINUED_AS_NEW', scopes: [null] },
    { runId: 'second', status: 'COMPLETED', scopes: [null] },
  ];

  it('deletes every run, also the newest that no list has yet', async () => {
    const { runs, deleted } = aClient(closed, 1);
    const forgotten = await runs.forget([mine]);
    expect(forgotten?.deleted.toSorted()).toEqual(['first', 'second']);
    expect(deleted.sort()).toEqual(['first', 'second']);
  });

  it.each<[string, readonly (string | null)[], 'kept' | 'deleted']>([
    ['is sealed with their key', [mine, mine], 'kept'],
    ['is sealed with keys that go with it', [mine, 'closing:cnv_1'], 'kept'],
    ['is sealed with a key that is gone', [mine, 'destroyed'], 'kept'],
    ['is sealed in part', [mine, null], 'deleted'],
    ['is sealed with a key of others', [mine, 'shared', mine], 'deleted'],
    ['is in clear', [null, mine], 'deleted'],
    ['tells no events', [], 'deleted'],
  ])('a run that %s', async (_how, scopes, fate) => {
    const { runs, deleted } = aClient([{ runId: 'only', status: 'COMPLETED', scopes }]);
    expect(await runs.forget([mine], ['closing:cnv_1'])).toEqual({
      ...{ kept: [], deleted: [] },
      [fate]: ['only'],
    });
    expect(deleted.includes('only')).toBe(fate === 'deleted');
  });

  it('judges each run by itself', async () => {
    const sealed = { runId: 'third', status: 'COMPLETED', scopes: [mine] };
    const { runs, deleted } = aClient([...closed, sealed]);
    expect(await runs.forget([mine])).toEqual({ kept: ['third'], deleted: ['first', 'second'] });
    expect(deleted).toEqual(['first', 'second']);
  });

  it('touches nothing while a run is open: deleting would cut it short', async () => {
    const { runs, deleted } = aClient([...closed, { runId: 'third', status: 'RUNNING' }]);
    expect(await runs.forget([mine])).toBeNull();
    expect(await runs.isRunning(mine)).toBe(true);
    expect(deleted).toEqual([]);
    // Nor of the others that are asked for: what it deletes is counted by whoever hears of it.
    const others = aClient(closed);
    expect(await others.runs.forget([mine, BUSY])).toBeNull();
    expect(others.deleted).toEqual([]);
  });

  it('has nothing to do where nothing ran, or is gone', async () => {
    for (const all of [[], [{ runId: 'gone', status: 'COMPLETED' }]]) {
      const { runs, deleted } = aClient(all);
      expect(await runs.forget([mine])).toEqual({ kept: [], deleted: [] });
      expect(await runs.isRunning(mine)).toBe(false);
      expect(deleted).toEqual([]);
    }
  });
});

describe('forgetEnded', () => {
  it('deletes the runs that ended before a moment, and leaves the one that is open', async () => {
    const { runs, deleted, queries } = aClient([{ runId: 'first', status: 'COMPLETED' }]);
    await runs.forgetEnded('conversation:cus_1', '2026-11-01T00:00:00.000Z');
    expect(queries).toEqual([
      'WorkflowId = "conversation:cus_1" AND CloseTime < "2026-11-01T00:00:00.000Z"',
    ]);
    expect(deleted).toEqual(['first']);
  });
});
