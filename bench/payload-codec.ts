import { randomBytes } from 'node:crypto';
import { Api } from './support/api';
import { untilArchived } from './support/archived';
import { type Instance, startInstance } from './support/instance';
import { closedLoop } from './support/load';
import { inTurn, type Pair, ratioOf } from './support/pairs';
import type { Benchmark } from './support/stage';
import { median } from './support/statistics';

const CALLERS = 2;
const CONVERSATIONS = 20;
const TEXT = 'x'.repeat(1000);

/** P22: what the payload codec costs: the same messages to a product with it and to one without, in turn. */
export const payloadCodec: Benchmark = async ({ instance }, { quick }) => {
  const encrypted = await startInstance({ env: { PARLEY_PAYLOAD_ENCRYPTION: 'on' } });
  try {
    const size = quick ? 60 : 200;
    const used = { ours: [] as number[], floor: [] as number[] };
    const [ours, floor] = [await sender(encrypted), await sender(instance)];
    const block = async (side: keyof Pair, send: Sender) => {
      const { ms, cpu } = await send(size);
      used[side].push(cpu);
      return ms;
    };
    await ours(size);
    await floor(size);
    const pairs = await inTurn(quick ? 3 : 9, {
      ours: () => block('ours', ours),
      floor: () => block('floor', floor),
    });
    const cpu = used.ours.map((value, n) => ({ ours: value, floor: used.floor[n] ?? Number.NaN }));
    const gate = { at: 1.15, better: 'less', stretch: 1.05 } as const;
    return [
      ratioOf(pairs, {
        ...{ id: 'P22', unit: 'ms', gate },
        what: 'acknowledged POST with the payload codec / without, p50',
      }),
      ratioOf(cpu, {
        ...{ id: 'P22 CPU', unit: 'ms', gate },
        what: 'CPU of api and worker per message, with it / without',
      }),
    ];
  } finally {
    await encrypted.stop();
  }
};

type Sender = (size: number) => Promise<{ readonly ms: number; readonly cpu: number }>;

async function sender(instance: Instance): Promise<Sender> {
  const api = new Api(instance);
  const connector = await api.tokenFor('connector', 'bench', ['bench']);
  const run = randomBytes(4).toString('hex');
  let sent = 0;
  const cpuSeconds = async () => {
    const seconds = await instance.cpuSeconds();
    return seconds ? seconds.api + seconds.worker : Number.NaN;
  };
  return async (size) => {
    const before = await cpuSeconds();
    const taken = await closedLoop(CALLERS, size, (n) =>
      api.writes('bench', connector, `${run}-${n % CONVERSATIONS}`, TEXT, run),
    );
    sent += size;
    await untilArchived(instance, run, sent);
    return { ms: median(taken), cpu: (((await cpuSeconds()) - before) / size) * 1000 };
  };
}
