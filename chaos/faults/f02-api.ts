import { setTimeout as sleep } from 'node:timers/promises';
import { between } from '../random';
import { type Fault, underLoad } from './fault';

export const killApi: Fault = {
  id: 'F2',
  what: 'kill -9 the api in the middle of requests',
  everyTest: true,
  goal: '2 s',
  play: underLoad(async ({ stage, scene, long }) => {
    for (const share of long ? [0.1, 0.3, 0.5, 0.7] : [0.4]) {
      await scene.acknowledged(share);
      await sleep(between(scene.random, 0, 40));
      await stage.parts.api.kill();
      const since = Date.now();
      await stage.ready();
      scene.notes[`ready again after kill at ${share * 100} %, ms`] = Date.now() - since;
    }
  }),
};
