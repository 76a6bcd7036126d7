import MailComposer from 'nodemailer/lib/mail-composer';
import { ConnectorError } from '../../domain/errors';
import type { MessageBody } from '../../domain/message/schema';
import type { MailToSend, OutboundPart, SendContext } from '../connector';
import { secretsOf } from '../secrets';
import type { EmailConfig } from './config';
import { messageIdOf } from './message-id';
import { replyAddress } from './reply-address';

/** Bytes of all attachments of one mail; what is beyond goes as a link. */
const ATTACHED_MAX_BYTES = 15_000_000;
const DEFAULT_SUBJECT = 'Your message';

/** The whole mail of a part, and its `Message-ID`. Throws `Rejected` for what no mail can carry. */
export async function compose(
  part: OutboundPart,
  context: SendContext<EmailConfig>,
): Promise<{ readonly mail: MailToSend; readonly messageId: string }> {
  const { cfg } = context;
  const { thread } = part;
  const messageId = messageIdOf(part.id, part.conversationId, cfg.address);
  const content = await contentOf(part, context);
  const to = [part.to, ...(content.to ?? []).filter((address) => address !== part.to)];
  const { cc = [], bcc = [] } = content;
  const raw = await new MailComposer({
    messageId,
    date: context.now(),
    from: { address: cfg.address, name: cfg.senderName ?? '' },
    to,
    cc,
    replyTo: replyAddress(cfg.address, part.conversationId, secretsOf(cfg.inboundSecret)),
    subject: content.subject ?? answerSubject(thread?.subject ?? null),
    ...(thread?.inReplyTo && { inReplyTo: thread.inReplyTo }),
    ...(thread && thread.references.length > 0 && { references: [...thread.references] }),
    text: content.text,
    ...(content.html && { html: content.html }),
    attachments: content.attachments,
    // Other machines must not answer a machine (RFC 3834).
    ...(part.automatic && {
      headers: { 'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'OOF, AutoReply' },
    }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  return { messageId, mail: { from: cfg.address, to: [...to, ...cc, ...bcc], raw } };
}

interface Content {
  readonly text: string;
  readonly subject?: string | undefined;
  readonly html?: string | undefined;
  readonly to?: readonly string[] | undefined;
  readonly cc?: string[] | undefined;
  readonly bcc?: string[] | undefined;
  readonly attachments: { content: Buffer; contentType: string; filename: string }[];
}
type Email = Extract<MessageBody, { type: 'EMAIL' }>;

async function contentOf(part: OutboundPart, context: SendContext<EmailConfig>): Promise<Content> {
  const { body } = part;
  switch (body.type) {
    case 'PLAIN':
      return { text: body.text, attachments: [] };
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE':
    case 'STICKER': {
      const { attachments, links } = await attach(part, context, [body]);
      return { text: [body.caption ?? '', ...links].join('\n').trim(), attachments };
    }
    case 'EMAIL':
      return mailContent(part, context, body);
    default:
      throw new ConnectorError('Rejected', `no ${body.type} here`, { reason: 'bodyType' });
  }
}

async function mailContent(
  part: OutboundPart,
  context: SendContext<EmailConfig>,
  body: Email,
): Promise<Content> {
  const { attachments, links } = await attach(part, context, body.attachments ?? []);
  const html = body.htmlMediaId
    ? (await bytesOf(context, body.htmlMediaId))?.content.toString('utf8')
    : undefined;
  return {
    text: [body.text, ...links].join('\n\n'),
    subject: body.subject,
    // Links are in the text alone: a mail program shows one of the two.
    html: links.length > 0 ? undefined : html,
    to: body.to,
    cc: body.cc,
    bcc: body.bcc,
    attachments,
  };
}

type Named = { readonly mediaId: string; readonly fileName?: string | undefined };

/** Attachments up to their cap, and links to the rest. */
async function attach(
  part: OutboundPart,
  context: SendContext<EmailConfig>,
  media: readonly Named[],
) {
  const attachments: Content['attachments'] = [];
  const links: string[] = [];
  let size = 0;
  for (const { mediaId, fileName } of media) {
    const link = part.mediaUrls[mediaId];
    const medium = await bytesOf(context, mediaId, ATTACHED_MAX_BYTES - size);
    if (medium) {
      size += medium.content.length;
      const filename = fileName ?? medium.fileName ?? 'attachment';
      attachments.push({ content: medium.content, contentType: medium.mimeType, filename });
    } else if (link) links.push(link);
    else throw new ConnectorError('Rejected', 'no such media', { reason: 'media' });
  }
  return { attachments, links };
}

/** Null: there is no such medium, or it has more bytes than that. */
async function bytesOf(
  { openMedia }: SendContext<EmailConfig>,
  mediaId: string,
  maxBytes = ATTACHED_MAX_BYTES,
) {
  const medium = await openMedia?.(mediaId);
  if (!medium || medium.size > maxBytes) return null;
  const { mimeType, fileName } = medium;
  const content = Buffer.from(await new Response(medium.open()).arrayBuffer());
  return { content, mimeType, fileName };
}

function answerSubject(subject: string | null): string {
  if (!subject) return DEFAULT_SUBJECT;
  return /^re:/i.test(subject) ? subject : `Re: ${subject}`;
}
