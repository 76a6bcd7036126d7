import type { Payload } from '@temporalio/common';
import type { History } from '@temporalio/common/lib/proto-utils';
import { isTombstone, keyIdOf } from '../infra/payload-codec';

/**
 * Why a history cannot be replayed: what was decided hung on texts that are not in it. `erased`: they are gone for good, as whoever
 * decodes them sees. `sealed`: it was exported without decoding, and may be erased or not. Null: it can be replayed.
 */
export type Unreadable = 'erased' | 'sealed';

export function whyUnreadable(history: History): Unreadable | null {
  const payloads = [...payloadsIn(history.events ?? [])];
  if (payloads.some((payload) => keyIdOf(payload) !== null)) return 'sealed';
  return payloads.some(isTombstone) ? 'erased' : null;
}

/** All payloads of some events, or of a part of them. */
export function* payloadsIn(value: unknown): Generator<Payload> {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if ('metadata' in value && 'data' in value) yield value as Payload;
  else for (const each of Object.values(value)) yield* payloadsIn(each);
}
