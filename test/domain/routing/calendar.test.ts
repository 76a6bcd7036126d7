import fc from 'fast-check';
import { isOpen, nextClosing, nextOpening } from '../../../domain/routing/calendar';
import { Calendar } from '../../../domain/routing/schema';

function aCalendar(timeZone: string, week: object, holidays: readonly object[] = []): Calendar {
  return Calendar.parse({ id: 'cal', timeZone, week, holidays });
}
function spans(...texts: readonly string[]) {
  return texts.map((text) => ({ from: text.slice(0, 5), to: text.slice(6) }));
}
const everyDay = (...texts: readonly string[]) =>
  Object.fromEntries(
    ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'].map((day) => [day, spans(...texts)]),
  );
const hoursOf = (calendar: Calendar, at: string) => ({
  open: isOpen(calendar, at),
  opensAt: nextOpening(calendar, at),
  closesAt: nextClosing(calendar, at),
});

const work = spans('13:00-17:30', '09:00-12:00'); // in no order
const office = aCalendar(
  'Europe/Berlin',
  { MON: work, TUE: work, WED: work, THU: work, FRI: work },
  [
    { date: '2026-12-24', spans: spans('09:00-11:00') },
    { date: '2026-12-25' },
    { date: '2026-12-27', name: 'inventory', spans: spans('10:00-12:00') },
    { date: '2027-01-01' },
  ],
);

describe('hours of a week', () => {
  it.each([
    // 2026-11-23 is a Monday; Berlin is an hour ahead of UTC.
    ['before the first', '2026-11-23T07:59:59.999Z', false, '11-23T08:00', '11-23T11:00'],
    ['its first moment', '2026-11-23T08:00:00.000Z', true, '11-23T12:00', '11-23T11:00'],
    ['its last moment', '2026-11-23T10:59:59.999Z', true, '11-23T12:00', '11-23T11:00'],
    ['its end', '2026-11-23T11:00:00.000Z', false, '11-23T12:00', '11-23T16:30'],
    ['the second span', '2026-11-23T12:00:00.000Z', true, '11-24T08:00', '11-23T16:30'],
    ['before a weekend', '2026-11-27T16:30:00.000Z', false, '11-30T08:00', '11-30T11:00'],
    [
      'before a holiday with hours',
      '2026-12-23T17:00:00.000Z',
      false,
      '12-24T08:00',
      '12-24T10:00',
    ],
    ['after them', '2026-12-24T10:00:00.000Z', false, '12-27T09:00', '12-27T11:00'],
    ['a closed holiday', '2026-12-25T09:00:00.000Z', false, '12-27T09:00', '12-27T11:00'],
    ['a Sunday with hours', '2026-12-27T09:30:00.000Z', true, '12-28T08:00', '12-27T11:00'],
  ])('%s', (_when, at, open, opensAt, closesAt) => {
    const full = (text: string) => `2026-${text}:00.000Z`;
    expect(hoursOf(office, at)).toEqual({
      open,
      opensAt: full(opensAt),
      closesAt: full(closesAt),
    });
  });

  it('go on over the end of the year', () => {
    expect(hoursOf(office, '2026-12-31T16:30:00.000Z')).toEqual({
      open: false,
      opensAt: '2027-01-04T08:00:00.000Z',
      closesAt: '2027-01-04T11:00:00.000Z',
    });
  });

  it.each([
    ['no spans at all', {}, [], false, null, null],
    [
      'a holiday alone',
      {},
      [{ date: '2027-11-01', spans: spans('09:00-10:00') }],
      false,
      '2027-11-01T09:00:00.000Z',
      '2027-11-01T10:00:00.000Z',
    ],
    [
      'a holiday too far away',
      {},
      [{ date: '2028-01-04', spans: spans('09:00-10:00') }],
      false,
      null,
      null,
    ],
    ['always open', everyDay('00:00-24:00'), [], true, null, null],
    [
      'always but once',
      everyDay('00:00-24:00'),
      [{ date: '2026-12-25' }],
      true,
      '2026-12-26T00:00:00.000Z',
      '2026-12-25T00:00:00.000Z',
    ],
    [
      'always but too far away',
      everyDay('00:00-24:00'),
      [{ date: '2028-01-04' }],
      true,
      null,
      null,
    ],
    [
      'over midnight',
      { MON: spans('22:00-24:00'), TUE: spans('00:00-02:00') },
      [],
      true,
      '2026-11-30T22:00:00.000Z',
      '2026-11-24T02:00:00.000Z',
    ],
    [
      'spans that touch',
      { MON: spans('22:00-23:30', '23:30-24:00') },
      [],
      true,
      '2026-11-30T22:00:00.000Z',
      '2026-11-24T00:00:00.000Z',
    ],
  ] as const)('%s', (_what, week, holidays, open, opensAt, closesAt) => {
    const calendar = aCalendar('UTC', week, holidays);
    expect(hoursOf(calendar, '2026-11-23T23:00:00.000Z')).toEqual({ open, opensAt, closesAt });
  });
});

