import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, underLoad } from './fault';

const FROZEN_MS = 12_000;
const FROZEN_LONG_MS = 30_000;

export const freeze: Fault = {
  id: 'F5',
  what: 'SIGSTOP, then SIGCONT: worker, api, Temporal, mongod in turn',
  goal: '5 s',
  play: underLoad(async ({ stage: { parts }, scene, long }) => {
    const turns = ['worker-a', 'api', 'temporal', 'mongod'] as const;
    for (const [n, name] of turns.entries()) {
      await scene.acknowledged((n + 1) * 0.18);
      await parts[name].signal('SIGSTOP');
      await sleep(long ? FROZEN_LONG_MS : FROZEN_MS);
      await parts[name].signal('SIGCONT');
    }
  }),
};
