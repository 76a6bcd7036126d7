import { customerView, visibleTo } from '../../domain/conversation/visibility';
import { ProblemError } from '../../domain/errors';
import { eventKey } from '../../domain/message/event-key';
import type { MediaView } from '../../domain/message/media-state';
import type { ArchivedEntry, EntryPlace, StoredConversation, Stores } from '../../infra/stores';
import type { ReadMark } from '../../infra/stores/read-marks';
import { ShownEntries } from '../streams/shown-entries';
import { type Cursor, formatCursor, type Position } from './cursor';

/** One visitor on one channel, as the token names them, and the customer who they are by now. */
export interface WebVisitor {
  readonly customerId: string;
  readonly channelId: string;
  readonly identifier: string;
}
/** What a visitor gets, and the cursor behind it. */
export interface ShownEntry {
  readonly entry: ArchivedEntry;
  readonly cursor: string;
}

/** Conversations of one visitor that are looked at: the newest. */
const CHATS_MAX = 200;
/** Entries read at a time. */
export const PAGE = 200;

interface Chat {
  readonly id: string;
  /** Sessions on the visitor's channel; null until they are looked up. Without any, nothing of it is the visitor's. */
  sessions: Set<string> | null;
  /** Everything up to here was looked at, shown or not. */
  seen: number;
  /** The last one shown; null = nothing yet. */
  shown: number | null;
  /** Its last entry was shown: nothing more will come. */
  through: boolean;
  /** What was looked at last, and where the next read begins when something of it was written again. */
  readonly looked: ShownEntries;
  rewind: number;
}

type HistoryStores = Pick<Stores, 'timeline' | 'conversations' | 'readMarks'>;

/**
 * Everything that one visitor may see, in order: conversation by conversation, by `seq`. It remembers how far the visitor is, so the
 * same object serves a page and a stream.
 */
export class VisitorHistory {
  private chats: Chat[] = [];
  /** The first conversation that this very visitor began: it stays the first, whatever is merged into the customer later. */
  private homeId: string | null = null;
  /** How far agents have read, by conversation. */
  private readonly reads = new Map<string, ReadMark>();

  private constructor(
    private readonly stores: HistoryStores,
    readonly visitor: WebVisitor,
  ) {}

  /** Stands where the cursor says. Throws `NOT_FOUND` for a position in somebody else's conversation. */
  static async open(
    stores: HistoryStores,
    visitor: WebVisitor,
    cursor: Cursor,
  ): Promise<VisitorHistory> {
    const history = new VisitorHistory(stores, visitor);
    await history.discover();
    await history.findHome();
    history.stand(cursor);
    await history.lookUpReads();
    return history;
  }

  /** Where the visitor stands now. */
  get cursor(): string {
    return formatCursor(this.positions(), this.homeId);
  }

  /** Whether a channel session is one of those that the visitor sees. */
  hasSession(sessionId: string): boolean {
    return this.chats.some(({ sessions }) => sessions?.has(sessionId));
  }

  /** Whether the visitor has been shown an entry, or something behind it. */
  hasShown({ conversationId, seq, channelSessionId }: EntryPlace): boolean {
    const chat = this.chats.find(({ id }) => id === conversationId);
    return (
      chat !== undefined &&
      seq <= chat.seen &&
      channelSessionId !== null &&
      chat.sessions?.has(channelSessionId) === true
    );
  }

  /** Up to where agents have read a conversation, as far as it is the visitor's; 0 = nothing is known of it. */
  readUpTo(conversationId: string): number {
    return this.reads.get(conversationId)?.seq ?? 0;
  }

  /** Of what the visitor has been shown, as far as more may come of it. */
  get marks(): readonly ReadMark[] {
    return this.chats.flatMap(({ id, shown, through }) => {
      const mark = this.reads.get(id);
      return mark && shown !== null && !through ? [mark] : [];
    });
  }

  /** Takes news of how far agents have read; false when it is no news, or not about this visitor. */
  hearRead(mark: ReadMark): boolean {
    const { conversationId, channelId, seq } = mark;
    if (channelId !== this.visitor.channelId || seq <= this.readUpTo(conversationId)) return false;
    this.reads.set(conversationId, mark);
    return true;
  }

  /** Asks how far agents have read by now. */
  async lookUpReads(): Promise<void> {
    const ids = this.chats.filter(({ through }) => !through).map(({ id }) => id);
    for (const mark of await this.stores.readMarks.of(this.visitor.channelId, ids))
      this.hearRead(mark);
  }

