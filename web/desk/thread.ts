import type { Delivery, Entry, Medium, MessageBody } from '../shared/model';
import type { Timeline } from './timeline';
import type { Unsent } from './unsent';

export type Side = 'customer' | 'agent' | 'bot' | 'business';
export interface Message {
  readonly kind: 'message';
  /** Stable from the moment the agent pressed Send. */
  readonly key: string;
  readonly id: string | null;
  readonly at: string;
  readonly side: Side;
  readonly actorId: string | null;
  readonly name: string | null;
  readonly channelSessionId: string | null;
  readonly inside: 'NOTE' | 'WHISPER' | 'SUGGESTION' | 'STALE' | null;
  readonly body: MessageBody | null;
  /** What has become of its files, as far as they are told of. */
  readonly media: readonly Medium[];
  readonly delivery: Delivery['state'] | 'SENDING' | 'REFUSED' | null;
  /** Why it failed: a code of the provider, or the server's words. */
  readonly reason: string | null;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly erased: boolean;
  readonly reactions: readonly { readonly emoji: string; readonly name: string | null }[];
  readonly replyTo: string | null;
  readonly suggestionId: string | null;
  /** Set while it is not on the timeline: what may be tried again or dropped. */
  readonly unsent: Unsent | null;
  /** The one before is of the same person, and not long ago: the name need not stand again. */
  readonly continued: boolean;
}
export interface Divider {
  readonly kind: 'day' | 'session';
  readonly key: string;
  readonly at: string;
  readonly entry: Entry | null;
}
export interface Happening {
  readonly kind: 'event';
  readonly key: string;
  readonly at: string;
  readonly entry: Entry;
}
export type Item = Message | Divider | Happening;

const MESSAGES: ReadonlySet<string> = new Set([
  'CUSTOMER_MESSAGE',
  'BOT_MESSAGE',
  'AGENT_MESSAGE',
  'SYSTEM_MESSAGE',
  'NOTE_ADDED',
  'WHISPER_MESSAGE',
  'BOT_SUGGESTION',
  'STALE_BOT_REPLY',
]);
const SESSIONS: ReadonlySet<string> = new Set(['CHANNEL_SESSION_STARTED', 'CHANNEL_SESSION_ENDED']);
/** Happenings that a person at the desk wants to know; the rest is for `explain` and reports. */
const EVENTS: ReadonlySet<string> = new Set([
  'CONVERSATION_PAUSED',
  'CONVERSATION_RESUMED',
  'END_CONVERSATION',
  'CONVERSATION_MERGED',
  'ASSOCIATED_CUSTOMER_CHANGED',
  'CALL_LEG_STARTED',
  'CALL_LEG_ENDED',
  'AGENT_SUBSCRIBED',
  'AGENT_UNSUBSCRIBED',
  'PARTICIPANT_ROLE_CHANGED',
  'AGENT_REQUESTED',
  'NO_AGENT_AVAILABLE',
  'OUT_OF_HOURS',
  'TRANSFER_STARTED',
  'TRANSFER_COMPLETED',
  'TRANSFER_FAILED',
  'AGENT_SLA_EXPIRED',
  'AGENT_IDLE',
  'HAND_RAISED',
  'WRAPUP_APPLIED',
  'BOT_TIMEOUT',
  'BOT_FAILED',
  'CHANNEL_SESSION_EXPIRED',
  'MESSAGE_DELIVERY_NOTIFICATION',
]);
/** Milliseconds within which messages of one person stand together. */
const TOGETHER_MS = 5 * 60_000;

/** The transcript as it is drawn: what the server told, in order, with dividers; after it what this tab has not got rid of yet. */
export function threadOf(
  { entries, deliveries }: Timeline,
  outbox: readonly Unsent[],
): readonly Item[] {
  const changes = changesOf(entries);
  const answered = answeredSuggestions(entries);
  const items: Item[] = [];
  let day = '';
  for (const entry of entries) {
    const told = deliveries[entry.id] ?? entry.delivery;
    const { item, day: today } = madeOf(entry, told, changes.get(entry.id));
    if (!item || (item.kind === 'message' && isOver(item, answered))) continue;
    if (today !== day) items.push({ kind: 'day', key: `day:${today}`, at: entry.at, entry: null });
    day = today;
    items.push(together(item, items.at(-1)));
  }
  for (const unsent of pending(entries, outbox))
    items.push(together(fromOutbox(unsent), items.at(-1)));
  return items;
}

