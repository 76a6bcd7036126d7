import type { ArchivedEntry, Stores } from '../../infra/stores';
import type { EventSink } from '../streams/sse';
import { VisitorHistory, type WebVisitor } from '../webchat/visitor-history';
import { followVisitor } from '../webchat/visitor-stream';

/** The client's request waits for an answer no longer than this, ms: a human's comes through the socket, or with the next request. */
const FIRST_ANSWER_MS = 15_000;
/** After this much silence, ms, the turn of whoever answers counts as over. */
const SILENCE_MS = 500;

export interface AnswersDeps {
  readonly stores: Pick<Stores, 'timeline' | 'conversations' | 'readMarks' | 'feed'>;
}

/**
 * What is said after one message of the visitor, until its turn is over; `write` gets each entry. Settles when nothing more is waited
 * for, or `sink` closes.
 */
export async function followAnswers(
  { stores }: AnswersDeps,
  visitor: WebVisitor,
  messageId: string,
  sink: EventSink,
  write: (entry: ArchivedEntry) => boolean,
): Promise<void> {
  const { customerId, channelId } = visitor;
  const { items } = await stores.conversations.list({ customerId, channelId }, { limit: 1 });
  const positions = items.map(({ id, lastSeq }) => ({ conversationId: id, seq: before(lastSeq) }));
  const history = await VisitorHistory.open(stores, visitor, { positions });
  const over = new AbortController();
  let timer = setTimeout(() => over.abort(), FIRST_ANSWER_MS);
  let asked = false;
  const shown = ({ entry }: { readonly entry: ArchivedEntry }) => {
    asked ||= entry.id === messageId;
    if (!asked || !write(entry)) return;
    clearTimeout(timer);
    timer = setTimeout(() => over.abort(), SILENCE_MS);
  };
  const closed = setInterval(() => sink.closed && over.abort(), SILENCE_MS);
  try {
    await followVisitor({ history, feed: stores.feed, write: shown }, sink, over.signal);
  } finally {
    clearTimeout(timer);
    clearInterval(closed);
  }
}

/** The projection may have seen the visitor's message already. */
function before(lastSeq: number): number {
  return Math.max(0, lastSeq - LOOK_BACK);
}
const LOOK_BACK = 50;

/** A sink of nothing: answers that are collected need no stream. */
export const NO_SINK: EventSink = {
  closed: false,
  send: () => true,
  ready: async () => undefined,
  flushed: async () => undefined,
  close: () => undefined,
};
