import { randomBytes } from 'node:crypto';
import { message } from './acknowledged-post';
import { untilArchived } from './support/archived';
import { floorClient } from './support/floor-client';
import { heapProbe } from './support/heap';
import { closedLoop } from './support/load';
import type { Benchmark } from './support/stage';
import { slope } from './support/statistics';

const CALLERS = 8;
/** From the first on the code of both is compiled, and what they hold for all workflows is there. */
const OPEN = { quick: [50, 150, 250, 350], full: [50, 500, 1_000, 2_000] };
const KIB = 1024;

/** Of the processes that are measured: the heap can be asked for, and no worker gives up a conversation. */
export const WORKER_MEMORY_ENV = { ...heapProbe(), PARLEY_WORKER_CACHE: '2100' };

/** P11: heap of the worker for each open conversation that it holds, garbage collected, against an empty workflow. */
export const workerMemory: Benchmark = async ({ instance, api, connector }, { quick }) => {
  const run = randomBytes(4).toString('hex');
  const floor = await floorClient(instance);
  const worker = await instance.startFloor();
  const ours: [number, number][] = [];
  const bare: [number, number][] = [];
  let open = 0;
  for (const wanted of quick ? OPEN.quick : OPEN.full) {
    const first = open;
    await closedLoop(CALLERS, wanted - first, (n) =>
      api.writes('bench', connector, `${run}-${first + n}`, 'hello', run),
    );
    await closedLoop(CALLERS, wanted - first, (n) =>
      floor.signalWithStart(`floor:${run}-${first + n}`, message('hello')),
    );
    open = wanted;
    await untilArchived(instance, run, open);
    ours.push([open, await instance.heapBytes('worker')]);
    bare.push([open, await worker.heapBytes()]);
  }
  worker.stop();
  await floor.close();
  const [each, floorEach] = [slope(ours), slope(bare)];
  const most = open.toLocaleString('en');
  return [
    {
      id: 'P11',
      what: `worker heap per cached open conversation (slope up to ${most}, after a collection) / empty workflow`,
      ours: `${(each / KIB).toFixed(1)} KiB`,
      floor: `${(floorEach / KIB).toFixed(1)} KiB`,
      value: floorEach > 0 ? each / floorEach : Number.NaN,
      interval: null,
      gate: {
        at: 2,
        better: 'less',
        stretch: 1.3,
        why: "An empty workflow has no state. A conversation holds its rules' state, the settings of its session, the keys of what it has taken, some forty handlers, and modules of its own.",
      },
    },
  ];
};
