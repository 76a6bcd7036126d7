import fc from 'fast-check';
import { addSeconds } from '../../../domain/conversation/time';
import {
  COUNTERS,
  type CountedTask,
  type Counters,
  countersOf,
  NOTHING_COUNTED,
  OUTCOMES,
  serviceLevel,
  sum,
} from '../../../domain/reporting/service-level';
import { aQueuedTask } from '../../support/reports';

const LEVEL = { thresholdSeconds: 120, clock: 'ANSWERED' } as const;
const T = aQueuedTask().queuedAt;
const at = (seconds: number) => addSeconds(T, seconds);

/** Outcome and the four "within", as the case table of domain.md section 12 has them. */
const counted = (task: CountedTask, level: Parameters<typeof countersOf>[1] = LEVEL) => {
  const counters = countersOf(task, level);
  const outcome = OUTCOMES.filter((name) => counters[name] > 0).join(' ');
  const { offered_within: o, answered_within: a, abandoned_within: b, rona_within: r } = counters;
  return [counters.offered, outcome, `${o}/${a}/${b}/${r}`];
};
const ended = (closeReason: CountedTask['closeReason'], seconds: number, closeDetail = '') =>
  aQueuedTask({ endedAt: at(seconds), closeReason, closeDetail: closeDetail || null });
const ringing = (seconds: number) => ({ reservedAt: at(seconds) });
const accepted = (seconds: number) =>
  aQueuedTask({ ...ringing(seconds - 1), answeredAt: at(seconds) });

describe('countersOf: the service-level case table', () => {
  it.each([
    ['accepted within', accepted(120), 'answered', '1/1/0/0'],
    ['accepted after', accepted(121), 'answered', '0/0/0/0'],
    [
      'accepted within by a millisecond less than the next second',
      accepted(119.999),
      'answered',
      '1/1/0/0',
    ],
    ['accepted after by a millisecond', accepted(120.001), 'answered', '0/0/0/0'],
    [
      'customer left queued, within',
      ended('CANCELLED', 120, 'CUSTOMER_LEFT'),
      'abandoned',
      '1/0/1/0',
    ],
    [
      'customer left queued, after',
      ended('CANCELLED', 121, 'CUSTOMER_LEFT'),
      'abandoned',
      '0/0/0/0',
    ],
    [
      'customer left ringing, within',
      { ...ended('CANCELLED', 60, 'CUSTOMER_LEFT'), ...ringing(50) },
      'abandoned',
      '1/0/1/0',
    ],
    [
      'customer left ringing, after',
      { ...ended('CANCELLED', 130, 'CUSTOMER_LEFT'), ...ringing(125) },
      'abandoned',
      '0/0/0/0',
    ],
    ['RONA within', { ...ended('RONA', 25, 'TIMEOUT'), ...ringing(5) }, 'rona', '1/0/0/1'],
    ['declined within', { ...ended('RONA', 25, 'DECLINED'), ...ringing(5) }, 'rona', '1/0/0/1'],
    ['RONA after', { ...ended('RONA', 140, 'TIMEOUT'), ...ringing(120) }, 'rona', '0/0/0/0'],
    ['TTL', ended('NO_AGENT_AVAILABLE', 60), 'no_agent', '0/0/0/0'],
    ['flush', ended('FORCE_CLOSED', 60), 'flushed', '0/0/0/0'],
    [
      'agent lost while ringing',
      { ...ended('AGENT_LOGOUT', 60, 'PRESENCE_LOST'), ...ringing(5) },
      'requeued',
      '0/0/0/0',
    ],
    [
      'agent interrupted while ringing',
      { ...ended('REROUTE', 60), ...ringing(5) },
      'requeued',
      '0/0/0/0',
    ],
    ...['REQUESTER', 'BOT', 'JOINED', 'CALL', 'MERGED', 'ENDED', ''].map(
      (detail) =>
        [
          `cancelled ${detail || 'without detail'}`,
          ended('CANCELLED', 60, detail),
          'cancelled',
          '0/0/0/0',
        ] as const,
    ),
  ] as const)('%s', (_case, task, outcome, within) => {
    expect(counted(task)).toEqual([1, outcome, within]);
  });

  it.each([
    'DONE',
    'TRANSFERRED',
    'AGENT_LOGOUT',
    'RESPONSE_TIMEOUT',
    'REROUTE',
    'FORCE_CLOSED',
    'CANCELLED',
  ] as const)('what was answered stays answered, though it closed %s', (closeReason) => {
    const task = { ...accepted(10), closeReason, endedAt: at(500) };
    expect(counted(task)).toEqual([1, 'answered', '1/1/0/0']);
  });

  it.each([
    ['routed in time, answered late', { ...ringing(100), answeredAt: at(130) }, '1/1/0/0'],
    ['routed late', { ...ringing(121), answeredAt: at(122) }, '0/0/0/0'],
  ])('clock ROUTED: %s', (_case, change, within) => {
    const routed = { ...LEVEL, clock: 'ROUTED' } as const;
    expect(counted(aQueuedTask(change), routed)).toEqual([1, 'answered', within]);
  });

  it('clock ROUTED counts an abandoned wait to its end where no agent was found', () => {
    const task = ended('CANCELLED', 121, 'CUSTOMER_LEFT');
    expect(counted(task, { ...LEVEL, clock: 'ROUTED' })).toEqual([1, 'abandoned', '0/0/0/0']);
  });

  it.each([
    ['still waits', aQueuedTask()],
    ['rings', aQueuedTask(ringing(5))],
    ['was for a named agent', { ...accepted(10), mode: 'AGENT' as const }],
    ['was a consult', { ...accepted(10), direction: 'CONSULT' as const }],
    ['was a conference', { ...accepted(10), direction: 'DIRECT_CONFERENCE' as const }],
    ['was outbound', { ...accepted(10), direction: 'OUTBOUND' as const }],
  ])('a task that %s is not counted', (_case, task) => {
    expect(countersOf(task, LEVEL)).toEqual(NOTHING_COUNTED);
  });

  it('a transfer to a queue is counted as an inbound request', () => {
    expect(counted({ ...accepted(10), direction: 'DIRECT_TRANSFER' })).toEqual([
      1,
      'answered',
      '1/1/0/0',
    ]);
  });

  it('offered is the sum of the outcomes, whatever tasks come, and within never exceeds its outcome', () => {
    fc.assert(
      fc.property(fc.array(someTask()), fc.constantFrom('ANSWERED', 'ROUTED'), (tasks, clock) => {
        const all = tasks
          .map((task) => countersOf(task, { thresholdSeconds: 120, clock }))
          .reduce(sum, NOTHING_COUNTED);
        expect(all.offered).toBe(OUTCOMES.reduce((total, name) => total + all[name], 0));
        expect(all.offered_within).toBe(
          all.answered_within + all.abandoned_within + all.rona_within,
        );
        for (const name of ['answered', 'abandoned', 'rona'] as const)
          expect(all[`${name}_within`]).toBeLessThanOrEqual(all[name]);
      }),
    );
  });
});