describe('hours in a time zone', () => {
  it.each([
    // Mondays of November 2026
    ['Pacific/Kiritimati', '09:00-17:00', '2026-11-22T19:00:00.000Z', '2026-11-23T03:00:00.000Z'],
    ['Asia/Kathmandu', '09:00-17:00', '2026-11-23T03:15:00.000Z', '2026-11-23T11:15:00.000Z'],
    ['America/New_York', '09:00-17:00', '2026-11-23T14:00:00.000Z', '2026-11-23T22:00:00.000Z'],
    ['Pacific/Pago_Pago', '15:00-24:00', '2026-11-24T02:00:00.000Z', '2026-11-24T11:00:00.000Z'],
  ])('%s %s', (timeZone, span, opensAt, closesAt) => {
    expectPeriod(
      aCalendar(timeZone, { MON: spans(span) }),
      '2026-11-22T12:00:00.000Z',
      opensAt,
      closesAt,
    );
  });

  it.each([
    // Europe/Berlin, 2026-03-29 at 01:00Z: 02:00 becomes 03:00
    ['Europe/Berlin', '2026-03-29', '02:30-05:00', '2026-03-29T01:00', '2026-03-29T03:00'],
    ['Europe/Berlin', '2026-03-29', '00:30-02:30', '2026-03-28T23:30', '2026-03-29T01:00'],
    ['Europe/Berlin', '2026-03-29', '00:30-05:00', '2026-03-28T23:30', '2026-03-29T03:00'],
    // 2026-10-25 at 01:00Z: 03:00 becomes 02:00
    ['Europe/Berlin', '2026-10-25', '02:30-05:00', '2026-10-25T00:30', '2026-10-25T04:00'],
    ['Europe/Berlin', '2026-10-25', '00:30-02:30', '2026-10-24T22:30', '2026-10-25T01:30'],
    ['Europe/Berlin', '2026-10-25', '02:15-02:30', '2026-10-25T00:15', '2026-10-25T01:30'],
    // America/New_York, 2026-03-08 at 07:00Z and 2026-11-01 at 06:00Z
    ['America/New_York', '2026-03-08', '02:00-09:00', '2026-03-08T07:00', '2026-03-08T13:00'],
    ['America/New_York', '2026-03-08', '01:00-02:59', '2026-03-08T06:00', '2026-03-08T07:00'],
    ['America/New_York', '2026-11-01', '01:30-09:00', '2026-11-01T05:30', '2026-11-01T14:00'],
    ['America/New_York', '2026-11-01', '00:30-01:30', '2026-11-01T04:30', '2026-11-01T06:30'],
    // Australia/Lord_Howe by half an hour, 2026-10-03 at 15:30Z: 02:00 becomes 02:30; 2026-04-04 at 15:00Z: 02:00 becomes 01:30
    ['Australia/Lord_Howe', '2026-10-04', '02:15-09:00', '2026-10-03T15:30', '2026-10-03T22:00'],
    ['Australia/Lord_Howe', '2026-10-04', '01:00-02:15', '2026-10-03T14:30', '2026-10-03T15:30'],
    ['Australia/Lord_Howe', '2026-04-05', '01:45-09:00', '2026-04-04T14:45', '2026-04-04T22:30'],
    ['Australia/Lord_Howe', '2026-04-05', '01:00-01:45', '2026-04-04T14:00', '2026-04-04T15:15'],
    // Asia/Beirut at midnight, 2026-03-28 at 22:00Z: 00:00 becomes 01:00; 2026-10-24 at 21:00Z: 00:00 becomes 23:00 of the day before
    ['Asia/Beirut', '2026-03-29', '00:00-09:00', '2026-03-28T22:00', '2026-03-29T06:00'],
    ['Asia/Beirut', '2026-03-28', '20:00-24:00', '2026-03-28T18:00', '2026-03-28T22:00'],
    ['Asia/Beirut', '2026-10-24', '20:00-23:30', '2026-10-24T17:00', '2026-10-24T21:30'],
  ])('%s on %s: %s when the clock changes', (timeZone, date, span, opensAt, closesAt) => {
    const calendar = aCalendar(timeZone, {}, [{ date, spans: spans(span) }]);
    expectPeriod(calendar, '2026-01-01T00:00:00.000Z', `${opensAt}:00.000Z`, `${closesAt}:00.000Z`);
  });

  it('a span that the clock skips whole is none', () => {
    const calendar = aCalendar('Europe/Berlin', {}, [
      { date: '2026-03-29', spans: spans('02:10-02:50') },
    ]);
    expect(hoursOf(calendar, '2026-03-28T12:00:00.000Z')).toEqual({
      open: false,
      opensAt: null,
      closesAt: null,
    });
  });

  it('stay one span over a midnight that is skipped or comes twice', () => {
    const calendar = aCalendar('Asia/Beirut', {
      SAT: spans('20:00-24:00'),
      SUN: spans('00:00-02:00'),
    });
    expect(nextClosing(calendar, '2026-03-28T19:00:00.000Z')).toBe('2026-03-28T23:00:00.000Z');
    expect(nextClosing(calendar, '2026-10-24T18:00:00.000Z')).toBe('2026-10-25T00:00:00.000Z');
  });
});

