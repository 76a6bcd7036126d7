import { randomBytes } from 'node:crypto';
import { untilArchived } from './support/archived';
import { floorClient } from './support/floor-client';
import type { Instance } from './support/instance';
import type { Benchmark } from './support/stage';
import { median, quantile } from './support/statistics';

const CALLERS = 20;
const CONVERSATIONS = 100;
const TEXT = 'x'.repeat(200);
/** Before anything is counted: a process that has just begun has not compiled its busy code yet (performance.md section 1, rule 6). */
const WARM_UP_SECONDS = 30;

/** Saturation: how many messages a second are accepted while the same machine archives them, and how long the backlog lasts. */
export const acceptedPerSecond: Benchmark = async ({ instance, api, connector }, { quick }) => {
  const run = randomBytes(4).toString('hex');
  const send = async (customer: number) => {
    const begun = performance.now();
    await api.writes('bench', connector, `${run}-${customer}`, TEXT, run);
    return performance.now() - begun;
  };
  for (let customer = 0; customer < CONVERSATIONS; customer += 1) await send(customer);
  const warmUp = await saturate(send, quick ? WARM_UP_SECONDS / 3 : WARM_UP_SECONDS);
  const earlier = CONVERSATIONS + warmUp.results.length;
  await untilArchived(instance, run, earlier);

  const seconds = quick ? 8 : 20;
  const floor = await floorPerSecond(instance, seconds / 2);
  const before = await instance.cpuSeconds();
  const { results: latencies, elapsed } = await saturate(send, seconds);
  const accepted = latencies.length;
  const expected = earlier + accepted;
  const { backlog, seconds: drainedIn, archived } = await untilArchived(instance, run, expected);
  const rate = accepted / elapsed;
  const after = await instance.cpuSeconds();
  const cpu = (['api', 'worker', 'temporal', 'mongod'] as const).map((name) => {
    const perMessage =
      before && after ? ((after[name] - before[name]) / accepted) * 1000 : Number.NaN;
    return `${name} ${perMessage.toFixed(1)}`;
  });
  return [
    {
      id: 'accepted/s',
      what: `${CALLERS} callers, ${CONVERSATIONS} conversations, archive included`,
      ours: `${rate.toFixed(0)}/s (p50 ${median(latencies).toFixed(0)} ms, p99 ${quantile(latencies, 0.99).toFixed(0)} ms)`,
      floor: `bare signalWithStart ${floor.toFixed(0)}/s`,
      value: rate,
      interval: null,
      gate: { at: 200, better: 'more' },
    },
    {
      id: 'P4',
      what: 'accepted/s over bare signalWithStart/s with a no-op worker, both at saturation',
      ours: `${rate.toFixed(0)}/s`,
      floor: `${floor.toFixed(0)}/s`,
      value: rate / floor,
      interval: null,
      gate: { at: 0.6, better: 'more', stretch: 0.85 },
    },
    {
      id: 'drain',
      what: `seconds until ${accepted} accepted messages are archived`,
      ours: `backlog ${backlog}, archived ${archived} of ${expected}`,
      floor: '-',
      value: drainedIn,
      interval: null,
      gate: { at: 5, better: 'less' },
    },
    {
      id: 'cpu',
      what: 'CPU milliseconds per accepted and archived message',
      ours: cpu.join(', '),
      floor: '-',
      value: Number.NaN,
      interval: null,
      gate: null,
    },
  ];
};

/** All callers, each in a closed loop over conversations of its own. */
async function saturate<T>(
  send: (customer: number) => Promise<T>,
  seconds: number,
): Promise<{ readonly results: readonly T[]; readonly elapsed: number }> {
  const results: T[] = [];
  const begun = performance.now();
  const until = begun + seconds * 1000;
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      for (let n = 0; performance.now() < until; n += 1)
        results.push(await send((caller * 5 + (n % 5)) % CONVERSATIONS));
    }),
  );
  return { results, elapsed: (performance.now() - begun) / 1000 };
}

/** The same callers and workflows without Parley: the client alone, and a worker that does nothing. */
async function floorPerSecond(instance: Instance, seconds: number): Promise<number> {
  const worker = await instance.startFloor();
  const floor = await floorClient(instance);
  const signal = (customer: number) =>
    floor.signalWithStart(`floor-saturation:${customer}`, { text: TEXT });
  for (let customer = 0; customer < CONVERSATIONS; customer += 1) await signal(customer);
  await saturate(signal, seconds / 2); // warm
  const { results, elapsed } = await saturate(signal, seconds);
  await floor.close();
  worker.stop();
  return results.length / elapsed;
}
