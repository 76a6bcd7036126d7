import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { type Document, MongoClient } from 'mongodb';
import { acknowledgedPairs } from './acknowledged-post';
import { type Api, type Caller, until } from './support/api';
import { untilArchived } from './support/archived';
import { closedLoop } from './support/load';
import type { Measured } from './support/measured';
import { type Pair, ratioOf } from './support/pairs';
import type { Benchmark } from './support/stage';
import { median } from './support/statistics';

const CALLERS = 8;
const TEXT = 'x'.repeat(1000);

/** P18: P1 with many open conversations over P1 with few. */
export const manyOpen: Benchmark = async (stage, options) => {
  const { quick, long } = options;
  const open = long ? 10_000 : quick ? 300 : 3_000;
  const run = randomBytes(4).toString('hex');
  const before = await acknowledgedPairs(stage, options, `${run}-few`);
  await closedLoop(CALLERS, open, (n) =>
    stage.api.writes('bench', stage.connector, `${run}-open-${n}`, 'hello', run),
  );
  await untilArchived(stage.instance, run, open);
  const after = await acknowledgedPairs(stage, options, `${run}-many`);
  const pairs = after.p50.map((pair, n) => ratioPair(pair, before.p50[n]));
  const what = `P1 with ${open.toLocaleString('en')} more open conversations / without`;
  const gate = { at: 1.25, better: 'less', stretch: 1.05 } as const;
  return [ratioOf(pairs, { id: 'P18', what, unit: 'x the floor', gate })];
};

/** P19: P1, and the history bytes of a message, late in a long conversation over early in it. */
export const longConversation: Benchmark = async (stage, { quick, long }) => {
  const messages = long ? 100_000 : quick ? 1_000 : 10_000;
  const run = randomBytes(4).toString('hex');
  const connection = await Connection.connect({ address: stage.instance.temporalAddress });
  const client = new Client({ connection });
  let sent = 0;
  const send = async () => {
    sent += 1;
    return stage.api.writes('bench', stage.connector, run, TEXT, run);
  };
  const { customerId } = await send();
  const workflow = client.workflow.getHandle(`conversation:${customerId}`);
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
  await connection.close();
  const line = (id: string, what: string, unit: string, ours: number, floor: number): Measured => ({
    id,
    what: `${what} at message ${messages.toLocaleString('en')} / at message 10`,
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

/** P20: lists and the board with many archived conversations over with few. The archive is filled by copies of one that was closed. */
export const largeArchive: Benchmark = async ({ instance, api, connector }, { quick, long }) => {
  const [few, many] = [quick ? 1_000 : 10_000, long ? 1_000_000 : quick ? 10_000 : 200_000];
  const { customerId } = await api.writes('bench', connector, randomBytes(8).toString('hex'), 'hi');
  const id = await api.conversationOf(customerId);
  await api.call('DELETE', `/v1/conversations/${id}`, api.admin, { reason: 'measured' });
  await until(async () => {
    const { state } = (await api.call('GET', `/v1/conversations/${id}`, api.admin)) as {
      state: string;
    };
    return state === 'CLOSED' || null;
  });
  const routes = [
    '/v1/conversations',
    '/v1/conversations?state=CLOSED',
    '/v1/conversations?channelId=bench&state=CLOSED',
    `/v1/customers/${customerId}/conversations`,
    '/v1/stats',
  ];
  const allTimed = async () => {
    const taken: number[] = [];
    for (const route of routes) taken.push(await timed(api, api.admin, route, quick));
    return taken;
  };
  const mongo = await MongoClient.connect(instance.mongoUri);
  const copies = new Copies(mongo, id);
  await copies.growTo(few);
  const before = await allTimed();
  await copies.growTo(many);
  const after = await allTimed();
  await copies.remove();
  await mongo.close();
  return routes.map((route, n) => ({
    id: n === 0 ? 'P20' : `P20 ${n}`,
    what: `GET ${route.replace(customerId, '{id}')} with ${many.toLocaleString('en')} archived / with ${few.toLocaleString('en')}, p50`,
    ours: `${after[n]?.toFixed(1)} ms`,
    floor: `${before[n]?.toFixed(1)} ms`,
    value: (after[n] ?? Number.NaN) / (before[n] ?? Number.NaN),
    interval: null,
    gate: { at: 1.5, better: 'less', stretch: 1.1 },
  }));
};

/** P1 of a pair over P1 of another: both already floors of the same run. */
function ratioPair(after: Pair, before: Pair | undefined): Pair {
  return {
    ours: after.ours / after.floor,
    floor: before ? before.ours / before.floor : Number.NaN,
  };
}

async function timed(api: Api, caller: Caller, route: string, quick: boolean): Promise<number> {
  await api.call('GET', route, caller);
  return median(await closedLoop(1, quick ? 20 : 60, () => api.call('GET', route, caller)));
}

class Copies {
  private count = 0;

  constructor(
    private readonly mongo: MongoClient,
    private readonly original: string,
  ) {}

  async growTo(count: number): Promise<void> {
    const conversations = this.conversations();
    const original = await conversations.findOne({ _id: this.original });
    if (!original) throw new Error('the closed conversation is not in the archive');
    for (; this.count < count; this.count += 1_000)
      await conversations.insertMany(
        Array.from({ length: 1_000 }, (_, n) => copyOf(original, this.count + n)),
        { ordered: false, writeConcern: { w: 1 } },
      );
  }

  async remove(): Promise<void> {
    await this.conversations().deleteMany({ copy: true }, { writeConcern: { w: 1 } });
  }

  private conversations() {
    return this.mongo.db().collection<Document & { _id: string }>('conversations');
  }
}

/** Another customer's, a second older each. */
function copyOf(original: Document & { _id: string }, n: number): Document & { _id: string } {
  const earlier = (at: unknown) =>
    typeof at === 'string' ? new Date(Date.parse(at) - n * 1000).toISOString() : at;
  return {
    ...original,
    _id: `cnv_copy${n}`,
    copy: true,
    customerId: `cus_copy${n}`,
    createdAt: earlier(original['createdAt']),
    closedAt: earlier(original['closedAt']),
  };
}