function expectPeriod(calendar: Calendar, before: string, opensAt: string, closesAt: string): void {
  expect(nextOpening(calendar, before)).toBe(opensAt);
  expect(nextClosing(calendar, before)).toBe(closesAt);
  expectEdge(calendar, opensAt, true);
  expectEdge(calendar, closesAt, false);
}

/** At `at` the calendar turns open, or closed. */
function expectEdge(calendar: Calendar, at: string, open: boolean): void {
  const justBefore = new Date(Date.parse(at) - 1).toISOString();
  expect([isOpen(calendar, justBefore), isOpen(calendar, at)]).toEqual([!open, open]);
}

it('every opening and closing that is told is one, and none comes before it', () => {
  const minutes = fc.uniqueArray(fc.nat({ max: 1440 }), { minLength: 0, maxLength: 6 });
  const day = minutes.map((points) => {
    const times = [...points].sort((a, b) => a - b).map(timeOf);
    return times.flatMap((from, n) => {
      const to = times[n + 1];
      return n % 2 === 0 && to !== undefined ? [{ from, to }] : [];
    });
  });
  const week = fc.record({ MON: day, WED: day, SAT: day, SUN: day });
  const zone = fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC');
  const instant = fc.date({
    min: new Date('2026-01-01'),
    max: new Date('2027-01-01'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(
      zone,
      week,
      instant,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (timeZone, days, date, part) => {
        const calendar = aCalendar(timeZone, days);
        const at = date.toISOString();
        const { open, opensAt, closesAt } = hoursOf(calendar, at);
        if (opensAt) expectEdge(calendar, opensAt, true);
        if (closesAt) expectEdge(calendar, closesAt, false);
        const edge = open ? closesAt : opensAt;
        if (!edge) return;
        const between = new Date(Date.parse(at) + part * (Date.parse(edge) - 1 - Date.parse(at)));
        expect(isOpen(calendar, between.toISOString())).toBe(open);
      },
    ),
  );
});

function timeOf(minute: number): string {
  const part = (value: number) => String(value).padStart(2, '0');
  return `${part(Math.floor(minute / 60))}:${part(minute % 60)}`;
}
