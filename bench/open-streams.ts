import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { type Caller, pause, postTo } from './support/api';
import { inTurn, ratioOf } from './support/pairs';
import type { Benchmark } from './support/stage';

const READERS = { quick: 200, full: 1_000 };
/** Below the bound of one subject's open streams. */
const STREAMS_OF_ONE = 15;

/** P15: from the first to the last of 1,000 readers of one conversation, against 1,000 bare `response.write`. */
export const openStreams: Benchmark = async ({ instance, api, connector }, { quick }) => {
  const readers = quick ? READERS.quick : READERS.full;
  const identifier = `p15-${randomBytes(4).toString('hex')}`;
  const write = (text: string) => api.writes('bench', connector, identifier, text);
  const { customerId } = await write('hello');
  const id = await api.conversationOf(customerId);
  const path = `/v1/conversations/${id}/events`;
  const callers = await Promise.all(
    Array.from({ length: Math.ceil(readers / STREAMS_OF_ONE) }, (_, n) =>
      api.tokenFor('admin', `bench-reader-${n}`),
    ),
  );
  const floor = await instance.startFloor('fan-out');
  const floorUrl = `http://127.0.0.1:${floor.said}`;
  const post = postTo(floorUrl);
  const ours = await openReaders(readers, (n) => ({
    url: `${instance.url}${path}?after=3`,
    caller: callers[Math.floor(n / STREAMS_OF_ONE)] ?? api.admin,
  }));
  const bare = await openReaders(readers, () => ({ url: floorUrl, caller: api.admin }));
  let sent = 0;
  const spread = async (of: Readers, send: (mark: string) => Promise<unknown>) => {
    sent += 1;
    const mark = `mark-${sent}-${'x'.repeat(200)}`;
    const arrivals = of.expect(mark);
    await send(mark);
    const times = await arrivals;
    return Math.max(...times) - Math.min(...times);
  };
  for (let n = 0; n < 3; n += 1) {
    await spread(ours, write);
    await spread(bare, (mark) => post({ mark }));
  }
  const pairs = await inTurn(quick ? 5 : 15, {
    ours: () => spread(ours, write),
    floor: () => spread(bare, (mark) => post({ mark })),
  });
  ours.close();
  bare.close();
  floor.stop();
  const gate = { at: 2, better: 'less', stretch: 1.2 } as const;
  const what = `one entry to ${readers} streams, last minus first / as many bare writes`;
  return [ratioOf(pairs, { id: 'P15', what, unit: 'ms', gate })];
};

interface Readers {
  /** When each reader saw `mark`. */
  expect(mark: string): Promise<readonly number[]>;
  close(): void;
}

async function openReaders(
  count: number,
  of: (n: number) => { readonly url: string; readonly caller: Caller },
): Promise<Readers> {
  let mark = '';
  let times: number[] = [];
  let complete: (times: readonly number[]) => void = () => undefined;
  const closers: (() => void)[] = [];
  const open = (n: number) =>
    new Promise<void>((resolve, reject) => {
      const { url, caller } = of(n);
      const headers = { authorization: `Bearer ${caller.token}` };
      const outgoing = request(url, { headers, agent: false }, (incoming) => {
        if (incoming.statusCode !== 200)
          reject(new Error(`a stream answered ${incoming.statusCode}`));
        let rest = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => {
          rest = (rest + chunk).slice(-4096);
          if (!mark || !rest.includes(mark)) return;
          rest = '';
          times.push(performance.now());
          if (times.length === count) complete(times);
        });
        resolve();
      });
      closers.push(() => outgoing.destroy());
      outgoing.once('error', reject).end();
    });
  for (let n = 0; n < count; n += 1) await open(n);
  await pause(500);
  return {
    expect(wanted) {
      mark = wanted;
      times = [];
      return new Promise((resolve) => {
        complete = resolve;
      });
    },
    close() {
      for (const close of closers) close();
    },
  };
}
