import { setTimeout as sleep } from 'node:timers/promises';
import { between, oneOf } from '../random';
import { type Fault, underLoad } from './fault';

export const killWorkers: Fault = {
  id: 'F1',
  what: 'kill -9 a worker at random moments; one of two, then both',
  everyTest: true,
  goal: '10 s after start',
  play: underLoad(async ({ stage: { parts }, scene }) => {
    const workers = [parts['worker-a'], parts['worker-b']] as const;
    scene.watch.lookAround(); // queries end up between two tasks, and the next worker has to replay that
    await scene.acknowledged(0.2);
    await sleep(between(scene.random, 0, 300));
    await oneOf(scene.random, workers).kill();
    await scene.acknowledged(0.6);
    await sleep(between(scene.random, 0, 300));
    await Promise.all(workers.map((worker) => worker.kill()));
  }),
};
