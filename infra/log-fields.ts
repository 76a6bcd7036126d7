import { AsyncLocalStorage } from 'node:async_hooks';

/** Facts that every log line of some work carries, such as `{ requestId }` or `{ conversationId }`: names of `LOGGED_FIELDS`. */
export type LogFields = Readonly<Record<string, string | number | undefined>>;

const storage = new AsyncLocalStorage<LogFields>();

/** Runs `work`; what is logged within it, and within what it awaits, carries `fields` beside those from around it. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...fields }, work);
}

/** The fields of the work that is going on; a line's own win over them. */
export function currentLogFields(): LogFields {
  return { ...storage.getStore() }; // a copy: the logger adds to it
}
