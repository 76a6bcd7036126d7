import { setTimeout as sleep } from 'node:timers/promises';
import { between } from '../random';
import { type Fault, underLoad } from './fault';

/** Longer than a local activity tries, so that the archive falls back to its durable one. */
const OUTAGE_MS = 6_000;
const OUTAGE_LONG_MS = 60_000;

export const killMongod: Fault = {
  id: 'F4',
  what: 'kill -9 mongod during an archive batch',
  everyTest: true,
  goal: 'half the outage',
  play: underLoad(async ({ stage, scene, long }) => {
    const { mongod } = stage.parts;
    await scene.acknowledged(0.2);
    await sleep(between(scene.random, 0, 100));
    mongod.hold();
    await mongod.kill();
    await sleep(long ? OUTAGE_LONG_MS : OUTAGE_MS);
    mongod.release();
    await stage.ready();
    await scene.acknowledged(0.7);
    await sleep(between(scene.random, 0, 100));
    await mongod.kill();
  }),
};
