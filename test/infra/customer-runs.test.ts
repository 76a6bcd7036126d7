import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { createCustomerRuns } from '../../infra/customer-runs';

interface Run {
  readonly runId: string;
  readonly status: string;
}

/** A client that knows these runs of one workflow; the list does not know the last `unlisted` yet. */
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
      async deleteWorkflowExecution(request: { workflowExecution: { runId: string } }) {
        deleted.push(request.workflowExecution.runId);
      },
    },
  };
  return { runs: createCustomerRuns(client as unknown as Client), deleted, queries };
}

describe('forget', () => {
  const closed = [
    { runId: 'first', status: 'CONTINUED_AS_NEW' },
    { runId: 'second', status: 'COMPLETED' },
  ];

  it('deletes every run, also the newest that no list has yet', async () => {
    const { runs, deleted } = aClient(closed, 1);
    expect(await runs.forget(['conversation:cus_1'])).toBe(true);
    expect(deleted.sort()).toEqual(['first', 'second']);
  });

  it('touches nothing while a run is open: deleting would cut it short', async () => {
    const { runs, deleted } = aClient([...closed, { runId: 'third', status: 'RUNNING' }]);
    expect(await runs.forget(['conversation:cus_1'])).toBe(false);
    expect(deleted).toEqual([]);
  });

  it('has nothing to do where nothing ran', async () => {
    const { runs, deleted } = aClient([]);
    expect(await runs.forget(['conversation:cus_1'])).toBe(true);
    expect(deleted).toEqual([]);
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