describe('serviceLevel', () => {
  const counters = (given: Partial<Counters>) => ({ ...NOTHING_COUNTED, ...given });
  const some = counters({ offered: 10, answered_within: 4, abandoned_within: 2 });
  it.each([
    [1, 'abandoned ignored', 0.5],
    [2, 'abandoned negative', 0.4],
    [3, 'abandoned positive', 0.6],
  ] as const)('type %i, %s', (type, _name, level) => {
    expect(serviceLevel(type, some)).toBeCloseTo(level, 10);
  });
  it.each([1, 2, 3] as const)('type %i is null where nothing was offered', (type) => {
    expect(serviceLevel(type, NOTHING_COUNTED)).toBeNull();
  });
  it('type 1 is null where everybody left in time', () => {
    expect(serviceLevel(1, counters({ offered: 3, abandoned: 3, abandoned_within: 3 }))).toBeNull();
  });
});

it('has a counter for each column of queue_interval', () => {
  expect(COUNTERS.length).toBe(12);
});

function someTask(): fc.Arbitrary<CountedTask> {
  const moment = fc.option(fc.integer({ min: 0, max: 400 }).map(at), { nil: null });
  return fc.record({
    queuedAt: fc.constant(T),
    reservedAt: moment,
    answeredAt: moment,
    wrapUpStartedAt: moment,
    endedAt: moment,
    mode: fc.constantFrom('QUEUE', 'AGENT'),
    direction: fc.constantFrom('INBOUND', 'DIRECT_TRANSFER', 'CONSULT', 'OUTBOUND'),
    closeReason: fc.constantFrom(
      null,
      'DONE',
      'RONA',
      'CANCELLED',
      'NO_AGENT_AVAILABLE',
      'AGENT_LOGOUT',
      'TRANSFERRED',
      'FORCE_CLOSED',
      'REROUTE',
      'RESPONSE_TIMEOUT',
    ),
    closeDetail: fc.constantFrom(null, 'CUSTOMER_LEFT', 'BOT'),
  });
}