/**
 * What of the outbox the timeline does not hold. An answer names its message; before it has come, an entry of ours with the same
 * content that is newer than the outbox item is taken for it, so that nothing stands twice for a moment.
 */
export function pending(entries: readonly Entry[], outbox: readonly Unsent[]): readonly Unsent[] {
  if (outbox.length === 0) return outbox;
  const known = new Set(entries.map(({ id }) => id));
  const taken = new Set(outbox.flatMap(({ messageId }) => (messageId ? [messageId] : [])));
  return outbox.filter((unsent) => {
    if (unsent.messageId) return !known.has(unsent.messageId);
    const match = entries.find(
      (entry) =>
        entry.seq > unsent.afterSeq &&
        entry.actor.id === unsent.agentId &&
        !taken.has(entry.id) &&
        entry.type === RECORDED_AS[unsent.kind] &&
        JSON.stringify(bodyOf(entry)) === JSON.stringify(unsent.body),
    );
    if (match) taken.add(match.id);
    return !match;
  });
}

const RECORDED_AS = {
  MESSAGE: 'AGENT_MESSAGE',
  NOTE: 'NOTE_ADDED',
  WHISPER: 'WHISPER_MESSAGE',
} as const;

interface Changes {
  body: MessageBody | null;
  deleted: boolean;
  readonly reactions: Map<string, { emoji: string; name: string | null }>;
}
/** Edits, deletions and reactions by the message they are about (domain.md 8.3); the newest counts. */
function changesOf(entries: readonly Entry[]): ReadonlyMap<string, Changes> {
  const all = new Map<string, Changes>();
  for (const { type, data, body, actor } of entries) {
    const target = data?.['messageId'];
    if (typeof target !== 'string' || !/^MESSAGE_(EDITED|DELETED|REACTED)$/.test(type)) continue;
    const change = all.get(target) ?? { body: null, deleted: false, reactions: new Map() };
    all.set(target, change);
    if (type === 'MESSAGE_EDITED') change.body = body;
    if (type === 'MESSAGE_DELETED') change.deleted = true;
    if (type === 'MESSAGE_REACTED')
      change.reactions.set(actor.id, { emoji: String(data?.['emoji'] ?? ''), name: actor.name });
  }
  return all;
}

function answeredSuggestions(entries: readonly Entry[]): ReadonlySet<string> {
  return new Set(
    entries
      .filter(({ type, data }) => type === 'BOT_SUGGESTION' && data?.['answer'])
      .map(({ data }) => String(data?.['suggestionId'])),
  );
}
/** A suggestion that was answered, and the entry that says so, are not shown any more. */
function isOver({ inside, suggestionId, body }: Message, answered: ReadonlySet<string>): boolean {
  return inside === 'SUGGESTION' && (body === null || answered.has(suggestionId ?? ''));
}

interface Made {
  readonly delivery: Delivery | null;
  readonly item: Item | null;
  /** Of the reader's calendar. */
  readonly day: string;
}
/** What was made of entries. It stays the same object for as long as nothing about it changes, so that only what is new is drawn. */
const made = new WeakMap<Entry, Made>();

function madeOf(entry: Entry, delivery: Delivery | null, changes: Changes | undefined): Made {
  const known = made.get(entry);
  if (known && known.delivery === delivery && !changes) return known;
  const item = itemOf(entry, delivery, changes);
  const day = known?.day ?? new Date(entry.at).toDateString();
  const now = { delivery, item, day };
  // Changes are gathered anew each time; there are few.
  if (!changes) made.set(entry, now);
  return now;
}

