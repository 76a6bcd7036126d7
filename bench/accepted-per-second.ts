import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { MongoClient } from 'mongodb';
import { httpCaller } from './support/http-caller';
import type { Instance } from './support/instance';
import type { Measured } from './support/measured';
import { median, quantile } from './support/statistics';

const CALLERS = 20;
const CONVERSATIONS = 100;
const TEXT = 'x'.repeat(200);
const PATIENCE_MS = 120_000;
/** Before anything is counted: a process that has just begun has not compiled its busy code yet (performance.md section 1, rule 6). */
const WARM_UP_SECONDS = 30;

/** Saturation: how many messages a second are accepted while the same machine archives them, and how long the backlog lasts. */
export async function acceptedPerSecond(
  instance: Instance,
  token: string,
  { quick }: { readonly quick: boolean },
): Promise<Measured[]> {
  const post = httpCaller(instance.url, token);
  const run = randomBytes(4).toString('hex');
  const send = async (customer: number) => {
    const begun = performance.now();
    const { status, text } = await post('/v1/channels/bench/messages', {
      providerMessageId: `${run}-${randomBytes(12).toString('hex')}`,
      customer: { identifier: `${run}-${customer}` },
      body: { type: 'PLAIN', text: TEXT },
    });
    if (status !== 202) throw new Error(`the API answered ${status}: ${text}`);
    return performance.now() - begun;
  };
  for (let customer = 0; customer < CONVERSATIONS; customer += 1) await send(customer);
  const warmUp = await saturate(send, quick ? WARM_UP_SECONDS / 3 : WARM_UP_SECONDS);
  const earlier = CONVERSATIONS + warmUp.results.length;
  await drain(instance, earlier, run);

  const seconds = quick ? 8 : 20;
  const floor = await floorPerSecond(instance, seconds / 2);
  const before = await instance.cpuSeconds();
  const { results: latencies, elapsed } = await saturate(send, seconds);
  const accepted = latencies.length;
  const expected = earlier + accepted;
  const { backlog, drainedIn, archived } = await drain(instance, expected, run);
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
      gate: { at: 0.6, better: 'more' },
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
}

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
  const stopFloor = await instance.startFloor();
  const connection = await Connection.connect({ address: instance.temporalAddress });
  const client = new Client({ connection });
  const signal = async (customer: number) => {
    await client.workflow.signalWithStart('noOpWorkflow', {
      taskQueue: 'bench-floor',
      workflowId: `floor-saturation:${customer}`,
      workflowIdConflictPolicy: 'USE_EXISTING',
      signal: 'message',
      signalArgs: [{ text: TEXT }],
    });
  };
  for (let customer = 0; customer < CONVERSATIONS; customer += 1) await signal(customer);
  await saturate(signal, seconds / 2); // warm
  const { results, elapsed } = await saturate(signal, seconds);
  await connection.close();
  stopFloor();
  return results.length / elapsed;
}

async function drain(
  instance: Instance,
  expected: number,
  run: string,
): Promise<{ readonly backlog: number; readonly drainedIn: number; readonly archived: number }> {
  const mongo = await MongoClient.connect(instance.mongoUri);
  const timeline = mongo.db().collection('timeline');
  const count = () =>
    timeline.countDocuments({ channelId: 'bench', providerMessageId: { $regex: `^${run}-` } });
  const begun = performance.now();
  let archived = await count();
  const backlog = expected - archived;
  while (archived < expected && performance.now() - begun < PATIENCE_MS) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    archived = await count();
  }
  await mongo.close();
  return { backlog, drainedIn: (performance.now() - begun) / 1000, archived };
}
