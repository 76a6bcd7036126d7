import type { MessageBody } from '../../domain/message/schema';
import type { Entry, MediaState, Medium, ReadNews } from './protocol';
import type { Unsent } from './stored';

/** Entries kept for the transcript; older ones are dropped from the page, never from the server. */
const ENTRIES_LIMIT = 2000;

/** A message as the transcript shows it. */
export interface Message {
  readonly kind: 'message';
  /** Stable from the moment the visitor pressed Send. */
  readonly key: string;
  readonly id: string;
  readonly seq: number | null;
  readonly author: 'visitor' | 'agent' | 'bot' | 'business';
  readonly name: string | null;
  readonly body: MessageBody | null;
  readonly at: string;
  readonly delivery: 'sending' | 'sent' | 'delivered' | 'seen' | 'failed' | null;
  readonly refused: boolean;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly reactions: readonly string[];
  /** Of its file; null = it has none, or nothing is known of it. */
  readonly media: MediaState | null;
}
/** Something that happened: who came or went, the end. */
export interface Notice {
  readonly kind: 'notice';
  readonly key: string;
  readonly at: string;
  readonly event: 'joined' | 'left' | 'ended' | 'inactive';
  readonly name: string | null;
}
export type Item = Message | Notice;

/** What the visitor's page knows of the chat; pure data, changed by the functions below only. */
export interface Timeline {
  readonly entries: readonly Entry[];
  readonly known: ReadonlySet<string>;
  /** Up to where agents have read, by conversation. */
  readonly reads: Readonly<Record<string, number>>;
  /** By media id, what came after the entry. */
  readonly media: Readonly<Record<string, MediaState>>;
  /** The channel session is over: the last word about it was its end. */
  readonly ended: boolean;
  /** Agents who are in the chat now, by name; one without a name is `''`. */
  readonly agents: Readonly<Record<string, string | null>>;
}

export const EMPTY_TIMELINE: Timeline = {
  entries: [],
  known: new Set(),
  reads: {},
  media: {},
  ended: false,
  agents: {},
};

/** Adds entries in stream order. An entry that is known already changes nothing, so that overlapping reads are harmless. */
export function append(timeline: Timeline, entries: readonly Entry[]): Timeline {
  const fresh = entries.filter(
    (entry, index) =>
      !timeline.known.has(entry.id) && entries.findIndex(({ id }) => id === entry.id) === index,
  );
  if (fresh.length === 0) return timeline;
  let { ended, agents } = timeline;
  for (const entry of fresh) {
    ended = endedAfter(ended, entry);
    agents = agentsAfter(agents, entry);
  }
  return {
    ...timeline,
    entries: [...timeline.entries, ...fresh].slice(-ENTRIES_LIMIT),
    known: new Set([...timeline.known, ...fresh.map(({ id }) => id)]),
    ended,
    agents,
  };
}

/** Agents have read up to a place; news of an earlier one changes nothing. */
export function readUpTo(timeline: Timeline, { conversationId, seq }: ReadNews): Timeline {
  if (seq <= (timeline.reads[conversationId] ?? 0)) return timeline;
  return { ...timeline, reads: { ...timeline.reads, [conversationId]: seq } };
}

/** A file has come, or never will. */
export function arrived(timeline: Timeline, { mediaId, state }: Medium): Timeline {
  return { ...timeline, media: { ...timeline.media, [mediaId]: state } };
}

/** What of the outbox the transcript does not hold yet. */
export function unconfirmed(timeline: Timeline, outbox: readonly Unsent[]): readonly Unsent[] {
  const own = new Set(timeline.entries.map((entry) => entry.providerMessageId));
  return outbox.filter(
    ({ clientMessageId, messageId }) =>
      !own.has(clientMessageId) && !(messageId && timeline.known.has(messageId)),
  );
}

/** The transcript: what the server told, in order, and after it what this browser still holds. */
export function items(timeline: Timeline, outbox: readonly Unsent[]): readonly Item[] {
  const changes = changesOf(timeline.entries);
  const list: Item[] = [];
  let agents: Timeline['agents'] = {};
  for (const entry of timeline.entries) {
    if (isMessage(entry)) list.push(toMessage(entry, timeline, changes.get(entry.id)));
    const before = agents;
    agents = agentsAfter(before, entry);
    const event = eventOf(entry, before, agents);
    if (event) list.push({ kind: 'notice', key: entry.id, at: entry.at, ...event });
  }
  return [...list, ...unconfirmed(timeline, outbox).map(fromOutbox)];
}

/** Messages of others after the one last seen; everything of others when that one is unknown. */
export function unread(list: readonly Item[], seen: string | null): number {
  const from = list.findIndex((item) => item.kind === 'message' && item.id === seen);
  return list.slice(from + 1).filter((item) => item.kind === 'message' && item.author !== 'visitor')
    .length;
}

function isMessage({ type }: Entry): boolean {
  return /^(CUSTOMER|AGENT|BOT|SYSTEM)_MESSAGE$/.test(type);
}

