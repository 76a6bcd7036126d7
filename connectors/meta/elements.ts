import { createHash } from 'node:crypto';
import type { InboundEvent } from '../connector';

/** What every event of a request begins with. */
export interface EventBase {
  readonly channelId: string;
  readonly occurredAt: string;
}

/** The JSON of a body; undefined when it is none. */
export function readJson(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    return undefined;
  }
}

/** The members of a list, whatever they are; none where the field is no list. Each is read on its own, so that a bad one spoils no other. */
export function members(value: unknown, field: string): readonly unknown[] {
  const list = isObject(value) ? value[field] : undefined;
  return Array.isArray(list) ? list : [];
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An element that cannot be read, kept for inspection. Its key is its own digest. */
export function unparsed(base: EventBase, element: unknown, reason: string): InboundEvent {
  const text = JSON.stringify(element) ?? '';
  return { ...base, kind: 'unparsed', eventKey: `raw:${digest(text)}`, reason };
}

/** Hex SHA-256. */
export function digest(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Unix time in seconds or milliseconds, as number or text, as ISO UTC; null for what is no time of ours. */
export function isoOf(time: number | string | null | undefined): string | null {
  const given = Number(time ?? Number.NaN);
  if (!(given > 0)) return null;
  const ms = given < SECONDS_END ? given * 1000 : given;
  return ms < YEAR_9999_MS ? new Date(Math.floor(ms)).toISOString() : null;
}

/** A Unix time below is in seconds: the same number of milliseconds was in 1973. */
const SECONDS_END = 100_000_000_000;
const YEAR_9999_MS = 253_370_764_800_000;

/** Our part id where the provider gives it back; null for anything that cannot be one. */
export function partIdOf(echoed: string | null | undefined): string | null {
  return echoed && /^[\w-]{1,200}$/.test(echoed) ? echoed : null;
}
