/** Whether a member of a payload is what it has to be. */
export type Check = (value: unknown) => boolean;
/** What a payload has to have; members that are not named are not looked at. */
export type Shape = Readonly<Record<string, Check>>;

export const text: Check = (value) => typeof value === 'string' && value !== '';
export const texts: Check = (value) => Array.isArray(value) && value.every(text);
export const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value);
/** A time as text, ISO 8601. */
export const instant: Check = (value) =>
  typeof value === 'string' && Number.isFinite(Date.parse(value));
export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value);
export const number: Check = (value) => Number.isFinite(value);
export const object: Check = (value) => typeof value === 'object' && value !== null;
export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
export const shaped =
  (shape: Shape): Check =>
  (value) =>
    isShaped(value, shape);

/**
 * Operators send signals by hand, and a payload that is none must not stop a conversation, or a routing domain for everybody: a handler
 * or a decision that throws would be tried again for ever.
 */
export function isShaped(payload: unknown, shape: Shape): boolean {
  if (typeof payload !== 'object' || payload === null) return false;
  const members = payload as Readonly<Record<string, unknown>>;
  return Object.entries(shape).every(([name, check]) => check(members[name]));
}

/** The members that a refused payload needs, in words. */
export function needs(shape: Shape): string {
  return `The request needs ${Object.keys(shape).join(', ')}, each of its type.`;
}
