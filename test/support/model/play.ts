import { printed } from '../../../chaos/checker/anomaly';
import { checkTimers } from '../../../chaos/checker/timers';
import { LogChecker } from '../routing-log';
import { CAPACITY, type Command, ends, INACTIVITY_SECONDS, Stage } from './commands';

/** What is wrong after one of the commands, or in the end, each by its word first; nothing when all is well. */
export function plays(list: readonly Command[], stage = new Stage()): string[] {
  const { engine, reference } = stage;
  const log = new LogChecker(CAPACITY);
  const found = () => {
    log.look(engine.log);
    return [...engine.broken, ...reference.violations(), ...log.found];
  };
  for (const command of list) {
    stage.does(command);
    const now = found();
    if (now.length > 0) return now;
  }
  ends(stage);
  return [...found(), ...reference.unfinished(), ...timers(stage)];
}

/** The words of what was found, each once. */
export function wordsOf(found: readonly string[]): string[] {
  return [...new Set(found.map((what) => /^[a-z-]+/.exec(what)?.[0] ?? what))];
}

/** I9, by the checker of real runs. */
function timers({ engine }: Stage): string[] {
  const readable = [...engine.archive.timelines()].filter(([id]) => !engine.archive.isBlank(id));
  const conversations = readable.map(([, timeline]) => ({
    entries: timeline.map((entry) => ({ ...entry, body: null, delivery: null, hash: '' })),
  }));
  const rules = { inactivitySeconds: INACTIVITY_SECONDS };
  return checkTimers({ conversations, rules }).map(printed);
}
