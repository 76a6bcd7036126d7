/** `iso` plus `seconds`, ISO UTC with milliseconds. Fractions are rounded up to the millisecond: never early. */
export function addSeconds(iso: string, seconds: number): string {
  return new Date(Date.parse(iso) + Math.ceil(seconds * 1000)).toISOString();
}

/** Seconds from `from` to `to`, with milliseconds as fraction; negative when `to` lies before. */
export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
