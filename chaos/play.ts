import path from 'node:path';
import { type Anomaly, printed } from './checker/anomaly';
import { check } from './checker/check';
import type { RunRecord } from './checker/record';
import type { Fault } from './faults/fault';
import { watchUsage } from './load/bounds';
import { collect, untilClosed } from './load/collect';
import type { Crew } from './load/crew';
import { Scene, type Size } from './load/scene';
import { randomOf } from './random';
import type { Stage } from './stage/stage';

/** What came of one fault. */
export interface Result {
  readonly fault: Pick<Fault, 'id' | 'what' | 'goal'>;
  readonly seed: number;
  /** `skipped`: the reason stands in `why`; it counts as nothing. */
  readonly verdict: 'passed' | 'failed' | 'skipped';
  readonly why: string | null;
  readonly messages: number;
  readonly anomalies: readonly Anomaly[];
  readonly complaints: readonly string[];
  readonly notes: Readonly<Record<string, string | number>>;
  readonly tookMs: number;
  /** Of it, the load and the disturbance. */
  readonly loadMs: number;
  /** From the end of the disturbance until every conversation had come to its end. */
  readonly settledMs: number;
  readonly record: RunRecord | null;
}

/** A fault that cannot be played here: it counts as nothing. */
export function skipped({ id, what, goal }: Fault, seed: number, why: string): Result {
  return {
    ...{ fault: { id, what, ...(goal ? { goal } : {}) }, seed, verdict: 'skipped', why },
    ...{ messages: 0, anomalies: [], complaints: [], notes: {} },
    ...{ tookMs: 0, loadMs: 0, settledMs: 0, record: null },
  };
}

/** Plays one fault to its end: under load, healed, until every deadline has passed, checked. */
export async function playFault(
  { stage, crew }: { readonly stage: Stage; readonly crew: Crew },
  fault: Fault,
  { seed, size, long }: { readonly seed: number; readonly size: Size; readonly long: boolean },
): Promise<Result> {
  const startedAt = Date.now();
  const { id, what, goal } = fault;
  const common = { fault: { id, what, ...(goal ? { goal } : {}) }, seed };
  const random = randomOf(seed * 100 + Number(id.slice(1)));
  const name = `${id.toLowerCase()}s${seed}`;
  const acked = path.join(stage.driverDir, `${name}.acked.ndjson`);
  const scene = new Scene(stage, crew.admin, crew.speaking, name, random, size, acked);
  const { usage, stop } = watchUsage(stage);
  const before = crew.serve;
  crew.serve = async (work) => ((await scene.owns(work)) ? scene.serve(work) : before(work));
  try {
    await fault.play({ stage, crew, scene, long });
  } catch (error) {
    scene.complaints.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const disturbedUntil = Date.now();
  let settledMs = 0;
  let record: RunRecord | null = null;
  try {
    await stage.heal();
    await scene.leave();
    const ids = (await scene.known()).map(({ customerId }) => customerId);
    const left = await untilClosed(scene, ids);
    if (left.length > 0) scene.notes['still open when patience was over'] = left.join(', ');
    settledMs = Date.now() - disturbedUntil;
    await scene.watch.settled();
    const told = crew.desks.flatMap((desk) => desk.told);
    record = await collect(scene, told, usage);
  } catch (error) {
    scene.complaints.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  scene.watch.stop();
  stop();
  await scene.log.close();
  const anomalies = record ? check(record) : [];
  const failed = anomalies.length > 0 || scene.complaints.length > 0;
  return {
    ...common,
    verdict: failed ? 'failed' : 'passed',
    why: failed ? [...scene.complaints, ...anomalies.slice(0, 20).map(printed)].join('\n') : null,
    messages: scene.log.acknowledged,
    anomalies,
    complaints: scene.complaints,
    notes: scene.notes,
    tookMs: Date.now() - startedAt,
    loadMs: disturbedUntil - startedAt,
    settledMs,
    record,
  };
}

/** One result for people. */
export function told(result: Result): string {
  const { fault, seed, verdict, why, messages, notes, tookMs, loadMs, settledMs } = result;
  const facts = Object.entries(notes).map(([name, value]) => `  ${name}: ${value}`);
  const [took, load, settled] = [tookMs, loadMs, settledMs].map(
    (ms) => `${Math.round(ms / 1000)} s`,
  );
  return [
    `${fault.id} ${fault.what}: ${verdict}, seed ${seed}, ${messages} acknowledged, ${took} (${load} under load, settled within ${settled})`,
    ...facts,
    ...(why === null ? [] : [why]),
  ].join('\n');
}