interface Changes {
  body?: MessageBody | null;
  deleted?: boolean;
  readonly reactions: Map<string, string>;
}
/** Edits, deletions and reactions by the message they are about (domain.md 8.3). */
function changesOf(entries: readonly Entry[]): ReadonlyMap<string, Changes> {
  const changes = new Map<string, Changes>();
  for (const { type, data, body, actor } of entries) {
    const target = data?.['messageId'];
    if (typeof target !== 'string' || !type.startsWith('MESSAGE_')) continue;
    const change = changes.get(target) ?? { reactions: new Map<string, string>() };
    changes.set(target, change);
    if (type === 'MESSAGE_EDITED') change.body = body ?? (data?.['body'] as MessageBody) ?? null;
    if (type === 'MESSAGE_DELETED') change.deleted = true;
    if (type === 'MESSAGE_REACTED') change.reactions.set(actor.id, String(data?.['emoji'] ?? ''));
  }
  return changes;
}

function toMessage(entry: Entry, timeline: Timeline, changes: Changes | undefined): Message {
  const author = authorOf(entry);
  const edited = changes?.body ?? entry.edit?.body ?? null;
  const reactions = changes
    ? [...changes.reactions.values()]
    : (entry.reactions ?? []).map(({ emoji }) => emoji);
  return {
    kind: 'message',
    key: (author === 'visitor' && entry.providerMessageId) || entry.id,
    id: entry.id,
    seq: entry.seq,
    author,
    name: author === 'agent' || author === 'bot' ? entry.actor.name : null,
    body: edited ?? entry.body ?? null,
    at: entry.at,
    delivery: author === 'visitor' ? ownDelivery(entry, timeline.reads) : null,
    refused: false,
    edited: edited !== null,
    deleted: Boolean(changes?.deleted ?? entry.deletedAt),
    reactions: reactions.filter((emoji) => emoji !== ''),
    media: mediaOf(entry, timeline),
  };
}

function fromOutbox(unsent: Unsent): Message {
  return {
    kind: 'message',
    key: unsent.clientMessageId,
    id: unsent.messageId ?? unsent.clientMessageId,
    seq: null,
    author: 'visitor',
    name: null,
    body: unsent.body,
    at: unsent.at,
    delivery: unsent.state,
    refused: unsent.refused ?? false,
    edited: false,
    deleted: false,
    reactions: [],
    media: null,
  };
}

function mediaOf({ media }: Entry, timeline: Timeline): MediaState | null {
  const [medium] = media ?? [];
  return medium ? (timeline.media[medium.mediaId] ?? medium.state) : null;
}

function authorOf({ type }: Entry): Message['author'] {
  if (type === 'CUSTOMER_MESSAGE') return 'visitor';
  if (type === 'AGENT_MESSAGE') return 'agent';
  return type === 'BOT_MESSAGE' ? 'bot' : 'business';
}

/** The visitor's own message is with the business once the stream shows it. */
function ownDelivery(
  { conversationId, seq, delivery }: Entry,
  reads: Timeline['reads'],
): Message['delivery'] {
  if (delivery?.state === 'READ' || seq <= (reads[conversationId] ?? 0)) return 'seen';
  return delivery?.state === 'DELIVERED' ? 'delivered' : 'sent';
}

function eventOf(
  { type, data }: Entry,
  before: Timeline['agents'],
  after: Timeline['agents'],
): Pick<Notice, 'event' | 'name'> | null {
  if (type === 'CHANNEL_SESSION_ENDED')
    return { event: data?.['endReason'] === 'INACTIVITY' ? 'inactive' : 'ended', name: null };
  if (type === 'CONVERSATION_STARTED') return null;
  const came = Object.keys(after).find((id) => !(id in before));
  if (came) return { event: 'joined', name: after[came] ?? null };
  const gone = Object.keys(before).find((id) => !(id in after));
  return gone ? { event: 'left', name: before[gone] ?? null } : null;
}

function endedAfter(before: boolean, { type }: Entry): boolean {
  if (type === 'CHANNEL_SESSION_ENDED') return true;
  return type === 'CHANNEL_SESSION_STARTED' || type === 'CUSTOMER_MESSAGE' ? false : before;
}

/**
 * Who speaks for the business: agents in the role PRIMARY. One who only wraps up has left as far as the visitor can see. Visitors are
 * told names, not ids, so a name is the key.
 */
function agentsAfter(before: Timeline['agents'], { type, data, actor }: Entry): Timeline['agents'] {
  if (type === 'CONVERSATION_STARTED' || type === 'CHANNEL_SESSION_ENDED') return {};
  const changed = type === 'PARTICIPANT_ROLE_CHANGED' && data?.['participantType'] !== 'BOT';
  if (!changed && type !== 'AGENT_SUBSCRIBED' && type !== 'AGENT_UNSUBSCRIBED') return before;
  const told = data?.['name'];
  const name = typeof told === 'string' ? told : actor.type === 'AGENT' ? actor.name : null;
  const key = name ?? '';
  const role = changed ? data?.['to'] : (data?.['role'] ?? 'PRIMARY');
  const { [key]: _gone, ...others } = before;
  return type !== 'AGENT_UNSUBSCRIBED' && role === 'PRIMARY' ? { ...others, [key]: name } : others;
}
