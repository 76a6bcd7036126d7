import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault';

const DEADLINES = 60;
const DEADLINES_LONG = 5_000;

export const allAtOnce: Fault = {
  id: 'F25',
  what: 'all agents log out at once; very many deadlines due in the same second (5,000 in the long form)',
  goal: '30 s',
  async play({ scene, crew, long }) {
    await scene.enter();
    const agents = async () => {
      await scene.acknowledged(0.4);
      await Promise.all(crew.desks.map((desk) => desk.setState('LOGOUT')));
      await sleep(500);
      await Promise.all(crew.desks.map((desk) => desk.setState('READY')));
    };
    await Promise.all([scene.speak(), agents()]);
    const count = long ? DEADLINES_LONG : DEADLINES;
    const crowd = await scene.enter(['sms'], count);
    // Each said once and nothing after: their inactivity is over together.
    for (let n = 0; n < crowd.length; n += 100)
      await Promise.all(crowd.slice(n, n + 100).map((customer) => scene.say(customer)));
    const refused = scene.log.attempts.filter(({ status }) => status !== null && status >= 500);
    if (refused.length > 0)
      scene.complaints.push(`${refused.length} answers of 5xx, the first to ${refused[0]?.key}`);
  },
};