  /** Looks for conversations that have begun since. */
  async discover(): Promise<void> {
    const { customerId, channelId } = this.visitor;
    const { items } = await this.stores.conversations.list(
      { customerId, channelId },
      { limit: CHATS_MAX },
    );
    const known = new Map(this.chats.map((chat) => [chat.id, chat]));
    const ordered = [...items].reverse().map(({ id, closedAt, lastSeq }) => {
      const chat = known.get(id) ?? newChat(id);
      chat.through ||= closedAt !== null && chat.shown !== null && chat.shown >= lastSeq;
      return chat;
    });
    // What was heard of before its projection was written is newer than all of the list.
    const listed = new Set(ordered.map(({ id }) => id));
    const heard = this.chats.filter(({ id, shown }) => !listed.has(id) && shown === null);
    const dropped = this.chats.filter(({ id, shown }) => !listed.has(id) && shown !== null);
    this.chats = [...dropped, ...ordered, ...heard];
  }

  /** What comes next, at most `limit` entries; fewer = the visitor has everything. */
  async *next(limit: number): AsyncGenerator<ShownEntry> {
    let left = limit;
    for (const chat of this.chats.filter((one) => !one.through || one.rewind < one.seen)) {
      chat.seen = Math.min(chat.seen, chat.rewind);
      chat.rewind = Number.POSITIVE_INFINITY;
      for (;;) {
        const page = await this.stores.timeline.read(chat.id, chat.seen, PAGE);
        if (page.length === 0) break;
        await this.lookUpSessions(chat, page);
        if (chat.sessions?.size === 0) break;
        for (const entry of page) {
          const shown = this.take(chat, entry);
          if (!shown) continue;
          yield shown;
          left -= 1;
          if (left === 0) return;
        }
        if (page.length < PAGE) break;
      }
    }
  }

  /**
   * Takes an entry that has just been archived: what to show of it, null when nothing. `'behind'`: something before it is missing, so
   * the archive has to be asked.
   */
  offer(entry: ArchivedEntry): ShownEntry | null | 'behind' {
    const chat = this.chatOf(entry);
    if (chat.looked.differs(entry)) this.hear(entry);
    if (chat.rewind < chat.seen) return 'behind';
    if (entry.seq <= chat.seen) return null;
    if (chat.sessions?.size === 0 && !this.startsSession(entry)) return null;
    return chat.sessions && entry.seq === chat.seen + 1 ? this.take(chat, entry) : 'behind';
  }

  /**
   * Has heard of an entry that may have been written again: the archive says what stands there, at the next read. One that is under way
   * may still see what stood there before.
   */
  hear(entry: ArchivedEntry): void {
    const chat = this.chatOf(entry);
    chat.rewind = Math.min(chat.rewind, entry.seq - 1);
  }

  /** Perhaps of a conversation that no list has yet. */
  private chatOf({ conversationId: id }: ArchivedEntry): Chat {
    const chat = this.chats.find((known) => known.id === id) ?? newChat(id);
    if (!this.chats.includes(chat)) this.chats.push(chat);
    return chat;
  }

  private take(chat: Chat, entry: ArchivedEntry): ShownEntry | null {
    if (entry.seq <= chat.seen) return null;
    chat.seen = entry.seq;
    if (!chat.looked.add(entry)) return null;
    if (this.startsSession(entry)) chat.sessions?.add(entry.channelSessionId ?? '');
    if (!visibleTo(entry, 'CUSTOMER', { sessionIds: [...(chat.sessions ?? [])] })) return null;
    chat.shown = entry.seq;
    chat.through = entry.type === 'TOPIC_STATE_CHANGED' && entry.data?.['to'] === 'CLOSED';
    return { entry, cursor: this.cursor };
  }

  private startsSession({ type, data }: ArchivedEntry): boolean {
    return type === 'CHANNEL_SESSION_STARTED' && data?.['channelId'] === this.visitor.channelId;
  }

  /** From the projection, and from the entries themselves, which may be there before it. */
  private async lookUpSessions(chat: Chat, page: readonly ArchivedEntry[]): Promise<void> {
    if (chat.sessions && chat.sessions.size > 0) return;
    const { channelId, identifier } = this.visitor;
    const stored = await this.stores.conversations.get(chat.id);
    const projected =
      stored?.channelSessions.filter((session) => session.channelId === channelId) ?? [];
    const started = page.filter((entry) => this.startsSession(entry));
    chat.sessions = new Set([
      ...projected.map(({ id }) => id),
      ...started.map(({ channelSessionId }) => channelSessionId ?? ''),
    ]);
    const begun = started.some(
      ({ data }) => data?.['customerIdentifier'] === identifier && data['movedFrom'] === null,
    );
    if (begun || this.isOwn(projected)) this.homeId ??= chat.id;
  }

