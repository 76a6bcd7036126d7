import type { ConversationStore, CustomerStore, MediaStore, TimelineStore } from '../infra/stores';

/** What the file is read from. */
export interface CustomerFileDeps {
  readonly customers: Pick<CustomerStore, 'get'>;
  readonly conversations: Pick<ConversationStore, 'get' | 'list'>;
  readonly timeline: Pick<TimelineStore, 'read'>;
  readonly media: Pick<MediaStore, 'get'>;
}

const PAGE = 200;

/**
 * Everything of one customer as JSON in UTF-8: `{customer, conversations: [{conversation, timeline: []}], media: [{mediaId, mimeType,
 * fileName, sha256, content}]}`, `content` in base64. Written as it is read: memory holds a page, or one medium.
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
  { customers, conversations, timeline, media }: CustomerFileDeps,
  customerId: string,
): AsyncGenerator<string> {
  const mediaIds = new Set<string>();
  yield `{"customer":${JSON.stringify(await customers.get(customerId))},"conversations":[`;
  let first = true;
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await conversations.list({ customerId }, { limit: PAGE, cursor });
    for (const { id } of page.items) {
      const stored = await conversations.get(id);
      if (!stored) continue;
      const { projection: _, ...conversation } = stored;
      yield `${first ? '' : ','}{"conversation":${JSON.stringify(conversation)},"timeline":[`;
      first = false;
      for (let seq = 0; ; ) {
        const entries = await timeline.read(id, seq, PAGE);
        for (const entry of entries)
          for (const mediaId of namedIn(entry.body)) mediaIds.add(mediaId);
        const text = entries.map((entry) => JSON.stringify(entry)).join(',');
        yield `${seq > 0 && text ? ',' : ''}${text}`;
        if (entries.length < PAGE) break;
        seq = entries.at(-1)?.seq ?? seq;
      }
      yield ']}';
    }
    cursor = page.nextCursor ?? undefined;
    more = cursor !== undefined;
  }
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

/** Every media id in a body, wherever it stands. */
function namedIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namedIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    /mediaId$/i.test(key) && typeof inner === 'string' ? [inner] : namedIn(inner),
  );
}
