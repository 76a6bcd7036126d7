import type { Refusal } from '../errors';
import type { Json } from '../json/json';
import type { Actor } from './actor';
import {
  DATA_BYTES_MAX,
  DATA_KEYS_MAX,
  DATA_LIST_MAX,
  DATA_LIST_TEXT_MAX,
  DATA_TEXT_MAX,
  SLOTS_BYTES_MAX,
  SLOTS_MAX,
} from './bounds';
import type { ConversationData, ConversationState, DataValue } from './model';
import { refuse } from './refusal';
import { record, type Turn } from './turn';

type Changes = Readonly<Record<string, DataValue | null>>;

const KEY = /^[A-Za-z0-9_.-]{1,64}$/;
/** They would reach into objects instead of naming a fact (reliability.md section 10). */
const RESERVED = ['__proto__', 'constructor', 'prototype'];

/** domain.md 2.6. */
export function whyNotData(state: ConversationState, set: Changes): Refusal | null {
  for (const [key, value] of Object.entries(set)) {
    if (!isKey(key)) return refuse('VALIDATION_FAILED', `"${key.slice(0, 64)}" is no data key.`);
    if (value !== null && !isValue(value))
      return refuse(
        'VALIDATION_FAILED',
        `The value of "${key}" is of no allowed type or too long.`,
      );
  }
  return fits(merge(state.data, set))
    ? null
    : refuse('VALIDATION_FAILED', `At most ${DATA_KEYS_MAX} keys and ${DATA_BYTES_MAX} bytes.`);
}

/**
 * One update, one CONVERSATION_DATA_CHANGED; nothing when nothing changes. LENIENT takes what fits and leaves the rest, for
 * data that nobody can be asked to correct.
 */
export function setData(
  turn: Turn,
  set: Changes,
  actor: Actor,
  mode: 'CHECKED' | 'LENIENT' = 'CHECKED',
): void {
  const taken = mode === 'CHECKED' ? set : whatFits(turn.state, set);
  const changed = Object.entries(taken).filter(
    ([key, value]) => JSON.stringify(turn.state.data[key] ?? null) !== JSON.stringify(value),
  );
  if (changed.length === 0) return;
  turn.state.data = merge(turn.state.data, Object.fromEntries(changed));
  record(
    turn,
    'CONVERSATION_DATA_CHANGED',
    {
      set: Object.fromEntries(changed.filter(([, value]) => value !== null)) as ConversationData,
      deleted: changed.filter(([, value]) => value === null).map(([key]) => key),
    },
    { actor },
  );
}

/** domain.md 7.1 rule 4: 50 keys, 16 KiB of JSON. */
export function whyNotSlots(
  state: ConversationState,
  set: Readonly<Record<string, Json>>,
): Refusal | null {
  const slots = withSlots(state, set);
  if (Object.keys(set).some((key) => !isKey(key)))
    return refuse('VALIDATION_FAILED', 'A slot has a name that is none.');
  return Object.keys(slots).length <= SLOTS_MAX && jsonBytes(slots) <= SLOTS_BYTES_MAX
    ? null
    : refuse('VALIDATION_FAILED', `At most ${SLOTS_MAX} slots and ${SLOTS_BYTES_MAX} bytes.`);
}

/** `null` deletes a slot. */
export function withSlots(
  state: ConversationState,
  set: Readonly<Record<string, Json>>,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries({ ...state.slots, ...set }).filter(([, value]) => value !== null),
  );
}

/** Bytes of the JSON of a value in UTF-8. */
export function jsonBytes(value: unknown): number {
  return utf8Bytes(JSON.stringify(value) ?? '');
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

export function isKey(key: string): boolean {
  return KEY.test(key) && !RESERVED.includes(key);
}

function isValue(value: DataValue): boolean {
  if (typeof value === 'string') return value.length <= DATA_TEXT_MAX;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'boolean') return true;
  return (
    Array.isArray(value) &&
    value.length <= DATA_LIST_MAX &&
    value.every((item) => typeof item === 'string' && item.length <= DATA_LIST_TEXT_MAX)
  );
}

function whatFits(state: ConversationState, set: Changes): Changes {
  const taken: Record<string, DataValue | null> = {};
  for (const [key, value] of Object.entries(set)) {
    const cut = typeof value === 'string' ? value.slice(0, DATA_TEXT_MAX) : value;
    if (
      isKey(key) &&
      (cut === null || isValue(cut)) &&
      fits(merge(state.data, { ...taken, [key]: cut }))
    )
      taken[key] = cut;
  }
  return taken;
}

function merge(data: ConversationData, set: Changes): ConversationData {
  return Object.fromEntries(
    Object.entries({ ...data, ...set }).filter(([, value]) => value !== null),
  ) as ConversationData;
}

function fits(data: ConversationData): boolean {
  return Object.keys(data).length <= DATA_KEYS_MAX && jsonBytes(data) <= DATA_BYTES_MAX;
}
