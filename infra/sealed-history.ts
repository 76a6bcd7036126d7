import type { Payload } from '@temporalio/common';
import { keyIdOf } from './payload-codec';
import { TRACE_HEADER } from './tracing/temporal-client';

/** Where in an event what is looked at stands: the names of the members that lead there. */
type Path = readonly string[];
type Members = Readonly<Record<string, unknown>>;

/** The SDK's own notes, by marker: numbers and names of activities and patches. */
const NOTES_OF_MARKERS: Readonly<Record<string, string>> = {
  core_local_activity: 'data',
  core_patch: 'patch-data',
};
/** Texts that somebody may have written freely. All others are ids and names, which never hold personal data. */
const FREE_TEXTS: ReadonlySet<string> = new Set(['message', 'stackTrace', 'reason', 'cause']);
/** What the SDK writes where text and stack of a failure are payloads. */
const ENCODED = 'Encoded failure';
/** What the SDK's core writes of itself, without a codec: a local activity that timed out or was cancelled, above all. */
const TEXTS_OF_CORE: ReadonlySet<unknown> = new Set([
  'Activity timed out',
  'Activity cancelled',
  'Activity task failed',
  'Activity task timed out',
]);
/** Where the server says in a word, and without its own name, why it did not take a workflow task: `UnhandledCommand` above all. */
const TASK_FAILED = 'workflowTaskFailedEventAttributes';
const NAME = /^[A-Z][A-Za-z]+$/;
/** A trace's place and nothing else: whoever calls writes the rest of it as they like. */
const TRACE_ALONE = /^\{"traceparent":"00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}"\}$/;

/**
 * The ids of the keys that one event of a history, as Temporal tells it to whoever has no key, is sealed with; null where something in it
 * can be read without one. Search attributes stay clear and never hold personal data (reliability.md section 11).
 */
export function keysOfEvent(event: object): ReadonlySet<string> | null {
  const keys = new Set<string>();
  return isSealed(event, [], event, keys) ? keys : null;
}

function isSealed(value: unknown, path: Path, event: object, keys: Set<string>): boolean {
  const name = path.at(-1) ?? '';
  if (typeof value === 'string') return value === '' || !FREE_TEXTS.has(name);
  if (typeof value !== 'object' || value === null || isNumber(value)) return true;
  if (value instanceof Uint8Array) return value.length === 0;
  if (Array.isArray(value)) return value.every((each) => isSealed(each, path, event, keys));
  const members = value as Members;
  if (isPayload(members)) return isSealedPayload(members, path, event, keys);
  const { message, source, serverFailureInfo, timeoutFailureInfo } = members;
  const isEncoded = message === ENCODED && isObject(members['encodedAttributes']);
  const isOfServer =
    (source === 'Server' && isObject(serverFailureInfo ?? timeoutFailureInfo)) ||
    (path[0] === TASK_FAILED && isObject(serverFailureInfo) && NAME.test(String(message)));
  const isKnown = isEncoded || isOfServer || TEXTS_OF_CORE.has(message);
  return Object.entries(members).every(
    ([member, held]) =>
      (member === 'message' && isKnown) || isSealed(held, [...path, member], event, keys),
  );
}

function isSealedPayload(payload: Payload, path: Path, event: object, keys: Set<string>): boolean {
  const id = keyIdOf(payload);
  if (id !== null) keys.add(id);
  return id !== null || path.at(-2) === 'indexedFields' || isNote(payload, path, event);
}

/** What the SDK and our tracing add in clear. */
function isNote({ data }: Payload, path: Path, event: object): boolean {
  if (path.includes('header') && path.at(-1) === TRACE_HEADER)
    return TRACE_ALONE.test(Buffer.from(data ?? []).toString('utf8'));
  const { markerRecordedEventAttributes: marker } = event as {
    readonly markerRecordedEventAttributes?: { readonly markerName?: string | null } | null;
  };
  const note = NOTES_OF_MARKERS[marker?.markerName ?? ''];
  return (
    note !== undefined &&
    path.join('.').startsWith(`markerRecordedEventAttributes.details.${note}.`)
  );
}

function isPayload(members: Members): members is Members & Payload {
  return Object.hasOwn(members, 'metadata');
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Of 64 bits, as protobuf has it. */
function isNumber(value: object): boolean {
  return 'low' in value && 'high' in value && 'unsigned' in value;
}
