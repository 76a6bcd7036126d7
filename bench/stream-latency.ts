import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { MongoClient } from 'mongodb';
import { pause } from './support/api';
import { floorClient } from './support/floor-client';
import { figures, inTurn, ratioOf } from './support/pairs';
import type { Benchmark } from './support/stage';
import { median, quantile } from './support/statistics';

const TEXT = 'x'.repeat(1000);

/** P14: from the 2xx to the entry on a reader's stream, against the bare chain: signal, local insert, change stream. */
export const streamLatency: Benchmark = async ({ instance, api, connector }, { quick }) => {
  const run = randomBytes(4).toString('hex');
  const { customerId } = await api.writes('bench', connector, run, 'hello');
  const id = await api.conversationOf(customerId);
  const seen = marks();
  const stream = request(
    `${instance.url}/v1/conversations/${id}/events?after=3`,
    { headers: { authorization: `Bearer ${api.admin.token}` } },
    (incoming) => incoming.setEncoding('utf8').on('data', seen.read),
  ).end();

  const floor = await floorClient(instance);
  const worker = await instance.startFloor();
  const mongo = await MongoClient.connect(instance.mongoUri);
  await mongo.db().collection('bench_floor').insertOne({ text: 'first' });
  const changes = mongo.db().collection('bench_floor').watch();
  const inserted = marks();
  changes.on('change', (change) => inserted.read(JSON.stringify(change)));
  await pause(1000); // the change stream is open

  const after = async (of: Marks, send: (text: string) => Promise<unknown>) => {
    const mark = randomBytes(8).toString('hex');
    const arrived = of.expect(mark);
    await send(`${mark} ${TEXT}`);
    const stored = performance.now();
    return Math.max(0, (await arrived) - stored);
  };
  const size = quick ? 15 : 40;
  const block = async (of: Marks, send: (text: string) => Promise<unknown>) => {
    const taken: number[] = [];
    for (let n = 0; n < size; n += 1) taken.push(await after(of, send));
    return taken;
  };
  const sides = {
    ours: () => block(seen, (text) => api.writes('bench', connector, run, text)),
    floor: () =>
      block(inserted, (text) =>
        floor.signalWithStart(`floor:${run}-inserting`, { text }, 'insertingWorkflow'),
      ),
  };
  await sides.ours();
  await sides.floor();
  const pairs = await inTurn(quick ? 3 : 9, sides);
  stream.destroy();
  await changes.close();
  await mongo.close();
  worker.stop();
  await floor.close();
  return [
    ratioOf(figures(pairs, median), {
      id: 'P14',
      what: '2xx to the entry on a stream / bare signal, insert, change stream, p50',
      unit: 'ms',
      gate: { at: 1.5, better: 'less', stretch: 1.2 },
    }),
    ratioOf(
      figures(pairs, (ms) => quantile(ms, 0.99)),
      {
        id: 'P14 p99',
        what: 'the same, p99',
        unit: 'ms',
        gate: { at: 2, better: 'less', stretch: 1.5 },
      },
    ),
  ];
};

interface Marks {
  /** The moment in which `mark` comes by. */
  expect(mark: string): Promise<number>;
  read(text: string): void;
}

function marks(): Marks {
  let wanted: { readonly mark: string; readonly found: (at: number) => void } | undefined;
  let rest = '';
  return {
    expect: (mark) =>
      new Promise((found) => {
        wanted = { mark, found };
      }),
    read(text) {
      rest = (rest + text).slice(-8192);
      if (!wanted || !rest.includes(wanted.mark)) return;
      wanted.found(performance.now());
      wanted = undefined;
    },
  };
}