function itemOf(
  entry: Entry,
  delivery: Delivery | null,
  changes: Changes | undefined,
): Item | null {
  const { type, id, at } = entry;
  if (MESSAGES.has(type)) return toMessage(entry, delivery, changes);
  if (entry.erasedAt !== null) return null; // without its data it tells nothing
  if (SESSIONS.has(type)) return { kind: 'session', key: id, at, entry };
  return EVENTS.has(type) ? { kind: 'event', key: id, at, entry } : null;
}

function toMessage(entry: Entry, delivery: Delivery | null, changes: Changes | undefined): Message {
  const { type, data } = entry;
  const side = sideOf(type);
  const reactions = changes ? [...changes.reactions.values()] : [];
  const told = entry.reactions.map(({ emoji, actor }) => ({ emoji, name: actor.name }));
  return {
    kind: 'message',
    key: entry.id,
    id: entry.id,
    at: entry.at,
    side,
    actorId: entry.actor.id,
    name: entry.actor.name,
    channelSessionId: entry.channelSessionId,
    inside: INSIDE[type] ?? null,
    body: changes?.body ?? entry.edit?.body ?? bodyOf(entry),
    media: entry.media,
    delivery: side === 'customer' || INSIDE[type] ? null : (delivery?.state ?? null),
    reason: delivery?.reasonCode ?? null,
    edited: Boolean(changes?.body ?? entry.edit),
    deleted: Boolean(changes?.deleted || entry.deletedAt),
    erased: entry.erasedAt !== null,
    reactions: (changes ? reactions : told).filter(({ emoji }) => emoji !== ''),
    replyTo: entry.replyTo,
    suggestionId: type === 'BOT_SUGGESTION' ? String(data?.['suggestionId']) : null,
    unsent: null,
    continued: false,
  };
}

const INSIDE: Readonly<Record<string, Message['inside']>> = {
  NOTE_ADDED: 'NOTE',
  WHISPER_MESSAGE: 'WHISPER',
  BOT_SUGGESTION: 'SUGGESTION',
  STALE_BOT_REPLY: 'STALE',
};
function bodyOf({ type, body, data }: Entry): MessageBody | null {
  if (type === 'NOTE_ADDED') return { type: 'PLAIN', text: String(data?.['text'] ?? '') };
  if (type === 'STALE_BOT_REPLY') return (data?.['body'] ?? null) as MessageBody | null;
  return body;
}
function sideOf(type: string): Side {
  if (type === 'CUSTOMER_MESSAGE') return 'customer';
  if (type === 'BOT_MESSAGE' || type === 'BOT_SUGGESTION' || type === 'STALE_BOT_REPLY')
    return 'bot';
  return type === 'SYSTEM_MESSAGE' ? 'business' : 'agent';
}

function fromOutbox(unsent: Unsent): Message {
  return {
    kind: 'message',
    key: unsent.key,
    id: unsent.messageId,
    at: unsent.at,
    side: 'agent',
    actorId: unsent.agentId,
    name: null,
    channelSessionId: unsent.channelSessionId,
    inside: unsent.kind === 'MESSAGE' ? null : unsent.kind,
    body: unsent.body,
    media: [],
    delivery: unsent.refusal === null ? 'SENDING' : 'REFUSED',
    reason: unsent.refusal,
    edited: false,
    deleted: false,
    erased: false,
    reactions: [],
    replyTo: unsent.replyTo,
    suggestionId: null,
    unsent,
    continued: false,
  };
}

/** As {@link made}: messages that stand below one of the same person. */
const continuations = new WeakMap<Message, Message>();

function together(item: Item, before: Item | undefined): Item {
  if (item.kind !== 'message' || before?.kind !== 'message') return item;
  const same =
    before.side === item.side &&
    before.actorId === item.actorId &&
    before.inside === item.inside &&
    before.channelSessionId === item.channelSessionId;
  const soon = Date.parse(item.at) - Date.parse(before.at) < TOGETHER_MS;
  if (!same || !soon || item.inside !== null) return item;
  const known = continuations.get(item) ?? { ...item, continued: true };
  continuations.set(item, known);
  return known;
}
