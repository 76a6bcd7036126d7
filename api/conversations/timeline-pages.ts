import type { ArchivedEntry, TimelineStore } from '../../infra/stores';

/** Entries read at a time while a page is filled or a whole conversation is walked. */
const CHUNK = 200;

/** A page of the entries that the reader may see; `nextCursor` is a `seq`. */
export async function timelinePage(
  timeline: Pick<TimelineStore, 'read'>,
  {
    conversationId,
    after,
    limit,
  }: { readonly conversationId: string; readonly after: number; readonly limit: number },
  visible: (entry: ArchivedEntry) => boolean,
): Promise<{ readonly items: readonly ArchivedEntry[]; readonly nextCursor: string | null }> {
  const items: ArchivedEntry[] = [];
  for (let last = after; ; ) {
    // One more than is missing tells whether there is a next page.
    const wanted = limit + 1 - items.length;
    const read = await timeline.read(conversationId, last, wanted);
    items.push(...read.filter(visible));
    if (items.length > limit)
      return { items: items.slice(0, limit), nextCursor: String(items[limit - 1]?.seq) };
    if (read.length < wanted) return { items, nextCursor: null };
    last = read.at(-1)?.seq ?? last;
  }
}

/** Every entry of a conversation, in order, read as it is asked for. */
export async function* wholeTimeline(
  timeline: Pick<TimelineStore, 'read'>,
  conversationId: string,
): AsyncGenerator<ArchivedEntry> {
  for (let last = 0; ; ) {
    const chunk = await timeline.read(conversationId, last, CHUNK);
    yield* chunk;
    if (chunk.length < CHUNK) return;
    last = chunk.at(-1)?.seq ?? last;
  }
}
