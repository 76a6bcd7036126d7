import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, linksOf, underLoad } from './fault';

const FOR_MS = 20_000;
const FOR_LONG_MS = 120_000;
/** New connections of one link for each time that it comes back: pools fill again, and then it is enough. */
const STORM = 200;

export const flapping: Fault = {
  id: 'F8',
  what: 'link up 1 s, down 1 s; every link but the driver’s',
  goal: '30 s',
  play: underLoad(async ({ stage, scene, long }) => {
    const links = linksOf(stage).filter(({ name }) => name !== 'driver-api');
    await scene.acknowledged(0.1);
    const before = links.map(({ link }) => link.connections);
    const until = Date.now() + (long ? FOR_LONG_MS : FOR_MS);
    let rounds = 0;
    while (Date.now() < until) {
      rounds += 1;
      for (const { link } of links) link.set({ type: 'down' });
      await sleep(1000);
      for (const { link } of links) link.set({ type: 'pass' });
      await sleep(1000);
    }
    for (const [n, { name, link }] of links.entries()) {
      const each = Math.round((link.connections - (before[n] ?? 0)) / rounds);
      scene.notes[`connections of ${name} each time`] = each;
      if (each > STORM) scene.complaints.push(`${name} was connected ${each} times in two seconds`);
    }
  }),
};
