import { INLINE_BODY_MAX_BYTES, TEXT_MAX } from '../../domain/message/body-types';
import { MessageBody } from '../../domain/message/schema';
import { guarded } from '../middleware/json-guard';

/** As in domain/message/schema.ts. */
const CAPTION_MAX = 1024;
const ATTACHMENTS_MAX = 20;

/**
 * A customer's body as we take it: texts over their limit or over 64 KiB are cut at a grapheme and kept whole through `keep`, which
 * answers a media id (domain.md 8.2); media that nobody has fetched yet become UNSUPPORTED, so that no address of a provider gets
 * in; what still fits no schema becomes UNSUPPORTED, too. Never refuses; throws only what `keep` throws.
 */
export async function fitInboundBody(
  given: MessageBody,
  keep: (text: string) => Promise<string>,
): Promise<MessageBody> {
  const body = withoutPendingMedia(given);
  const fitted = await fitText(body, keep);
  const parsed = MessageBody.safeParse(tidy(fitted));
  if (parsed.success && bytesOf(parsed.data) <= INLINE_BODY_MAX_BYTES) return parsed.data;
  return unsupported(given.type);
}

/** Bytes of a value's JSON in UTF-8. */
export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '', 'utf8');
}

/**
 * The longest beginning of `text` that has at most `maxUnits` UTF-16 units and `maxBytes` bytes as JSON in UTF-8, and ends between
 * two graphemes. A single grapheme longer than that is cut between code points.
 */
export function cutAtGrapheme(text: string, maxUnits: number, maxBytes: number): string {
  let most = Math.min(text.length, maxUnits);
  // Half a surrogate pair counts as nothing: as JSON it is longer than the whole, and sizes must grow with the text.
  const bytesUpTo = (units: number) =>
    bytesOf(text.slice(0, isLowSurrogate(text, units) ? units - 1 : units));
  if (bytesUpTo(most) > maxBytes) {
    let least = 0;
    while (least < most) {
      const middle = Math.ceil((least + most) / 2);
      if (bytesUpTo(middle) <= maxBytes) least = middle;
      else most = middle - 1;
    }
  }
  if (most >= text.length) return text;
  // What comes long after the cut has no say in where a grapheme ends; a cluster longer than that is no letter of any language.
  const near = text.slice(0, most + GRAPHEME_WINDOW);
  const segments = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(near);
  const boundary = segments.containing(most)?.index ?? most;
  if (boundary > 0 && most - boundary < GRAPHEME_WINDOW) return text.slice(0, boundary);
  return text.slice(0, isLowSurrogate(text, most) ? most - 1 : most);
}

/** UTF-16 units around the cut in which a grapheme is looked for. */
const GRAPHEME_WINDOW = 1024;

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

async function fitText(
  body: MessageBody,
  keep: (text: string) => Promise<string>,
): Promise<MessageBody> {
  if ('caption' in body && body.caption && body.caption.length > CAPTION_MAX)
    return { ...body, caption: cutAtGrapheme(body.caption, CAPTION_MAX, INLINE_BODY_MAX_BYTES) };
  if (!('text' in body) || typeof body.text !== 'string') return body;
  const { text } = body;
  if (text.length <= TEXT_MAX && bytesOf(body) <= INLINE_BODY_MAX_BYTES) return body;
  if (body.type === 'PLAIN') {
    const whole = { ...body, textMediaId: await keep(text) };
    return { ...whole, text: cutBeside(whole, text) };
  }
  if (body.type === 'EMAIL') {
    const attachments = (body.attachments ?? []).slice(0, ATTACHMENTS_MAX - 1);
    const whole = { mediaId: await keep(text), fileName: 'message.txt', mimeType: 'text/plain' };
    const kept = { ...body, attachments: [...attachments, whole] };
    return { ...kept, text: cutBeside(kept, text) };
  }
  // A choice is known by its id; its text is only how the customer put it.
  return { ...body, text: cutBeside(body, text) } as MessageBody;
}

function cutBeside(
  body: MessageBody & { readonly text?: string | undefined },
  text: string,
): string {
  const rest = bytesOf({ ...body, text: '' });
  return cutAtGrapheme(text, TEXT_MAX, Math.max(2, INLINE_BODY_MAX_BYTES - rest));
}

/** A reference that only the provider's address stands behind: `pending:<n>` (connectors/connector.ts). */
function withoutPendingMedia(body: MessageBody): MessageBody {
  if ('mediaId' in body && isPending(body.mediaId)) {
    const detail = 'caption' in body ? body.caption?.slice(0, 1000) : undefined;
    return { type: 'UNSUPPORTED', kind: body.type, ...(detail ? { detail } : {}) };
  }
  if (body.type === 'EMAIL' && body.attachments)
    return { ...body, attachments: body.attachments.filter(({ mediaId }) => !isPending(mediaId)) };
  return body;
}

function isPending(mediaId: string): boolean {
  return mediaId.startsWith('pending:');
}

/** Well-formed texts; a shape that is not allowed at all answers nothing. */
function tidy(value: unknown): unknown {
  try {
    return guarded(value);
  } catch {
    return null;
  }
}

function unsupported(kind: string): MessageBody {
  return { type: 'UNSUPPORTED', kind: kind.slice(0, 64) };
}
