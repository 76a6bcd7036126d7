import { randomBytes } from 'node:crypto';
import { type Document, MongoClient } from 'mongodb';
import { inParallel } from '../domain/in-parallel';
import { type Api, type Caller, until } from './support/api';
import { closedLoop } from './support/load';
import type { Benchmark } from './support/stage';
import { median } from './support/statistics';

const SIZES = { quick: [1_000, 10_000], full: [10_000, 1_000_000] } as const;
const BATCH = 5_000;
const BATCHES_AT_ONCE = 3;

/** P20: lists and the board with many archived conversations over with few. The archive is filled by copies of one that was closed. */
export const largeArchive: Benchmark = async ({ instance, api, connector }, { quick }) => {
  const [few, many] = quick ? SIZES.quick : SIZES.full;
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
    const batches: number[] = [];
    for (; this.count < count; this.count += BATCH) batches.push(this.count);
    await inParallel(batches, BATCHES_AT_ONCE, (first) =>
      conversations.insertMany(
        Array.from({ length: Math.min(BATCH, count - first) }, (_, n) =>
          copyOf(original, first + n),
        ),
        { ordered: false, writeConcern: { w: 1 } },
      ),
    );
    this.count = count;
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
    customerId: `cus_copy${n}`,
    createdAt: earlier(original['createdAt']),
    closedAt: earlier(original['closedAt']),
  };
}