  private positions(): readonly Position[] {
    const begun = this.chats.filter(({ shown }) => shown !== null);
    const newest = begun.at(-1);
    return begun
      .filter((chat) => chat === newest || !chat.through)
      .map(({ id, shown }) => ({ conversationId: id, seq: shown ?? 0 }));
  }

  private stand(cursor: Cursor): void {
    const positions = 'plain' in cursor ? this.atHome(cursor.plain) : cursor.positions;
    const places = new Map(positions.map(({ conversationId, seq }) => [conversationId, seq]));
    const indexes = this.chats.flatMap(({ id }, index) => (places.has(id) ? [index] : []));
    if (indexes.length < places.size)
      throw new ProblemError('NOT_FOUND', 'There is no such conversation.');
    const newest = indexes.at(-1) ?? -1;
    for (const [index, chat] of this.chats.entries()) {
      const seq = places.get(chat.id);
      if (seq !== undefined) {
        chat.seen = seq;
        chat.shown = seq;
        // What is older than the newest position and not named was through.
      } else if (index < newest) chat.through = true;
    }
  }

  private atHome(seq: number): readonly Position[] {
    // A number from before there was anything: nothing can have been seen.
    return this.homeId === null ? [] : [{ conversationId: this.homeId, seq }];
  }

  private async findHome(): Promise<void> {
    for (const chat of this.chats) {
      const stored = await this.stores.conversations.get(chat.id);
      if (!stored || !this.isOwn(stored.channelSessions)) continue;
      this.homeId = chat.id;
      return;
    }
  }

  private isOwn(sessions: StoredConversation['channelSessions']): boolean {
    const { channelId, identifier } = this.visitor;
    return sessions.some(
      (session) =>
        session.channelId === channelId &&
        session.customerIdentifier === identifier &&
        session.movedFrom === null,
    );
  }
}

function newChat(id: string): Chat {
  return {
    ...{ id, sessions: null, seen: 0, shown: null, through: false },
    ...{ looked: new ShownEntries(), rewind: Number.POSITIVE_INFINITY },
  };
}

/**
 * An entry as its visitor gets it; of their own message they get back the id that their client gave it, and whether agents have read
 * it: `readUpTo` is the place up to which they have.
 */
export function visitorView(entry: ArchivedEntry, readUpTo = 0) {
  const { reactions, edit, deletedAt } = entry;
  const read = entry.type === 'CUSTOMER_MESSAGE' && entry.seq <= readUpTo;
  const delivery = read ? { state: 'READ' as const } : entry.delivery;
  return {
    ...customerView(entry),
    body: entry.erasedAt ? null : entry.body,
    providerMessageId:
      entry.type === 'CUSTOMER_MESSAGE' ? clientMessageIdOf(entry.providerMessageId) : null,
    delivery: delivery && { state: delivery.state },
    reactions: reactions.map(({ emoji, actor }) => ({
      emoji,
      actor: { type: actor.type, id: actor.id, name: actor.name },
    })),
    edit: edit && { body: edit.body, at: edit.at },
    deletedAt,
    media: entry.media.map(visitorMedium),
  };
}

/** What a visitor is told of how far agents have read. */
export function readView({ conversationId, seq, messageId }: ReadMark) {
  return { conversationId, seq, messageId };
}

/** What a visitor is told of a medium. */
export function visitorMedium({ mediaId, state, mimeType, size, fileName }: MediaView) {
  return { mediaId, state, mimeType, size, fileName };
}

/** What makes a visitor's message id unique on the channel: clients of different visitors may count alike. */
export function providerMessageIdOf(
  visitor: Pick<WebVisitor, 'channelId' | 'identifier'>,
  clientMessageId: string,
): string {
  return `${visitorKeyOf(visitor)}:${clientMessageId}`;
}

/** Characters of a visitor's key: told apart within a channel, and short. */
const VISITOR_KEY_LENGTH = 16;

/** Names a visitor of a channel without telling the identifier. */
export function visitorKeyOf({
  channelId,
  identifier,
}: Pick<WebVisitor, 'channelId' | 'identifier'>): string {
  return eventKey(channelId, identifier).slice(0, VISITOR_KEY_LENGTH);
}

function clientMessageIdOf(providerMessageId: string | null): string | null {
  return providerMessageId === null
    ? null
    : providerMessageId.slice(providerMessageId.indexOf(':') + 1);
}
