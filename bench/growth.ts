import { randomBytes } from 'node:crypto';
import { acknowledgedPairs } from './acknowledged-post';
import { untilArchived } from './support/archived';
import { floorClient } from './support/floor-client';
import { closedLoop } from './support/load';
import type { Measured } from './support/measured';
import { figures, type Pair, ratioOf } from './support/pairs';
import type { Benchmark } from './support/stage';
import { median } from './support/statistics';

const CALLERS = 8;
/** What can be had in half an hour, and with `--long`. */
const OPEN = { quick: 300, full: 2_000, long: 10_000 };
const MESSAGES = { quick: 1_000, full: 6_000, long: 100_000 };
const TEXT = 'x'.repeat(1000);

/** P18: P1 with many open conversations over P1 with few. */
export const manyOpen: Benchmark = async (stage, options) => {
  const { quick, long } = options;
  const open = OPEN[long ? 'long' : quick ? 'quick' : 'full'];
  const run = randomBytes(4).toString('hex');
  const before = await acknowledgedPairs(stage, options, `${run}-few`);
  await closedLoop(CALLERS, open, (n) =>
    stage.api.writes('bench', stage.connector, `${run}-open-${n}`, 'hello', run),
  );
  await untilArchived(stage.instance, run, open);
  const after = await acknowledgedPairs(stage, options, `${run}-many`);
  const early = figures(before, median);
  const pairs = figures(after, median).map((pair, n) => ratioPair(pair, early[n]));
  const short = long ? '' : `, at ${spoken(open)} instead of ${spoken(OPEN.long)}`;
  const what = `P1 with ${spoken(open)} more open conversations / without${short}`;
  const gate = { at: 1.25, better: 'less', stretch: 1.05 } as const;
  return [ratioOf(pairs, { id: 'P18', what, unit: 'x the floor', gate })];
};

/** P19: P1, and the history bytes of a message, late in a long conversation over early in it. */
export const longConversation: Benchmark = async (stage, { quick, long }) => {
  const messages = MESSAGES[long ? 'long' : quick ? 'quick' : 'full'];
  const run = randomBytes(4).toString('hex');
  const floor = await floorClient(stage.instance);
  let sent = 0;
  const send = async () => {
    sent += 1;
    return stage.api.writes('bench', stage.connector, run, TEXT, run);
  };
  const { customerId } = await send();
  const workflow = floor.client.workflow.getHandle(`conversation:${customerId}`);
  const look = async () => {
    const block = quick ? 30 : 100;
    const before = await workflow.describe();
    const latencies: number[] = [];
    for (let n = 0; n < block; n += 1) {
      const begun = performance.now();
      await send();
      latencies.push(performance.now() - begun);
      await untilArchived(stage.instance, run, sent);
    }
    const after = await workflow.describe();
    const bytes = (after.historySize ?? 0) - (before.historySize ?? 0);
    return {
      ms: median(latencies),
      bytes: before.runId === after.runId ? bytes / block : Number.NaN,
    };
  };
  for (let n = 0; n < 10; n += 1) await send();
  await untilArchived(stage.instance, run, sent);
  const early = await look();
  await closedLoop(CALLERS, messages, send);
  await untilArchived(stage.instance, run, sent);
  let late = await look();
  if (Number.isNaN(late.bytes)) late = { ...late, bytes: (await look()).bytes }; // it had continued as new in the middle
  await floor.close();
  const line = (id: string, what: string, unit: string, ours: number, floor: number): Measured => ({
    id,
    what: `${what} at message ${spoken(messages)}${long ? '' : ` instead of ${spoken(MESSAGES.long)}`} / at message 10`,
    ours: `${ours.toFixed(1)} ${unit}`,
    floor: `${floor.toFixed(1)} ${unit}`,
    value: ours / floor,
    interval: null,
    gate: { at: 1.2, better: 'less', stretch: 1.05 },
  });
  return [
    line('P19', 'acknowledged POST, p50,', 'ms', late.ms, early.ms),
    line('P19 bytes', 'history bytes of a paced message', 'B', late.bytes, early.bytes),
  ];
};

/** P1 of a pair over P1 of another: both already floors of the same run. */
function ratioPair(after: Pair, before: Pair | undefined): Pair {
  return {
    ours: after.ours / after.floor,
    floor: before ? before.ours / before.floor : Number.NaN,
  };
}

function spoken(value: number): string {
  return value.toLocaleString('en');
}
