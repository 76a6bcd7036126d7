import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, linksOf, underLoad } from './fault';

const SLOW_MS = 3_000;
const SLOW_LONG_MS = 30_000;

export const latency: Fault = {
  id: 'F6',
  what: 'latency 300 +- 200 ms on each link in turn',
  play: underLoad(async ({ stage, scene, long }) => {
    const links = linksOf(stage);
    for (const [n, { link }] of links.entries()) {
      await scene.acknowledged((0.8 * (n + 1)) / (links.length + 1));
      link.set({ type: 'delay', ms: 300, jitterMs: 200 });
      await sleep(long ? SLOW_LONG_MS : SLOW_MS);
      link.set({ type: 'pass' });
    }
  }),
};
