import type { MessageBody } from '../../domain/message/schema';
import type { ArchivedEntry } from '../../infra/stores';
import { lines } from '../directline/activities';
import { invalid } from '../errors';
import { z } from '../openapi';
import { OUTBOUND_TYPES } from '../webchat/stream-marks';

/** What a deep-chat client posts, in HTTP and in each frame; what else it may bring is left alone (connectors.md 11.3). */
export const DeepChatRequest = z
  .looseObject({
    messages: z
      .array(z.looseObject({ role: z.string().optional(), text: z.string().optional() }))
      .min(1)
      .max(1000),
    stream: z.boolean().optional(),
  })
  .meta({ id: 'DeepChatRequest' });
export type DeepChatRequest = z.infer<typeof DeepChatRequest>;

/** One message to the client. There is no `html`: nobody's text becomes markup. */
export const DeepChatMessage = z
  .object({
    role: z.string().optional(),
    text: z.string().optional(),
    files: z
      .array(z.object({ src: z.string(), name: z.string().optional(), type: z.string() }))
      .optional(),
    custom: z.any().optional(),
  })
  .meta({ id: 'DeepChatMessage' });
export type DeepChatMessage = z.infer<typeof DeepChatMessage>;

/** The visitor's newest words: the client may send the whole talk each time. Throws `VALIDATION_FAILED`. */
export function saidIn({ messages }: DeepChatRequest): string | null {
  const last = messages.findLast(({ role }) => role === undefined || role === 'user');
  if (!last) throw invalid([{ path: 'messages', message: 'none is of the user' }]);
  return last.text?.trim() ? last.text : null;
}

/** An entry of the business as the client shows it; null for anything else. `custom.choices` are the titles of offered choices. */
export function deepChatMessage(
  entry: ArchivedEntry,
  mediaLinkOf: (mediaId: string) => string,
): DeepChatMessage | null {
  const { type, body, actor } = entry;
  if (!OUTBOUND_TYPES.has(type) || !body || entry.deletedAt || entry.erasedAt) return null;
  const role = actor.type === 'AGENT' ? 'agent' : 'ai';
  if (!('mediaId' in body) || !isPending(entry)) return { role, ...contentOf(body, mediaLinkOf) };
  return { role, text: body.caption ?? nameOf(body), custom: { media: 'PENDING' } };
}

/** A file that was announced without its bytes, now that they are here or will never be; null when there is no such file. */
export function deepChatFile(
  entry: ArchivedEntry,
  mediaLinkOf: (mediaId: string) => string,
): DeepChatMessage | null {
  const { body } = entry;
  const whole = deepChatMessage(entry, mediaLinkOf);
  if (!whole || !body || !('mediaId' in body) || isPending(entry)) return null;
  const { role, files } = whole;
  const [medium] = entry.media;
  return medium?.state === 'FAILED'
    ? { ...(role && { role }), text: nameOf(body), custom: { media: 'FAILED' } }
    : { ...(role && { role }), ...(files && { files }), custom: { media: 'READY' } };
}

/** Something of it is still at its provider. */
export function isPending({ media }: ArchivedEntry): boolean {
  return media.some(({ state }) => state === 'PENDING');
}

function nameOf({ fileName }: { readonly fileName?: string | undefined }): string {
  return fileName ?? '…';
}

function contentOf(body: MessageBody, mediaLinkOf: (mediaId: string) => string): DeepChatMessage {
  switch (body.type) {
    case 'PLAIN':
      return { text: body.text };
    case 'BUTTON':
      return { text: body.text, custom: { choices: body.choices.map(({ title }) => title) } };
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE':
    case 'STICKER':
      return {
        ...(body.caption ? { text: body.caption } : {}),
        files: [
          {
            src: mediaLinkOf(body.mediaId),
            ...(body.fileName ? { name: body.fileName } : {}),
            type: shownAs(body.type),
          },
        ],
      };
    case 'CAROUSEL':
      return { text: body.cards.map(({ title, text }) => lines(title, text)).join('\n\n') };
    case 'LOCATION':
      return { text: lines(body.name, body.address, `${body.latitude}, ${body.longitude}`) };
    case 'URL':
      return { text: lines(body.title, body.url) };
    case 'CONTACT':
      return { text: body.contacts.map(({ name }) => name).join('\n') };
    case 'EMAIL':
      return { text: lines(body.subject, body.text) };
    default:
      return { text: '' };
  }
}

function shownAs(type: 'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE' | 'STICKER'): string {
  if (type === 'IMAGE' || type === 'STICKER') return 'image';
  return type === 'AUDIO' ? 'audio' : 'file';
}
