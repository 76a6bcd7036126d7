import fc from 'fast-check';
import { CONNECTOR_ERROR_TYPES } from '../../../domain/errors';
import { type Attempted, afterSend, failureReason } from '../../../domain/message/send-policy';

const NOW = '2026-11-22T10:00:00.000Z';
const later = (ms: number) => new Date(Date.parse(NOW) + ms).toISOString();
const POLICIES = [
  'at-most-once',
  'at-least-once',
  'exactly-once-with-key',
  'reconcile-by-lookup',
] as const;

function attempted(over: Partial<Attempted> = {}): Attempted {
  return {
    outcome: { type: 'sent' },
    attempt: 1,
    recovering: null,
    now: NOW,
    expiresAt: later(86_400_000),
    policy: 'at-most-once',
    ambiguousWaitMs: 30_000,
    reportsOutcome: true,
    seed: 'msg_1-1',
    ...over,
  };
}
const failed = (error: string, facts = {}) =>
  ({ outcome: { type: 'failed', error, facts } }) as const;
const pause = (over: Partial<Attempted>) => {
  const step = afterSend(attempted(over));
  if (step.type !== 'retry') throw new Error(step.type);
  return Date.parse(step.at) - Date.parse(NOW);
};

it('goes on after success', () => {
  expect(afterSend(attempted())).toEqual({ type: 'next' });
});

describe('certain failures', () => {
  it('wait as long as the provider asks, a little more, never less', () => {
    for (const retryAfterMs of [1000, 10_000, 120_000]) {
      const waited = pause(failed('Throttled', { retryAfterMs }));
      expect(waited).toBeGreaterThanOrEqual(retryAfterMs);
      expect(waited).toBeLessThanOrEqual(retryAfterMs * 1.2);
    }
  });

  it('grow, spread, and stay below five minutes and a bit', () => {
    const pauses = Array.from({ length: 12 }, (_, index) =>
      pause({ ...failed('Unavailable'), attempt: index + 1 }),
    );
    pauses.forEach((waited, index) => {
      const middle = Math.min(1000 * 2 ** index, 300_000);
      expect(waited).toBeGreaterThanOrEqual(middle * 0.75);
      expect(waited).toBeLessThanOrEqual(middle * 1.25);
    });
    const seeds = new Set(
      Array.from({ length: 20 }, (_, index) =>
        pause({ ...failed('Unavailable'), seed: `msg_${index}-1` }),
      ),
    );
    expect(seeds.size).toBeGreaterThan(10);
  });

  it('make at most 8 attempts in two minutes of a link that comes and goes', () => {
    for (const seed of ['a', 'b', 'c', 'd', 'e', 'f']) {
      let elapsed = 0;
      let attempts = 1;
      while (elapsed < 120_000) {
        elapsed += pause({ ...failed('Unavailable'), seed, attempt: attempts });
        if (elapsed < 120_000) attempts += 1;
      }
      expect(attempts).toBeLessThanOrEqual(8);
    }
  });

  it('end at the expiry with their own name', () => {
    const over = { expiresAt: later(500) };
    for (const error of ['Throttled', 'Unavailable', 'ChannelStopped'])
      expect(afterSend(attempted({ ...failed(error, { retryAfterMs: 1000 }), ...over }))).toEqual({
        type: 'fail',
        reason: error,
      });
  });

  it('probe a stopped channel slowly', () => {
    expect(pause(failed('ChannelStopped'))).toBeGreaterThanOrEqual(22_500);
  });
});

it.each([
  ['Rejected', {}, 'Rejected'],
  ['Rejected', { reason: 'expired' }, 'expired'],
  ['SessionWindowClosed', {}, 'SESSION_WINDOW_CLOSED'],
  ['Unreachable', {}, 'Unreachable'],
  ['OptedOut', {}, 'OptedOut'],
])('%s %j is final', (error, facts, reason) => {
  for (const policy of POLICIES)
    expect(afterSend(attempted({ ...failed(error, facts), policy }))).toEqual({
      type: 'fail',
      reason,
    });
});

