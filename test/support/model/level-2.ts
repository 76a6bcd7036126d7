import { describeAct } from './acts';
import type { Live } from './live';
import { type LiveRun, TooSlow } from './live-run';
import { LiveWorld } from './live-world';
import type { Recording } from './recording';
import { comparable } from './same-timeline';

/** How often a run is played that a machine with other work to do disturbed. */
const TIMES = 3;

/**
 * Plays at level 2 what was recorded at level 1. Answers what went otherwise, nothing when both agree; what a busy machine may have
 * caused (a call of the product timed out, a deadline came before the act that was planned before it) only when it goes so each time.
 *
 * @param World one with a fault, to prove that it is seen
 */
export async function disagreements(
  live: Live,
  recording: Recording,
  World = LiveWorld,
): Promise<readonly string[]> {
  let found: readonly string[] = [];
  for (let times = 1; times <= TIMES; times += 1) {
    const world = new World(recording.stage.channels);
    const run = await live.begins(world);
    try {
      found = await played(run, recording, world);
    } catch (error) {
      found = [String(error)];
      if (error instanceof TooSlow) continue;
    }
    if (found.length === 0 || !run.disturbed) return found;
  }
  return found;
}

async function played(
  run: LiveRun,
  { acts, timelines, stage }: Recording,
  world: LiveWorld,
): Promise<readonly string[]> {
  for (const [n, act] of acts.entries()) {
    const found = await run.plays(act);
    if (found.length === 0) continue;
    const before = acts.slice(0, n + 1).map(describeAct);
    return [
      ...found,
      'after these acts:',
      ...before,
      'level 2 decided:',
      ...(await run.explains()),
    ];
  }
  const [first, second] = [comparable(timelines), comparable(run.timelines)];
  const at = first.findIndex((line, n) => line !== second[n]);
  const { counts } = stage.engine.provider.delivered;
  return [
    ...(at < 0 ? [] : [`level 1: ${first[at]}`, `level 2: ${second[at] ?? 'nothing'}`]),
    ...(second.length > first.length ? [`level 2 has more: ${second[first.length]}`] : []),
    ...[...new Set([...counts.keys(), ...world.delivered.counts.keys()])].flatMap((part) =>
      counts.get(part) === world.delivered.counts.get(part)
        ? []
        : [`undeclared: ${part}, ${world.delivered.counts.get(part) ?? 0} times`],
    ),
    ...(await run.unfinished()),
  ];
}
