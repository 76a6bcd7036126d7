/** Whether a member of a payload is what it has to be. */
export type Check = (value: unknown) => boolean;
/** What a payload has to have; members that are not named are not looked at. */
export type Shape = Readonly<Record<string, Check>>;

export const text: Check = (value) => typeof value === 'string' && value !== '';
export const texts: Check = (value) => Array.isArray(value) && value.every(text);
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
 * Operators send signals by hand, and a payload that is none must not stop the domain for everybody: a handler or a decision that
 * throws would be tried again for ever.
 */
export function isShaped(payload: unknown, shape: Shape): boolean {
  if (typeof payload !== 'object' || payload === null) return false;
  const members = payload as Readonly<Record<string, unknown>>;
  return Object.entries(shape).every(([name, check]) => check(members[name]));
}

/** A `RoutingRequest`. */
export const REQUEST: Shape = {
  taskId: text,
  conversationId: text,
  workflowId: text,
  queueId: orNull(text),
  agentId: orNull(text),
  mrdId: text,
  direction: text,
  priority: number,
  attributes: object,
  queuedAt: number,
  waitingSince: number,
  ttlDueAt: number,
  avoidAgentIds: texts,
  presentAgentIds: texts,
  prefer: orNull(shaped({ agentId: text, until: number })),
};
