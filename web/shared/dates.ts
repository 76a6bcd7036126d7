/** Dates and times as the readers of one language write them; what is no date is an empty text. */
export interface Dates {
  /** `10:05 AM` */
  time(iso: string): string;
  /** `Sunday, November 22` */
  day(iso: string): string;
  /** `Nov 22, 2026, 10:05 AM` */
  dateTime(iso: string): string;
}

const known = new Map<string | undefined, Dates>();

/** `locale`: BCP 47; undefined = the browser's. Throws `RangeError` for what is no language tag. */
export function datesIn(locale: string | undefined): Dates {
  const dates = known.get(locale) ?? createDates(locale);
  known.set(locale, dates);
  return dates;
}

function createDates(locale: string | undefined): Dates {
  const formatter = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, options);
    return (iso: string) => {
      const date = new Date(iso);
      return Number.isNaN(date.getTime()) ? '' : format.format(date);
    };
  };
  return {
    time: formatter({ hour: 'numeric', minute: '2-digit' }),
    day: formatter({ weekday: 'long', day: 'numeric', month: 'long' }),
    dateTime: formatter({ dateStyle: 'medium', timeStyle: 'short' }),
  };
}
