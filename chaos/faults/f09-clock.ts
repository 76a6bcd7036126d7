import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SignJWT } from 'jose';
import { apiOf } from '../load/api';
import { agentId } from '../stage/configuration';
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
    const credentials = await madeByTheRightClock(acting);
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
        if (name === 'api') await areJudged(acting, credentials, shift);
      } finally {
        for (const key of Object.keys(shifted(shift))) delete stage.envOf[name][key];
        await stage.parts[name].restart();
      }
      await stage.ready();
    }
    await areJudged(acting, credentials, 'now');
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

interface Credential {
  readonly what: string;
  readonly token: string;
  /** Clocks by which it is too old or too early. */
  readonly refusedAt: readonly string[];
  /** A route and a stream of its caller. */
  readonly paths: readonly string[];
}

/** Tokens that are good now; the clock makes some of them too old, some too early. */
async function madeByTheRightClock({ crew, stage }: Acting): Promise<readonly Credential[]> {
  const ofVisitors = ['/webchat/messages', '/webchat/events'];
  const visitor = await crew.speaking.visitor('early or late');
  const subject = agentId(0);
  const minted = await crew.admin.write<{ readonly token: string }>('POST', '/v1/tokens', {
    ...{ role: 'agent', subject, ttlSeconds: 3_000 },
  });
  const early = await notBeforeNow(visitor.token, stage.env['PARLEY_SECRET'] ?? '');
  return [
    { what: 'a visitor', token: visitor.token, refusedAt: ['+400d'], paths: ofVisitors },
    { what: 'a token from now on', token: early, refusedAt: ['-1h'], paths: ofVisitors },
    {
      what: 'a token for 50 minutes',
      token: minted.token,
      refusedAt: ['+1h', '+400d'],
      paths: ['/v1/me', `/v1/agents/${subject}/events`],
    },
    { what: 'nobody', token: 'garbage', refusedAt: [...SHIFTS, 'now'], paths: ofVisitors },
  ];
}

/** The visitor's token, signed anew: it holds from now on, for two years. */
async function notBeforeNow(token: string, secret: string): Promise<string> {
  const [head = '', claims = ''] = token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  const key = createHash('sha256').update(`parley customer token\n${secret}`).digest();
  return new SignJWT(read(claims))
    .setProtectedHeader(read(head))
    .setNotBefore('0s')
    .setExpirationTime('2y')
    .sign(key);
}

/** Too old or too early is a 401, on routes and on streams; nothing is a 5xx, and whoever is in time is let in. */
async function areJudged(
  { scene, stage }: Acting,
  credentials: readonly Credential[],
  shift: string,
): Promise<void> {
  for (const { what, token, refusedAt, paths } of credentials) {
    const expected = refusedAt.includes(shift) ? 401 : 200;
    const statuses: number[] = [];
    for (const path of paths) {
      const answer = await apiOf(stage, token)
        .fetch('GET', path)
        .catch(() => null);
      await answer?.body?.cancel();
      statuses.push(answer?.status ?? 0);
    }
    scene.notes[`${what} at ${shift}`] = statuses.join(', ');
    if (statuses.some((status) => status !== expected))
      scene.complaints.push(
        `${what} was answered ${statuses} with the clock at ${shift}, not ${expected}`,
      );
  }
}
