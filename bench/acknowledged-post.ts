import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { httpCaller } from './support/http-caller';
import type { Instance } from './support/instance';
import type { Measured } from './support/measured';
import { median, medianInterval, quantile } from './support/statistics';

const CONVERSATIONS = 20;
const CALLERS = 2;
const TEXT = 'x'.repeat(1000);

/** P1: an acknowledged POST to an open conversation against a bare `signalWithStart` to a running workflow, in alternating blocks. */
export async function acknowledgedPost(
  instance: Instance,
  token: string,
  { quick }: { readonly quick: boolean },
): Promise<Measured[]> {
  const connection = await Connection.connect({ address: instance.temporalAddress });
  const client = new Client({ connection });
  const stopFloor = await instance.startFloor();
  const post = httpCaller(instance.url, token);
  const ours = async (n: number) => {
    const { status, text } = await post('/v1/channels/bench/messages', inbound(n % CONVERSATIONS));
    if (status !== 202) throw new Error(`the API answered ${status}: ${text}`);
  };
  const floor = async (n: number) => {
    await client.workflow.signalWithStart('noOpWorkflow', {
      taskQueue: 'bench-floor',
      workflowId: `floor:${n % CONVERSATIONS}`,
      workflowIdConflictPolicy: 'USE_EXISTING',
      signal: 'message',
      signalArgs: [inbound(n % CONVERSATIONS)],
    });
  };
  const size = quick ? 60 : 150;
  const pairs = quick ? 4 : 11;
  await block(ours, size);
  await block(floor, size); // opens everything and warms both up
  const ratios: number[] = [];
  const all = { ours: [] as number[], floor: [] as number[] };
  for (let pair = 0; pair < pairs; pair += 1) {
    const order = pair % 2 === 0 ? (['ours', 'floor'] as const) : (['floor', 'ours'] as const);
    const taken: Record<'ours' | 'floor', number[]> = { ours: [], floor: [] };
    for (const side of order) taken[side] = await block(side === 'ours' ? ours : floor, size);
    all.ours.push(...taken.ours);
    all.floor.push(...taken.floor);
    ratios.push(median(taken.ours) / median(taken.floor));
  }
  stopFloor();
  await connection.close();
  const [low, high] = medianInterval(ratios);
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return [
    {
      id: 'P1',
      what: 'acknowledged POST / bare signalWithStart, p50',
      ours: ms(median(all.ours)),
      floor: ms(median(all.floor)),
      value: median(ratios),
      interval: [low, high],
      gate: { at: 1.5, better: 'less' },
    },
    {
      id: 'P2',
      what: 'the same, p99',
      ours: ms(quantile(all.ours, 0.99)),
      floor: ms(quantile(all.floor, 0.99)),
      value: quantile(all.ours, 0.99) / quantile(all.floor, 0.99),
      interval: null,
      gate: { at: 2, better: 'less' },
    },
  ];
}

function inbound(customer: number) {
  return {
    providerMessageId: randomBytes(12).toString('hex'),
    customer: { identifier: `p1-customer-${customer}` },
    body: { type: 'PLAIN', text: TEXT },
  };
}

async function block(call: (n: number) => Promise<void>, size: number): Promise<number[]> {
  const taken: number[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      for (let n = next; n < size; n = next) {
        next += 1;
        const begun = performance.now();
        await call(n);
        taken.push(performance.now() - begun);
      }
    }),
  );
  return taken;
}
