import { randomBytes } from 'node:crypto';
import { bundleWorkflowCode } from '@temporalio/worker';
import { conversationWorkflowId } from '../domain/ids';
import { bundleFile, readBundle, withoutCallStacks } from '../workers/bundle';
import { message } from './acknowledged-post';
import { watchArchive } from './support/archived';
import { floorClient } from './support/floor-client';
import { inTurn, ratioOf } from './support/pairs';
import { historyOf, idle, replayMs } from './support/replay';
import { sourceFile } from './support/source-file';
import type { Benchmark } from './support/stage';

const TEXT = 'x'.repeat(200);
/** Below the 4,096 at which the server suggests to continue as new. */
const EVENTS = { quick: 500, full: 4_000 };
/** Of a paced message: signal, task scheduled, started, completed, marker; the floor has no marker. */
const EVENTS_PER_MESSAGE = 5;
const FLOOR_EVENTS_PER_MESSAGE = 4;

/** P16: replay of a long conversation that no worker holds any more, against an empty handler's history of as many events. */
export const coldReplay: Benchmark = async ({ instance, api, connector }, { quick }) => {
  const run = randomBytes(4).toString('hex');
  const floor = await floorClient(instance);
  const worker = await instance.startFloor();
  const archive = await watchArchive(instance);
  const wanted = quick ? EVENTS.quick : EVENTS.full;
  let customerId = '';
  for (let n = 0; n < wanted / EVENTS_PER_MESSAGE; n += 1) {
    ({ customerId } = await api.writes('bench', connector, run, TEXT, run));
    await archive.untilHolds(customerId, n + 1);
  }
  const floorId = `floor:${run}-replay`;
  for (let n = 0; n < wanted / FLOOR_EVENTS_PER_MESSAGE; n += 1) {
    await floor.signalWithStart(floorId, message(TEXT));
    await idle(floor.client, floorId);
  }
  const history = await historyOf(floor.client, conversationWorkflowId(customerId));
  const floorHistory = await historyOf(floor.client, floorId);
  const product = { code: withoutCallStacks((await readBundle(bundleFile())).code) }; // as the worker serves it
  const bare = await bundleWorkflowCode({
    workflowsPath: sourceFile('bench/floors/no-op-workflow.ts'),
  });
  const sides = {
    ours: () => replayMs(product, history),
    floor: () => replayMs(bare, floorHistory),
  };
  await sides.ours();
  await sides.floor();
  const pairs = await inTurn(quick ? 3 : 7, sides);
  worker.stop();
  await archive.close();
  await floor.close();
  const what = `cold replay of ${history.events?.length} events / an empty handler's ${floorHistory.events?.length}`;
  const why =
    'Each message makes decisions, and each batch a local activity whose promises the sandbox follows: the empty handler has neither.';
  const gate = { at: 2, better: 'less', stretch: 1.3, why } as const;
  return [ratioOf(pairs, { id: 'P16', what, unit: 'ms', gate })];
};
