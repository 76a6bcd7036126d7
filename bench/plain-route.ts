import { getFrom } from './support/api';
import { closedLoop } from './support/load';
import { figures, inTurn, ratioOf } from './support/pairs';
import type { Benchmark } from './support/stage';
import { median } from './support/statistics';

const CALLERS = 4;

/** P21: a route of the api that touches neither Temporal nor MongoDB against a bare `node:http` that answers the same bytes. */
export const plainRoute: Benchmark = async ({ instance }, { quick }) => {
  const ours = getFrom(`${instance.url}/healthz`);
  const body = await ours();
  const server = await instance.startFloor('http-server');
  const floor = getFrom(`http://127.0.0.1:${server.said}/${encodeURIComponent(body)}`);
  const size = quick ? 1_000 : 5_000;
  const apiSeconds = async () => (await instance.cpuSeconds())?.api ?? Number.NaN;
  const block = async (get: () => Promise<string>, seconds: () => Promise<number>) => {
    const before = await seconds();
    const ms = median(await closedLoop(CALLERS, size, get));
    return { ms, cpu: (((await seconds()) - before) / size) * 1_000_000 };
  };
  const sides = {
    ours: () => block(ours, apiSeconds),
    floor: () => block(floor, server.cpuSeconds),
  };
  await sides.ours();
  await sides.floor();
  const pairs = await inTurn(quick ? 4 : 11, sides);
  server.stop();
  const gate = {
    at: 1.3,
    better: 'less',
    stretch: 1.1,
    why: 'The floor writes one header and knows one route. Ours finds its route among two hundred, and every answer has a request id that its log lines carry, is counted and timed, is held against limits and the role table, and has thirteen headers: a dozen small steps, each of which is a promise, and each promise costs more for the async context that log lines are read from (Node 20).',
  } as const;
  return [
    ratioOf(
      figures(pairs, ({ ms }) => ms),
      { id: 'P21', what: 'GET /healthz / bare node:http, p50', unit: 'ms', gate },
    ),
    ratioOf(
      figures(pairs, ({ cpu }) => cpu),
      { id: 'P21 CPU', what: 'the same, CPU of the process', unit: 'us', gate },
    ),
  ];
};
