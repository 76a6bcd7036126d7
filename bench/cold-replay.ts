import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { bundleFile, readBundle, withShortStacks } from '../workers/bundle';
import { message } from './acknowledged-post';
import { untilArchived } from './support/archived';
import { floorClient } from './support/floor-client';
import { inTurn, ratioOf } from './support/pairs';
import { sourceFile } from './support/source-file';
import type { Benchmark } from './support/stage';

const TEXT = 'x'.repeat(200);
const EVENTS = { quick: 500, full: 3_500 };
/** Of a paced message: signal, task scheduled, started, completed, marker; the floor has no marker. */
const EVENTS_PER_MESSAGE = 5;
const FLOOR_EVENTS_PER_MESSAGE = 4;

/** P16: replay of a long conversation that no worker holds any more, against an empty handler's history of as many events. */
export const coldReplay: Benchmark = async ({ instance, api, connector }, { quick }) => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const run = randomBytes(4).toString('hex');
  const floor = await floorClient(instance);
  const worker = await instance.startFloor();
  const wanted = quick ? EVENTS.quick : EVENTS.full;
  let customerId = '';
  for (let n = 0; n < wanted / EVENTS_PER_MESSAGE; n += 1) {
    ({ customerId } = await api.writes('bench', connector, run, TEXT, run));
    await untilArchived(instance, run, n + 1);
  }
  const floorId = `floor:${run}-replay`;
  for (let n = 0; n < wanted / FLOOR_EVENTS_PER_MESSAGE; n += 1) {
    await floor.signalWithStart(floorId, message(TEXT));
    await idle(floor.client, floorId);
  }
  const history = await historyOf(floor.client, `conversation:${customerId}`);
  const floorHistory = await historyOf(floor.client, floorId);
  const product = { code: withShortStacks((await readBundle(bundleFile())).code) }; // as the worker serves it
  const bare = await bundleWorkflowCode({
    workflowsPath: sourceFile('bench/floors/no-op-workflow.ts'),
  });
  const seconds = async (workflowBundle: typeof bare | typeof product, of: History) => {
    const begun = performance.now();
    await Worker.runReplayHistory({ workflowBundle }, of, 'replayed');
    return performance.now() - begun;
  };
  const sides = {
    ours: () => seconds(product, history),
    floor: () => seconds(bare, floorHistory),
  };
  await sides.ours();
  await sides.floor();
  const pairs = await inTurn(quick ? 3 : 7, sides);
  worker.stop();
  await floor.close();
  const what = `cold replay of ${history.events?.length} events / an empty handler's ${floorHistory.events?.length}`;
  const why =
    'Each message makes decisions, and each batch a local activity whose promises the sandbox follows: the empty handler has neither.';
  const gate = { at: 2, better: 'less', stretch: 1.3, why } as const;
  return [ratioOf(pairs, { id: 'P16', what, unit: 'ms', gate })];
};

/** The newest run: a long one has continued as new. */
async function historyOf(client: Client, workflowId: string): Promise<History> {
  return client.workflow.getHandle(workflowId).fetchHistory();
}

/** Until the workflow task of the last signal is done, so that the next signal gets its own. */
async function idle(client: Client, workflowId: string): Promise<void> {
  await client.workflow
    .getHandle(workflowId)
    .query('__enhanced_stack_trace')
    .catch(() => undefined);
}
