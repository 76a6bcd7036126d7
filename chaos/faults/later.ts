import { existsSync } from 'node:fs';
import type { Fault } from './fault';

/** F20: a script that brings a second build beside the first, named by `PARLEY_CHAOS_UPGRADE`: it gets the stage's variables. */
export const liveUpgrade: Fault = {
  id: 'F20',
  what: 'a new worker version beside the old one, then rollback, with conversations open',
  missing: async () => {
    const script = process.env['PARLEY_CHAOS_UPGRADE'];
    if (!script) return 'there is no second build: PARLEY_CHAOS_UPGRADE names no module';
    return existsSync(script) ? null : `there is no ${script}`;
  },
  async play(acting) {
    // A module that exports `upgrade(acting)`: it may restart the parts of the stage with other code.
    const { upgrade } = (await import(process.env['PARLEY_CHAOS_UPGRADE'] ?? '')) as {
      upgrade: Fault['play'];
    };
    await acting.scene.enter();
    await Promise.all([acting.scene.speak(), upgrade(acting)]);
  },
};

export const earlierVersions: Fault = {
  id: 'F21',
  what: 'archive documents, payloads and carried state of every earlier version',
  missing: async () =>
    'there is no earlier release; recorded histories are replayed by every npm test',
  play: async () => undefined,
};
