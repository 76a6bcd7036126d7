import type { ConversationStore, CustomerStore, MediaStore, TimelineStore } from '../infra/stores';
import type { ErasableConversation, ErasureStore } from '../infra/stores/privacy';

/** What the file is read from. */
export interface CustomerFileDeps {
  readonly customers: Pick<CustomerStore, 'get'>;
  readonly conversations: Pick<ConversationStore, 'get'>;
  /** Read from the database each time: what a process remembers of merges may be old. */
  readonly erasure: Pick<ErasureStore, 'everyIdOf' | 'conversations' | 'uploads'>;
  readonly timeline: Pick<TimelineStore, 'read'>;
  readonly media: Pick<MediaStore, 'get'>;
}

const PAGE = 200;

/**
 * Everything of one customer as JSON in UTF-8: `{customer, merged: [], conversations: [{conversation, timeline: []}], media: [{mediaId,
 * mimeType, fileName, sha256, content}]}`. `merged`: customers who turned out to be the same person, whose conversations are among the
 * others. `content` is in base64; uploads that were never sent are there, too. Written as it is read: memory holds a page, or one medium.
 */
export function customerFile(
  deps: CustomerFileDeps,
  customerId: string,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const parts = pieces(deps, customerId);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}

async function* pieces(
  { customers, conversations, erasure, timeline, media }: CustomerFileDeps,
  customerId: string,
): AsyncGenerator<string> {
  const mediaIds = new Set<string>();
  yield `{"customer":${JSON.stringify(await customers.get(customerId))},"merged":[`;
  const ids = await erasure.everyIdOf(customerId);
  const merged = await Promise.all(ids.filter((id) => id !== customerId).map(customers.get));
  yield merged.flatMap((one) => (one ? [JSON.stringify(one)] : [])).join(',');
  yield '],"conversations":[';
  let first = true;
  for (let after: string | null = null, more = true; more; ) {
    const page: readonly ErasableConversation[] = await erasure.conversations(
      customerId,
      after,
      PAGE,
    );
    for (const { id } of page) {
      const stored = await conversations.get(id);
      if (!stored) continue;
      const { projection: _, ...conversation } = stored;
      yield `${first ? '' : ','}{"conversation":${JSON.stringify(conversation)},"timeline":[`;
      first = false;
      for (let seq = 0; ; ) {
        const entries = await timeline.read(id, seq, PAGE);
        for (const entry of entries) for (const mediaId of namedIn(entry)) mediaIds.add(mediaId);
        const text = entries.map((entry) => JSON.stringify(entry)).join(',');
        yield `${seq > 0 && text ? ',' : ''}${text}`;
        if (entries.length < PAGE) break;
        seq = entries.at(-1)?.seq ?? seq;
      }
      yield ']}';
    }
    after = page.at(-1)?.id ?? null;
    more = page.length === PAGE;
  }
  for (const mediaId of await erasure.uploads(customerId)) mediaIds.add(mediaId);
  yield '],"media":[';
  first = true;
  for (const mediaId of mediaIds) {
    const medium = await media.get(mediaId);
    if (!medium) continue;
    const { mimeType, fileName, sha256 } = medium;
    const content = Buffer.from(await new Response(medium.open()).arrayBuffer()).toString('base64');
    yield `${first ? '' : ','}${JSON.stringify({ mediaId, mimeType, fileName, sha256, content })}`;
    first = false;
  }
  yield ']}\n';
}

/** Every media id in an entry, wherever it stands. */
function namedIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namedIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    /mediaId$/i.test(key) && typeof inner === 'string' ? [inner] : namedIn(inner),
  );
}
