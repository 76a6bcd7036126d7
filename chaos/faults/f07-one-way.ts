import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, linksOf, underLoad } from './fault';

/** How long each link loses its answers. */
const CUT_MS = 500;
const CUT_LONG_MS = 20_000;

export const oneWayCut: Fault = {
  id: 'F7',
  what: 'one-way cut: requests arrive, answers do not; each link',
  everyTest: true,
  goal: '60 s',
  play: underLoad(async ({ stage, scene, long }) => {
    const links = linksOf(stage);
    for (const [n, { name, link }] of links.entries()) {
      await scene.acknowledged((0.8 * (n + 1)) / (links.length + 1));
      link.set({ type: 'drop', what: 'answers' });
      await sleep(long ? CUT_LONG_MS : CUT_MS);
      link.set({ type: 'pass' });
      scene.notes['links cut'] = `${scene.notes['links cut'] ?? ''} ${name}`.trim();
    }
  }),
};
