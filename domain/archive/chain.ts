import type { TimelineActivity } from '../conversation/timeline-activity';
import { canonicalJson } from './canonical-json';

/** Exactly the immutable members of an entry (domain.md 8.1), as the archive stores them and the API shows them. */
export function immutableMembers(entry: TimelineActivity): TimelineActivity {
  const { conversationId, seq, id, type, at, sentAt, channelSessionId, body, data, replyTo } =
    entry;
  const actor = { type: entry.actor.type, id: entry.actor.id, name: entry.actor.name };
  const { providerMessageId } = entry;
  return {
    conversationId,
    seq,
    id,
    type,
    at,
    sentAt,
    actor,
    channelSessionId,
    body,
    data,
    replyTo,
    providerMessageId,
  };
}

/**
 * What is hashed for an entry: the previous hash and the canonical JSON of the immutable members, top-level nulls left out
 * (domain.md 11.2). The entry's `hash` is the lower-case hex SHA-256 of its UTF-8 bytes; the first previous hash is the conversation id.
 */
export function chainText(previousHash: string, entry: TimelineActivity): string {
  const members = Object.entries(immutableMembers(entry)).filter(([, value]) => value !== null);
  return previousHash + canonicalJson(Object.fromEntries(members));
}
