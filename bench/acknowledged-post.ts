import { floorClient } from './support/floor-client';
import { closedLoop } from './support/load';
import { inTurn, type Pair, ratioOf } from './support/pairs';
import type { Benchmark, Options, Stage } from './support/stage';
import { median, quantile } from './support/statistics';

const CONVERSATIONS = 20;
const CALLERS = 2;
const TEXT = 'x'.repeat(1000);

/** P1, P2: an acknowledged POST to an open conversation against a bare `signalWithStart` to a running workflow. */
export const acknowledgedPost: Benchmark = async (stage, options) => {
  const { p50, p99 } = await acknowledgedPairs(stage, options);
  return [
    ratioOf(p50, {
      id: 'P1',
      what: 'acknowledged POST / bare signalWithStart, p50',
      unit: 'ms',
      gate: { at: 1.5, better: 'less', stretch: 1.2 },
    }),
    ratioOf(p99, {
      id: 'P2',
      what: 'the same, p99',
      unit: 'ms',
      gate: { at: 2, better: 'less', stretch: 1.4 },
    }),
  ];
};

/** P3: the first message of a new conversation against starting a workflow with a signal. */
export const firstMessage: Benchmark = async ({ instance, api, connector }, { quick }) => {
  const floor = await floorClient(instance);
  const worker = await instance.startFloor();
  const run = Date.now().toString(36);
  let customer = 0;
  const size = quick ? 20 : 40;
  const pairs = await inTurn(quick ? 4 : 9, {
    ours: async () =>
      median(
        await closedLoop(CALLERS, size, () =>
          api.writes('bench', connector, `${run}-first-${customer++}`, TEXT),
        ),
      ),
    floor: async () =>
      median(
        await closedLoop(CALLERS, size, () =>
          floor.signalWithStart(`floor:${run}-first-${customer++}`, message(TEXT)),
        ),
      ),
  });
  worker.stop();
  await floor.close();
  const gate = { at: 1.5, better: 'less', stretch: 1.2 } as const;
  const what = 'first message of a customer / bare signalWithStart of a new workflow, p50';
  return [ratioOf(pairs, { id: 'P3', what, unit: 'ms', gate })];
};

/** The pair of P1 and P2, as others need it too: medians and tails of neighbouring blocks. */
export async function acknowledgedPairs(
  { instance, api, connector }: Stage,
  { quick }: Pick<Options, 'quick'>,
  prefix = 'p1',
): Promise<{ readonly p50: readonly Pair[]; readonly p99: readonly Pair[] }> {
  const floor = await floorClient(instance);
  const worker = await instance.startFloor();
  const size = quick ? 60 : 200;
  const ours = () =>
    closedLoop(CALLERS, size, (n) =>
      api.writes('bench', connector, `${prefix}-${n % CONVERSATIONS}`, TEXT),
    );
  const bare = () =>
    closedLoop(CALLERS, size, (n) =>
      floor.signalWithStart(`floor:${prefix}-${n % CONVERSATIONS}`, message(TEXT)),
    );
  await ours();
  await bare(); // opens everything and warms both up
  const p99: Pair[] = [];
  const tail = { ours: 0, floor: 0 };
  const p50 = await inTurn(quick ? 4 : 11, {
    ours: async () => {
      const taken = await ours();
      tail.ours = quantile(taken, 0.99);
      if (tail.floor) p99.push(take(tail));
      return median(taken);
    },
    floor: async () => {
      const taken = await bare();
      tail.floor = quantile(taken, 0.99);
      if (tail.ours) p99.push(take(tail));
      return median(taken);
    },
  });
  worker.stop();
  await floor.close();
  return { p50, p99 };
}

/** Same bytes as the product is sent. */
export function message(text: string): object {
  return {
    providerMessageId: 'x'.repeat(24),
    customer: { identifier: 'p1-customer-1' },
    body: { type: 'PLAIN', text },
  };
}

/** Both tails of one pair, once it is complete. */
function take(tail: { ours: number; floor: number }): Pair {
  const pair = { ...tail };
  tail.ours = 0;
  tail.floor = 0;
  return pair;
}
