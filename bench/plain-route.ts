import { getFrom } from './support/api';
import { closedLoop } from './support/load';
import { inTurn, ratioOf } from './support/pairs';
import type { Benchmark } from './support/stage';
import { median } from './support/statistics';

const CALLERS = 4;

/** P21: a route of the api that touches neither Temporal nor MongoDB against a bare `node:http` that answers the same bytes. */
export const plainRoute: Benchmark = async ({ instance }, { quick }) => {
  const ours = getFrom(`${instance.url}/healthz`);
  const body = await ours();
  const server = await instance.startFloor('http-server');
  const floor = getFrom(`http://127.0.0.1:${server.said}/${encodeURIComponent(body)}`);
  const size = quick ? 500 : 2_000;
  const block = async (get: () => Promise<string>) => median(await closedLoop(CALLERS, size, get));
  await block(ours);
  await block(floor);
  const pairs = await inTurn(quick ? 4 : 11, {
    ours: () => block(ours),
    floor: () => block(floor),
  });
  server.stop();
  const gate = {
    at: 1.3,
    better: 'less',
    stretch: 1.1,
    why: 'The answer passes the whole frame: request id, log fields in an async context, metrics, limits, role table, twelve security headers. A bare Hono app takes 1.1 of the floor; the rest is what every answer must have.',
  } as const;
  const what = 'GET /healthz / bare node:http, p50';
  return [ratioOf(pairs, { id: 'P21', what, unit: 'ms', gate })];
};
