import { BUILT_IN_MRDS } from '../../../domain/configuration/references';
import { Calendar, Mrd, Queue } from '../../../domain/routing/schema';

const step = { timeoutSeconds: 30 };
const term = { attributeId: 'billing', op: '>=', value: 5 };
const terms = (count: number) =>
  Array.from({ length: count }, (_, n) => (n === 0 ? term : { join: 'AND', ...term }));
const withTerms = (all: readonly object[]) => ({ steps: [{ expression: { terms: all } }] });

describe('queues (domain.md 6.4)', () => {
  it('have these defaults', () => {
    expect(Queue.parse({ id: 'q' })).toEqual({
      ...{ id: 'q', mrdId: 'chat', priority: 1, paused: false, steps: [] },
      ...{ agentSelectionPolicy: 'LONGEST_AVAILABLE', reservationSeconds: 20 },
      ...{ afterRona: 'NOT_READY', autoAccept: false },
      ...{ agentSlaSeconds: null, agentSlaThresholds: [], serviceLevelType: 1 },
      ...{ serviceLevelThresholdSeconds: 120, serviceLevelClock: 'ANSWERED' },
      ...{ ewtMinSeconds: 0, ewtMaxSeconds: 3600, calendarId: null, onCalendarClose: 'KEEP' },
    });
    const [first] = Queue.parse({ id: 'q', steps: [{}] }).steps;
    expect(first).toEqual({ timeoutSeconds: 30, skipIfNoCandidate: false });
  });

  it.each([
    ['priority', { priority: 1 }, { priority: 0 }],
    ['priority', { priority: 10 }, { priority: 11 }],
    ['steps', { steps: Array(10).fill(step) }, { steps: Array(11).fill(step) }],
    ['timeoutSeconds', { steps: [{ timeoutSeconds: 1 }] }, { steps: [{ timeoutSeconds: 0 }] }],
    [
      'timeoutSeconds',
      { steps: [{ timeoutSeconds: 86_400 }] },
      { steps: [{ timeoutSeconds: 86_401 }] },
    ],
    ['terms', withTerms(terms(1)), withTerms([])],
    ['terms', withTerms(terms(10)), withTerms(terms(11))],
    ['op', withTerms([{ ...term, op: '!=', value: true }]), withTerms([{ ...term, value: true }])],
    ['join', withTerms(terms(2)), withTerms([term, term])],
    ['reservationSeconds', { reservationSeconds: 1 }, { reservationSeconds: 0 }],
    ['reservationSeconds', { reservationSeconds: 600 }, { reservationSeconds: 601 }],
    ['serviceLevelType', { serviceLevelType: 3 }, { serviceLevelType: 4 }],
    ['ewtMinSeconds', { ewtMinSeconds: 3599 }, { ewtMinSeconds: 3600 }],
    ['policy', { agentSelectionPolicy: 'MOST_SKILLED' }, { agentSelectionPolicy: 'BEST' }],
    ['afterRona', { afterRona: 'UNCHANGED' }, { afterRona: 'LOGOUT' }],
    ['onCalendarClose', { onCalendarClose: 'EXPIRE' }, { onCalendarClose: 'DROP' }],
  ])('%s: %j, but not %j', (_field, good, bad) => {
    expect(Queue.safeParse({ id: 'q', ...good }).success).toBe(true);
    expect(Queue.safeParse({ id: 'q', ...bad }).success).toBe(false);
  });
});

it('built-in MRDs (domain.md 6.8)', () => {
  expect(BUILT_IN_MRDS.map(({ name: _, ...mrd }) => Mrd.parse(mrd))).toEqual([
    expect.objectContaining({ id: 'chat', maxTasks: 5, interruptible: true }),
    expect.objectContaining({ id: 'email', maxTasks: 5, interruptible: true }),
    expect.objectContaining({ id: 'voice', maxTasks: 1, interruptible: false }),
  ]);
});

describe('calendars (domain.md 6.10)', () => {
  const week = (...MON: readonly object[]) => ({ week: { MON } });
  const minute = (n: number) => `09:${String(n).padStart(2, '0')}`;
  const spans = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ from: minute(2 * n), to: minute(2 * n + 1) }));
  const holidays = (count: number) => ({
    holidays: Array.from({ length: count }, (_, n) => ({
      date: new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10),
    })),
  });

  it.each([
    ['spans a day', week(...spans(10)), week(...spans(11))],
    ['24:00', week({ from: '22:00', to: '24:00' }), week({ from: '24:00', to: '24:00' })],
    ['midnight', week({ from: '00:00', to: '02:00' }), week({ from: '22:00', to: '02:00' })],
    ['HH:MM', week({ from: '09:00', to: '10:00' }), week({ from: '9:00', to: '10:00' })],
    [
      'overlap',
      week({ from: '10:00', to: '11:00' }, { from: '09:00', to: '10:00' }),
      week({ from: '10:00', to: '11:00' }, { from: '09:00', to: '10:01' }),
    ],
    ['holidays', holidays(365), holidays(366)],
    ['time zone', { timeZone: 'Europe/Vienna' }, { timeZone: 'Middle/Earth' }],
  ])('%s', (_what, good, bad) => {
    const base = { id: 'cal', timeZone: 'UTC' };
    expect(Calendar.safeParse({ ...base, ...good }).success).toBe(true);
    expect(Calendar.safeParse({ ...base, ...bad }).success).toBe(false);
  });
});
