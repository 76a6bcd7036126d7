import { randomBytes } from 'node:crypto';
import { message } from './acknowledged-post';
import { pause } from './support/api';
import { untilArchived } from './support/archived';
import { floorClient } from './support/floor-client';
import { closedLoop } from './support/load';
import type { Benchmark } from './support/stage';
import { slope } from './support/statistics';

const CALLERS = 4;
/** From where the first growth of the heap is over to below the worker's cache, which would give up the oldest. */
const OPEN = { quick: [100, 200, 300], full: [100, 200, 300, 400, 500, 580] };
const KIB = 1024;

/** P11: resident memory of the worker for each open conversation that it holds, against an empty workflow. */
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
    await pause(2000); // what the last ones allocated is collected or kept
    ours.push([open, await instance.residentBytes('worker')]);
    bare.push([open, await worker.residentBytes()]);
  }
  worker.stop();
  await floor.close();
  const [each, floorEach] = [slope(ours), slope(bare)];
  return [
    {
      id: 'P11',
      what: 'worker memory per cached open conversation (slope) / empty workflow',
      ours: `${(each / KIB).toFixed(0)} KiB`,
      floor: `${(floorEach / KIB).toFixed(0)} KiB`,
      value: floorEach > 0 ? each / floorEach : Number.NaN, // what was freed meanwhile says nothing
      interval: null,
      gate: {
        at: 2,
        better: 'less',
        stretch: 1.3,
        why: 'Resident memory without a forced collection: an empty workflow fits into what the heap has at hand, a conversation holds its state, some forty handlers and modules of its own.',
      },
    },
  ];
};
