import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault';

const AWAY_MS = 15_000;
const AWAY_LONG_MS = 600_000;

export const noWorker: Fault = {
  id: 'F26',
  what: 'no worker at full load (10 minutes in the long form), then one',
  goal: 'half the outage',
  async play({ scene, stage, long }) {
    const workers = [stage.parts['worker-a'], stage.parts['worker-b']] as const;
    await scene.enter();
    for (const customer of scene.customers) await scene.say(customer);
    for (const worker of workers) worker.hold();
    await Promise.all(workers.map((worker) => worker.kill()));
    const since = Date.now();
    await Promise.all([scene.speak(), sleep(long ? AWAY_LONG_MS : AWAY_MS)]);
    scene.notes['away, ms'] = Date.now() - since;
    workers[0].release();
    const back = Date.now();
    await Promise.all(scene.customers.map((customer) => scene.say(customer)));
    scene.notes['first answers after, ms'] = Date.now() - back;
  },
};
