import type { MessageBody } from '../../domain/message/schema';
import { invalid } from '../errors';
import { z } from '../openapi';

/** What we read of an activity that a client posts; everything else it may bring is left alone. */
export const PostedActivity = z
  .looseObject({
    type: z.string().min(1).max(64),
    text: z.string().optional(),
    textFormat: z.string().max(32).optional(),
    value: z.any().optional(),
    timestamp: z.string().max(64).optional(),
    replyToId: z.string().max(256).optional(),
    attachments: z
      .array(z.looseObject({ contentType: z.string().max(255), name: z.string().optional() }))
      .max(20)
      .optional(),
    channelData: z
      .looseObject({ clientActivityID: z.string().min(1).max(128).optional() })
      .optional(),
  })
  .meta({ id: 'DirectLineActivity', description: 'An activity of Direct Line 3.0.' });
export type PostedActivity = z.infer<typeof PostedActivity>;

/**
 * The body of a `message` activity without files. `postBack` brings a value and no text. Files come by upload: an attachment that
 * is only named cannot be fetched from a client. Throws `VALIDATION_FAILED` for a message that says nothing.
 */
export function bodyOf({ text, textFormat, value, attachments }: PostedActivity): MessageBody {
  const said = text || (typeof value === 'string' ? value : JSON.stringify(value ?? null));
  if (said && said !== 'null')
    return {
      type: 'PLAIN',
      text: said,
      ...(textFormat === 'markdown' ? { format: 'MARKDOWN' as const } : {}),
    };
  const [first] = attachments ?? [];
  if (first)
    return { type: 'UNSUPPORTED', kind: 'attachment', detail: first.name?.slice(0, 1000) ?? '' };
  throw invalid([{ path: 'text', message: 'a message needs text, a value or an attachment' }]);
}

/** The body of one uploaded file. */
export function fileBody(
  { mediaId, mimeType }: { readonly mediaId: string; readonly mimeType: string },
  caption: string | undefined,
): MessageBody {
  return {
    type: kindOf(mimeType),
    mediaId,
    ...(caption ? { caption: caption.slice(0, 1024) } : {}),
  };
}

function kindOf(mimeType: string): 'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE' {
  const [family] = mimeType.split('/');
  if (family === 'image') return 'IMAGE';
  if (family === 'video') return 'VIDEO';
  return family === 'audio' ? 'AUDIO' : 'FILE';
}
