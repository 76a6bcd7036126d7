import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { message } from './acknowledged-post';
import { pause } from './support/api';
import { untilArchived } from './support/archived';
import { floorClient } from './support/floor-client';
import { closedLoop, openLoop } from './support/load';
import type { Measured } from './support/measured';
import type { Benchmark } from './support/stage';
import { median, quantile, seeded } from './support/statistics';

const CONVERSATIONS = 100;
const PER_SECOND = 50;
const BATCH = 500;
const BUDGET_MS = 250;
const TEXT = 'x'.repeat(1000);

/** P23 and P12: how long a minute without a worker takes to catch up at the same load, and how fast entries are archived meanwhile. */
export const catchUp: Benchmark = async ({ instance, api, connector }, { quick }) => {
  const seconds = quick ? 15 : 60;
  const run = randomBytes(4).toString('hex');
  const send = (n: number) =>
    api.writes('bench', connector, `${run}-${n % CONVERSATIONS}`, TEXT, run);
  await closedLoop(4, CONVERSATIONS, send);
  await untilArchived(instance, run, CONVERSATIONS);
  await instance.pause('worker');
  let accepted: number[];
  try {
    accepted = await openLoop(PER_SECOND, seconds, send, seeded(1));
  } finally {
    await instance.resume('worker');
  }
  const missed = accepted.length;
  const {
    backlog,
    seconds: drained,
    archived,
  } = await untilArchived(instance, run, CONVERSATIONS + missed);
  const raw = await rawInserts(instance.mongoUri, run);
  const rate = backlog / drained;
  return [
    {
      id: 'P23',
      what: `seconds to archive what came in ${seconds} s without a worker, over ${seconds} s`,
      ours: `${missed} messages in ${drained.toFixed(1)} s, archived ${archived - CONVERSATIONS}`,
      floor: `${seconds} s`,
      value: drained / seconds,
      interval: null,
      gate: { at: 0.5, better: 'less', stretch: 0.2 },
    },
    {
      id: 'P12',
      what: 'entries archived a second while catching up / raw insertMany of 500 of the same documents',
      ours: `${rate.toFixed(0)}/s`,
      floor: `${raw.toFixed(0)}/s`,
      value: rate / raw,
      interval: null,
      gate: {
        at: 0.5,
        better: 'more',
        stretch: 0.8,
        why: 'The floor writes 500 documents in one command and does nothing else. Ours hands out a workflow task of each customer, runs the rules over each message, and writes a batch of each conversation, whose hash chain and fence are its own: a few dozen entries, with its projection.',
      },
    },
  ];
};

/** P24: 50 messages a second at Poisson times: what the strictest provider asks of a webhook, and whether the machine could keep it at all. */
export const webhookBudget: Benchmark = async ({ instance, api, connector }, { quick }) => {
  const run = randomBytes(4).toString('hex');
  const send = (n: number) =>
    api.writes('bench', connector, `${run}-${n % CONVERSATIONS}`, TEXT, run);
  const floor = await floorClient(instance);
  const worker = await instance.startFloor();
  const bare = (n: number) =>
    floor.signalWithStart(`floor:${run}-${n % CONVERSATIONS}`, message(TEXT));
  const taken: number[][] = [];
  for (const call of [bare, send]) {
    await closedLoop(4, CONVERSATIONS, call);
    await pause(2000);
    taken.push(await openLoop(PER_SECOND, quick ? 10 : 40, call, seeded(24)));
  }
  worker.stop();
  await floor.close();
  const [floorMs = [], ms = []] = taken;
  const lateShare = (of: readonly number[]) => of.filter((each) => each > 1000).length / of.length;
  const spoken = (of: readonly number[]) =>
    `p50 ${median(of).toFixed(1)} ms, p99 ${quantile(of, 0.99).toFixed(0)} ms, ${(lateShare(of) * 100).toFixed(2)} % over 1 s`;
  const hopeless = median(floorMs) > BUDGET_MS / 2 || lateShare(floorMs) > 0.005;
  const line = (id: string, what: string, value: number): Measured => ({
    ...{ id, what, ours: spoken(ms), floor: spoken(floorMs), interval: null },
    value: hopeless ? Number.NaN : value,
    ...(hopeless && { reason: 'the bare floor alone takes half of the budget on this machine' }),
    gate: { at: 1, better: 'less' },
  });
  return [
    line(
      'P24',
      `${ms.length} messages at ${PER_SECOND}/s: median / 250 ms`,
      median(ms) / BUDGET_MS,
    ),
    line('P24 late', 'share over a second / 1 %', lateShare(ms) / 0.01),
  ];
};

/** Documents a second that go into a collection with the archive's indexes and write concern. */
async function rawInserts(mongoUri: string, run: string): Promise<number> {
  const mongo = await MongoClient.connect(mongoUri);
  const db = mongo.db();
  const timeline = db.collection('timeline');
  const copies = db.collection('bench_raw', { writeConcern: { w: 'majority', j: true } });
  await copies.drop();
  for (const { key, name, v: _v, ...options } of await timeline.indexes())
    if (name !== '_id_') await copies.createIndex(key, { name: name ?? '', ...options });
  const documents = await timeline
    .find({ channelId: 'bench', providerMessageId: { $regex: `^${run}` } })
    .toArray();
  const begun = performance.now();
  for (let at = 0; at < documents.length; at += BATCH)
    await copies.insertMany(documents.slice(at, at + BATCH));
  const rate = documents.length / ((performance.now() - begun) / 1000);
  await copies.drop();
  await mongo.close();
  return rate;
}
