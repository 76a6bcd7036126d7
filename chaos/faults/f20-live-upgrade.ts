import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildIdOf, bundleFile, readBundle } from '../../workers/bundle';
import type { Customer } from '../load/scene';
import { PATIENCE_MS } from '../stage/stage';
import { type Deployment, deploymentOf } from '../upgrade/deployment';
import { makeNextBuild } from '../upgrade/next-build';
import type { Acting, Fault } from './fault';

const RAMP_PERCENT = 50;
/** Nobody of them ends by silence, so that they are open all the way. */
const CHANNELS = ['generic', 'web', 'viber'] as const;
/** Everything is said in as many parts as the deployment has steps. */
const STEPS = 6;

/**
 * A deployment as docs/upgrade.md tells it, under load and with conversations open at every step: a worker of the next version beside
 * one of this, a ramp, the promotion, a later api before both workers, and all of it back.
 */
export const liveUpgrade: Fault = {
  id: 'F20',
  what: 'a new worker version beside the old one: ramp, promotion, a later api, rollback, with conversations open',
  stage: {},
  async play(acting) {
    const { stage, scene } = acting;
    const deployment = deploymentOf(stage);
    const old = buildIdOf((await readBundle(bundleFile())).code);
    const next = await makeNextBuild(path.join(stage.dataDir, 'next'));
    const count = Math.ceil(scene.size.conversations / 3);
    const speak = () => scene.speak(Math.ceil(scene.size.messages / STEPS));

    const first = await scene.enter(CHANNELS, scene.size.conversations - 2 * count);
    await speak();

    stage.rootOf['worker-b'] = next.root;
    await Promise.all([speak(), stage.parts['worker-b'].restart()]);
    await deployment.known(next.buildId);
    await deployment.setCurrent(old);
    await deployment.ramp(next.buildId, RAMP_PERCENT);
    const ramped = await scene.enter(CHANNELS, count);
    await speak();
    const begun = await begunOn(acting, deployment, ramped);
    scene.notes[
      `of ${ramped.length} begun while ramped at ${RAMP_PERCENT} %, on the next version`
    ] = begun.filter((version) => version === next.buildId).length;

    await deployment.endRamp();
    await deployment.setCurrent(next.buildId);
    stage.envOf.api['NODE_OPTIONS'] = `--require ${next.apiPreload}`;
    await Promise.all([speak(), stage.parts.api.restart()]);
    await stage.ready();
    await moved(acting, deployment, first, [old, next.buildId], 'to the next version');

    await deployment.setCurrent(old);
    await scene.enter(CHANNELS, count);
    await speak();
    await moved(acting, deployment, first, [next.buildId, old], 'back to the old version');
    delete stage.envOf.api['NODE_OPTIONS'];
    stage.rootOf['worker-b'] = null;
    await Promise.all([speak(), stage.parts.api.restart()]);
    await stage.ready();
  },
};

/** The version that each began on, once all have begun. */
async function begunOn(
  { scene }: Acting,
  deployment: Deployment,
  customers: readonly Customer[],
): Promise<readonly (string | null)[]> {
  const ids = await Promise.all(customers.map((customer) => scene.know(customer)));
  const paths = await deployment.paths(ids);
  return paths.map(([version]) => version ?? null);
}

/** Until one of them has gone from the one version to the other; each does when it is at rest. */
async function moved(
  { scene }: Acting,
  deployment: Deployment,
  customers: readonly Customer[],
  [from, to]: readonly [string, string],
  what: string,
): Promise<void> {
  const ids = await Promise.all(customers.map((customer) => scene.know(customer)));
  const patience = Date.now() + PATIENCE_MS;
  for (;;) {
    const paths = await deployment.paths(ids);
    const count = paths.filter((versions) =>
      versions.some((version, n) => version === to && versions[n - 1] === from),
    ).length;
    scene.notes[`of ${ids.length}, moved ${what}`] = count;
    if (count > 0) return;
    if (Date.now() > patience) return void scene.complaints.push(`none moved ${what}`);
    await scene.speak(ids.length);
    await sleep(500);
  }
}