describe('unknown outcomes', () => {
  const UNKNOWN = { type: 'fail', reason: 'outcomeUnknown' };
  it.each([
    ['at-most-once', 'settle'],
    ['at-least-once', 'resend'],
    ['reconcile-by-lookup', 'lookup'],
  ] as const)('%s: waits for news, then %s', (policy, recover) => {
    expect(afterSend(attempted({ ...failed('Ambiguous'), policy }))).toEqual({
      type: 'retry',
      at: later(30_000),
      recover,
    });
  });

  it('exactly-once-with-key: repeats at once, in growing pauses, until the expiry', () => {
    const policy = 'exactly-once-with-key';
    expect(pause({ ...failed('Ambiguous'), policy })).toBeLessThanOrEqual(1250);
    expect(afterSend(attempted({ ...failed('Ambiguous'), policy, attempt: 30 }))).toMatchObject({
      recover: 'resend',
    });
    expect(afterSend(attempted({ ...failed('Ambiguous'), policy, expiresAt: NOW }))).toEqual(
      UNKNOWN,
    );
  });

  it('no waiting where no news can come', () => {
    const silent = { ...failed('Ambiguous'), reportsOutcome: false };
    expect(afterSend(attempted({ ...silent, policy: 'at-most-once' }))).toEqual(UNKNOWN);
    expect(pause({ ...silent, policy: 'at-least-once' })).toBeLessThan(2000);
    expect(afterSend(attempted({ ...silent, policy: 'reconcile-by-lookup' }))).toMatchObject({
      at: later(2000),
      recover: 'lookup',
    });
  });

  it.each([
    ['at-most-once', UNKNOWN],
    ['at-least-once', { type: 'retry', at: NOW, recover: 'resend' }],
    ['exactly-once-with-key', { type: 'retry', at: NOW, recover: 'resend' }],
    ['reconcile-by-lookup', { type: 'retry', at: NOW, recover: 'lookup' }],
  ] as const)('%s: no news came', (policy, step) => {
    expect(
      afterSend(
        attempted({ outcome: { type: 'unsettled' }, recovering: 'settle', attempt: 2, policy }),
      ),
    ).toEqual(step);
  });

  it('a look-up that cannot tell is as at-most-once', () => {
    const over = {
      ...failed('Ambiguous', { reason: 'lookup' }),
      policy: 'reconcile-by-lookup',
      recovering: 'lookup',
      attempt: 2,
    } as const;
    expect(afterSend(attempted(over))).toEqual(UNKNOWN);
  });

  it('a look-up or repeat that certainly did not happen is tried again in the same way', () => {
    for (const recovering of ['lookup', 'resend'] as const)
      expect(
        afterSend(attempted({ ...failed('Unavailable'), recovering, attempt: 2 })),
      ).toMatchObject({ type: 'retry', recover: recovering });
    expect(
      afterSend(attempted({ ...failed('Unavailable'), recovering: 'settle', attempt: 2 })),
    ).toMatchObject({ recover: null });
    expect(
      afterSend(attempted({ ...failed('Unavailable'), recovering: 'resend', expiresAt: NOW })),
    ).toEqual(UNKNOWN);
  });

  it('a failure of an unknown name leaves the outcome unknown', () => {
    expect(afterSend(attempted(failed('TypeError')))).toMatchObject({ recover: 'settle' });
  });
});

it('is total and ends: any run of failures reaches an end in bounded time', () => {
  const outcome = fc.oneof(
    fc.constant({ type: 'unsettled' } as const),
    fc.record({
      type: fc.constant('failed' as const),
      error: fc.constantFrom(...CONNECTOR_ERROR_TYPES, 'Other'),
      facts: fc.record({ retryAfterMs: fc.integer({ min: 0, max: 5000 }) }, { requiredKeys: [] }),
    }),
  );
  fc.assert(
    fc.property(
      fc.infiniteStream(outcome),
      fc.constantFrom(...POLICIES),
      fc.boolean(),
      (outcomes, policy, reportsOutcome) => {
        let state = attempted({ policy, reportsOutcome, expiresAt: later(3_600_000) });
        for (let step = 0; step < 10_000; step += 1) {
          const next = afterSend({ ...state, outcome: outcomes.next().value });
          if (next.type !== 'retry') return;
          expect(next.at >= state.now).toBe(true);
          state = { ...state, now: next.at, recovering: next.recover, attempt: state.attempt + 1 };
          // The activity refuses to send what has expired.
          if (state.now >= state.expiresAt && next.recover !== 'settle') return;
        }
        throw new Error('no end');
      },
    ),
  );
});

it('names every failure', () => {
  expect(CONNECTOR_ERROR_TYPES.map((type) => failureReason(type))).toEqual([
    'Throttled',
    'Unavailable',
    'ChannelStopped',
    'Rejected',
    'SESSION_WINDOW_CLOSED',
    'Unreachable',
    'OptedOut',
    'outcomeUnknown',
  ]);
});

describe('a reply window that ends while the provider is away', () => {
  const away = (endsInMs: number, over: Partial<Attempted> = {}) =>
    afterSend(
      attempted({
        ...failed('Unavailable', { retryAfterMs: 60_000, windowEndsAt: later(endsInMs) }),
        ...over,
      }),
    );
  it('changes nothing while it ends later than the next attempt', () => {
    expect(away(600_000)).toEqual(
      afterSend(attempted(failed('Unavailable', { retryAfterMs: 60_000 }))),
    );
    expect(away(100 * 86_400_000)).toMatchObject({ type: 'retry' });
  });
  it('is used by one last attempt just before it', () => {
    expect(away(50_000)).toEqual({ type: 'retry', at: later(30_000), recover: null });
  });
  it.each([20_000, 5_000, 0, -60_000])(
    'fails the message at once when it ends in %s ms, so that the agent can act',
    (endsInMs) => {
      expect(away(endsInMs)).toEqual({ type: 'fail', reason: 'SESSION_WINDOW_CLOSED' });
      expect(away(endsInMs, { recovering: 'resend' })).toEqual({
        type: 'fail',
        reason: 'outcomeUnknown',
      });
    },
  );
});
