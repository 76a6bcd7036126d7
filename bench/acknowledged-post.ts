import { floorClient } from './support/floor-client';
import { closedLoop } from './support/load';
import { figures, inTurn, type Pair, ratioOf } from './support/pairs';
import type { Benchmark, Options, Stage } from './support/stage';
import { median, quantile } from './support/statistics';

const CONVERSATIONS = 20;
const CALLERS = 2;
const TEXT = 'x'.repeat(1000);

/** P1, P2: an acknowledged POST to an open conversation against a bare `signalWithStart` to a running workflow. */
export const acknowledgedPost: Benchmark = async (stage, options) => {
  const pairs = await acknowledgedPairs(stage, options);
  return [
    ratioOf(figures(pairs, median), {
      id: 'P1',
      what: 'acknowledged POST / bare signalWithStart, p50',
      unit: 'ms',
      gate: { at: 1.5, better: 'less', stretch: 1.2 },
    }),
    ratioOf(
      figures(pairs, (ms) => quantile(ms, 0.99)),
      {
        id: 'P2',
        what: 'the same, p99',
        unit: 'ms',
        gate: { at: 2, better: 'less', stretch: 1.4 },
      },
    ),
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
  const why =
    'A customer who is new is identified first: identity and customer are looked for and written to MongoDB (C1: up to four commands) before the workflow is started.';
  const gate = { at: 1.5, better: 'less', stretch: 1.2, why } as const;
  const what = 'first message of a customer / bare signalWithStart of a new workflow, p50';
  return [ratioOf(pairs, { id: 'P3', what, unit: 'ms', gate })];
};

/** The blocks of P1 and P2, ms of each call, as others need them too. */
export async function acknowledgedPairs(
  { instance, api, connector }: Stage,
  { quick }: Pick<Options, 'quick'>,
  prefix = 'p1',
): Promise<readonly Pair<number[]>[]> {
  const floor = await floorClient(instance);
  const worker = await instance.startFloor();
  const size = quick ? 60 : 200;
  const sides = {
    ours: () =>
      closedLoop(CALLERS, size, (n) =>
        api.writes('bench', connector, `${prefix}-${n % CONVERSATIONS}`, TEXT),
      ),
    floor: () =>
      closedLoop(CALLERS, size, (n) =>
        floor.signalWithStart(`floor:${prefix}-${n % CONVERSATIONS}`, message(TEXT)),
      ),
  };
  await sides.ours();
  await sides.floor(); // opens everything and warms both up
  const pairs = await inTurn(quick ? 4 : 11, sides);
  worker.stop();
  await floor.close();
  return pairs;
}

/** Same bytes as the product is sent. */
export function message(text: string): object {
  return {
    providerMessageId: 'x'.repeat(24),
    customer: { identifier: 'p1-customer-1' },
    body: { type: 'PLAIN', text },
  };
}
