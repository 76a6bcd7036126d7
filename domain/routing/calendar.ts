import { Temporal } from 'temporal-polyfill';
import type { Calendar } from './schema';
import { WEEKDAYS } from './weekdays';

// Opening hours (domain.md 6.10): local wall clock in the calendar's zone. Instants are ISO 8601 UTC with milliseconds, as text.
// A span holds from its first moment up to, and not including, its last. All are pure and never throw for a calendar that passed
// its schema. Not for the workflow sandbox: the library is large, and looking far ahead takes tens of milliseconds.

/** How far ahead an opening or a closing is looked for: longer than any yearly pattern. */
const HORIZON_DAYS = 400;
const DAY_MS = 86_400_000;

/** Epoch milliseconds. */
interface Period {
  readonly from: number;
  readonly to: number;
}

/** Whether a calendar is open at an instant. */
export function isOpen(calendar: Calendar, at: string): boolean {
  const now = Date.parse(at);
  return [...spansAround(calendar, at, 1)].some(({ from, to }) => from <= now && now < to);
}

/** When a calendar opens next, after `at`. Null: not within 400 days. */
export function nextOpening(calendar: Calendar, at: string): string | null {
  return nextOf('from', calendar, at);
}

/** When the present span ends, or the next one while closed; spans that touch are one. Null: not within 400 days. */
export function nextClosing(calendar: Calendar, at: string): string | null {
  return nextOf('to', calendar, at);
}

function nextOf(edge: keyof Period, calendar: Calendar, at: string): string | null {
  const now = Date.parse(at);
  // The last period may be cut off by the end of the search, which lies beyond the horizon.
  const horizon = now + HORIZON_DAYS * DAY_MS;
  for (const period of joined(spansAround(calendar, at, HORIZON_DAYS + 1)))
    if (period[edge] > now)
      return period[edge] > horizon ? null : new Date(period[edge]).toISOString();
  return null;
}

/** Spans that touch or overlap as one, lazily. */
function* joined(spans: Iterable<Period>): Generator<Period> {
  let last: Period | null = null;
  for (const span of spans) {
    if (last && span.from <= last.to) {
      last = { from: last.from, to: Math.max(last.to, span.to) };
      continue;
    }
    if (last) yield last;
    last = span;
  }
  if (last) yield last;
}

/** The spans from the day before on, in order, to so many days after: clocks that are set back over midnight reach either way. */
function* spansAround(calendar: Calendar, at: string, daysAfter: number): Generator<Period> {
  const holidays = new Map(calendar.holidays.map(({ date, spans }) => [date, spans]));
  const today = Temporal.Instant.from(at).toZonedDateTimeISO(calendar.timeZone).toPlainDate();
  for (let day = -1; day <= daysAfter; day += 1) {
    const date = today.add({ days: day });
    const weekday = WEEKDAYS[date.dayOfWeek - 1] ?? 'MON';
    const spans = holidays.get(date.toString()) ?? calendar.week[weekday] ?? [];
    yield* spans
      .map(({ from, to }) => ({
        from: instantOf(date, from, calendar.timeZone, 'earlier'),
        to: instantOf(date, to, calendar.timeZone, 'later'),
      }))
      .filter(({ from, to }) => from < to) // all of it was skipped
      .sort((a, b) => a.from - b.from);
  }
}

/** A time of day, `HH:MM`, to `24:00`. `doubled` says which is meant of two; one that is skipped moves on to the next that exists. */
function instantOf(
  date: Temporal.PlainDate,
  time: string,
  timeZone: string,
  doubled: 'earlier' | 'later',
): number {
  const wall =
    time === '24:00' ? date.add({ days: 1 }).toPlainDateTime() : date.toPlainDateTime(time);
  const found = wall.toZonedDateTime(timeZone, { disambiguation: doubled });
  if (found.toPlainDateTime().equals(wall)) return found.epochMilliseconds;
  const before = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return (before.getTimeZoneTransition('next') ?? found).epochMilliseconds;
}
