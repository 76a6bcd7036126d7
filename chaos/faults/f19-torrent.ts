import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault';

const EVERY_MS = 20;
const SECONDS = 15;
const SECONDS_LONG = 600;

export const torrent: Fault = {
  id: 'F19',
  what: '50 signals/s into one conversation (10 minutes in the long form)',
  async play({ scene, long }) {
    await scene.enter(['generic'], 1);
    const [customer] = scene.customers;
    if (!customer) throw new Error('nobody came in');
    await scene.say(customer);
    await scene.know(customer, true);
    const under: Promise<unknown>[] = [];
    const count = ((long ? SECONDS_LONG : SECONDS) * 1000) / EVERY_MS;
    const begun = Date.now();
    for (let n = 0; n < count; n += 1) {
      under.push(scene.say(customer));
      await sleep(Math.max(0, begun + (n + 1) * EVERY_MS - Date.now()));
    }
    await Promise.all(under);
    scene.notes['accepted a second'] = Math.round(count / ((Date.now() - begun) / 1000));
  },
};
