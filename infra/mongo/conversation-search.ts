import type { Db, Filter } from 'mongodb';
import {
  type ConversationDocument,
  conversationsOf,
  type TimelineDocument,
  timelineOf,
} from './collections';
import { textOf, wordsOf } from './words';

/** Live conversations whose entries are read for a search: the newest. Closed ones are found by an index, all of them. */
const LIVE_LIMIT = 1000;
/** Entries read of these. */
const ENTRIES_LIMIT = 20_000;
/** Words of one search. */
const QUERY_WORDS = 10;

/** Conversations in whose transcript every word of `q` stands: those that are live, and a filter for the closed ones. */
export interface Mentions {
  readonly live: readonly string[];
  readonly closed: Filter<ConversationDocument>;
}

/**
 * Search over transcripts. An index over each message would cost more than archiving it, so a conversation's words are indexed once,
 * when it closes (`words`, written with its verification); of the live ones, which are few, the entries are read.
 */
export function createConversationSearch(db: Db): (q: string) => Promise<Mentions | null> {
  const conversations = conversationsOf(db);
  const timeline = timelineOf(db);

  return async function mentionsOf(q) {
    // The longest word first: the index is entered by it, and it is the rarest as a rule.
    const words = [...new Set(wordsOf(q))]
      .sort((a, b) => b.length - a.length)
      .slice(0, QUERY_WORDS);
    if (words.length === 0) return null;
    const live = await conversations
      .find({ live: true }, { projection: { _id: 1 } })
      .sort({ createdAt: -1 })
      .limit(LIVE_LIMIT)
      .toArray();
    return {
      live: await among(
        live.map(({ _id }) => _id),
        words,
      ),
      closed: { words: { $all: words } },
    };
  };

  async function among(
    conversationIds: readonly string[],
    words: readonly string[],
  ): Promise<readonly string[]> {
    const found = new Map<string, Set<string>>();
    const entries = timeline
      .find(
        { conversationId: { $in: [...conversationIds] }, ...SPOKEN },
        { projection: { conversationId: 1, type: 1, body: 1, 'data.text': 1 } },
      )
      .limit(ENTRIES_LIMIT);
    for await (const entry of entries) {
      const said = new Set(wordsOf(textOf(entry)));
      const here = found.get(entry.conversationId) ?? new Set();
      for (const word of words) if (said.has(word)) here.add(word);
      found.set(entry.conversationId, here);
    }
    return [...found].filter(([, here]) => here.size === words.length).map(([id]) => id);
  }
}

const SPOKEN: Filter<TimelineDocument> = { $or: [{ body: { $ne: null } }, { type: 'NOTE_ADDED' }] };
