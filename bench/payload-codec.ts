import { randomBytes } from 'node:crypto';
import { Api } from './support/api';
import { untilArchived } from './support/archived';
import { type Instance, startInstance } from './support/instance';
import { closedLoop } from './support/load';
import { figures, inTurn, ratioOf } from './support/pairs';
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
    const [ours, floor] = [await sender(encrypted), await sender(instance)];
    const sides = { ours: () => ours(size), floor: () => floor(size) };
    await sides.ours();
    await sides.floor();
    const pairs = await inTurn(quick ? 3 : 9, sides);
    const gate = { at: 1.15, better: 'less', stretch: 1.05 } as const;
    return [
      ratioOf(
        figures(pairs, ({ ms }) => ms),
        {
          ...{ id: 'P22', unit: 'ms', gate },
          what: 'acknowledged POST with the payload codec / without, p50',
        },
      ),
      ratioOf(
        figures(pairs, ({ cpu }) => cpu),
        {
          ...{ id: 'P22 CPU', unit: 'ms', gate },
          what: 'CPU of api and worker per message, with it / without',
        },
      ),
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
