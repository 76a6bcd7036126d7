import { randomBytes } from 'node:crypto';
import { message } from './acknowledged-post';
import { postTo } from './support/api';
import { untilArchived } from './support/archived';
import { closedLoop } from './support/load';
import { figures, inTurn, ratioOf } from './support/pairs';
import type { Benchmark } from './support/stage';

const CALLERS = 4;
const CONVERSATIONS = 20;
const TEXT = 'x'.repeat(1000);

/** P9, P10: CPU of the worker and of the api for an inbound message, archived, against a no-op workflow behind a bare HTTP server. */
export const cpuPerMessage: Benchmark = async ({ instance, api, connector }, { quick }) => {
  const run = randomBytes(4).toString('hex');
  const worker = await instance.startFloor();
  const server = await instance.startFloor('http-server');
  const post = postTo(`http://127.0.0.1:${server.said}`);
  const size = quick ? 200 : 600;
  let sent = 0;
  const ours = async () => {
    const before = await instance.cpuSeconds();
    await closedLoop(CALLERS, size, (n) =>
      api.writes('bench', connector, `${run}-${n % CONVERSATIONS}`, TEXT, run),
    );
    sent += size;
    await untilArchived(instance, run, sent);
    const after = await instance.cpuSeconds();
    const used = (name: 'api' | 'worker') =>
      before && after ? perMessage(after[name] - before[name], size) : Number.NaN;
    return { api: used('api'), worker: used('worker') };
  };
  const floor = async () => {
    const before = { api: await server.cpuSeconds(), worker: await worker.cpuSeconds() };
    await closedLoop(CALLERS, size, (n) => post({ to: n % CONVERSATIONS, message: message(TEXT) }));
    await new Promise((resolve) => setTimeout(resolve, 500)); // the last workflow tasks end
    return {
      api: perMessage((await server.cpuSeconds()) - before.api, size),
      worker: perMessage((await worker.cpuSeconds()) - before.worker, size),
    };
  };
  await ours();
  await floor();
  const pairs = await inTurn(quick ? 3 : 9, { ours, floor });
  worker.stop();
  server.stop();
  return [
    ratioOf(
      figures(pairs, (used) => used.worker),
      {
        id: 'P9',
        what: 'worker CPU per inbound message, archived / no-op signal handler',
        unit: 'ms',
        gate: {
          at: 3,
          better: 'less',
          stretch: 1.5,
          why: 'The floor archives nothing: ours has a local activity with two writes to MongoDB for each batch, the promises that wait for it, and the marker that records it.',
        },
      },
    ),
    ratioOf(
      figures(pairs, (used) => used.api),
      {
        id: 'P10',
        what: 'api CPU per inbound message / bare node:http and the client call',
        unit: 'ms',
        gate: {
          at: 1.5,
          better: 'less',
          stretch: 1.2,
          why: 'The floor checks nothing: ours reads MongoDB once for a repeat (C1) and the token of the caller, and puts body and answer through the frame (P21) and a schema.',
        },
      },
    ),
  ];
};

function perMessage(seconds: number, size: number): number {
  return (seconds / size) * 1000;
}
