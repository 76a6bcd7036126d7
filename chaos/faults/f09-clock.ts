import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { apiOf } from '../load/api';
import { PATIENCE_MS } from '../stage/stage';
import type { Acting, Fault } from './fault';

const SHIFTS = ['+1h', '-1h', '+400d'] as const;
/** Where packages put it; `LIBFAKETIME_PATH` names another place. */
const PLACES = [
  process.env['LIBFAKETIME_PATH'] ?? '',
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/faketime/libfaketime.so.1',
  '/opt/homebrew/lib/faketime/libfaketime.1.dylib',
];

export const wrongClock: Fault = {
  id: 'F9',
  what: 'clock +1 h, -1 h, +400 days: api alone, then worker alone',
  async missing() {
    const library = PLACES.find((place) => place !== '' && existsSync(place));
    if (!library) return 'libfaketime is not installed (LIBFAKETIME_PATH)';
    const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'Date.now()'], {
      env: { ...process.env, ...shifted('+400d') },
    });
    return Number(stdout) - Date.now() > 300 * 86_400_000
      ? null
      : 'Date.now() does not move under libfaketime';
  },
  async play(acting) {
    const { scene, stage } = acting;
    // Channels whose signatures have no time: those of the others are refused by a wrong clock, as they must be.
    await scene.enter(['sms', 'viber', 'wa'], 12);
    const turns = SHIFTS.flatMap((shift) =>
      (['api', 'worker-a'] as const).map((name) => [shift, name] as const),
    );
    stage.parts['worker-b'].hold();
    await stage.parts['worker-b'].kill();
    for (const [shift, name] of turns) {
      Object.assign(stage.envOf[name], shifted(shift));
      try {
        await stage.parts[name].restart();
        await answers(acting);
        await scene.speak(Math.ceil(scene.size.messages / turns.length));
        if (name === 'api') await tokensAreJudged(acting, shift);
      } finally {
        for (const key of Object.keys(shifted(shift))) delete stage.envOf[name][key];
        await stage.parts[name].restart();
      }
      await stage.ready();
    }
    stage.parts['worker-b'].release();
  },
};

/** Until it serves. Whether it is ready it judges by its clock: a worker that was seen just now seems long gone. */
async function answers({ stage }: Acting): Promise<void> {
  const patience = Date.now() + PATIENCE_MS;
  while (Date.now() < patience) {
    const answer = await fetch(`${stage.url}/healthz`).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await sleep(100);
  }
}

function shifted(shift: string): Record<string, string> {
  const library = PLACES.find((place) => place !== '' && existsSync(place)) ?? '';
  return {
    LD_PRELOAD: library,
    FAKETIME: shift,
    FAKETIME_DONT_FAKE_MONOTONIC: '1', // timers go on as they are
  };
}

/** A visitor's token may be too old or too early by that clock: 401, never 500. */
async function tokensAreJudged({ scene, stage, crew }: Acting, shift: string): Promise<void> {
  const before = await crew.speaking.visitor('early or late').catch(() => null);
  for (const [what, token] of [
    ['a visitor', before?.token ?? ''],
    ['nobody', 'garbage'],
  ] as const) {
    const answer = await apiOf(stage.url, token)
      .fetch('GET', '/webchat/messages')
      .catch(() => null);
    await answer?.body?.cancel();
    scene.notes[`${what} at ${shift}`] = answer?.status ?? 0;
    if ((answer?.status ?? 500) >= 500)
      scene.complaints.push(`${what} was answered ${answer?.status} with the clock at ${shift}`);
  }
}
