import { ConnectorError } from '../../domain/errors';
import type { Choice } from '../../domain/message/schema';
import type { OutboundPart, SendContext, SendResult } from '../connector';
import { callProvider } from '../provider-call';
import { secretsOf } from '../secrets';
import { errorOf } from './codes';
import type { ViberConfig } from './config';
import { parseLossless, SendReply } from './payload';

/** One message, one request. No key makes a repeat safe. The conversation's id comes back with the customer's next message. */
export async function send(
  part: OutboundPart,
  { cfg, baseUrl, fetch, signal }: SendContext<ViberConfig>,
): Promise<SendResult> {
  const [token] = secretsOf(cfg.authToken);
  if (!token) throw new ConnectorError('ChannelStopped', 'no token', { reason: 'config' });
  const { senderName: name, senderAvatar: avatar } = cfg;
  const answer = await callProvider(fetch, new URL('/pa/send_message', baseUrl).href, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-viber-auth-token': token },
    body: JSON.stringify({
      receiver: part.to,
      min_api_version: 1,
      sender: { name, ...(avatar && { avatar }) },
      tracking_data: part.conversationId,
      ...contentOf(part),
    }),
    signal,
    redirect: 'manual',
  });
  const reply = SendReply.safeParse(parseLossless(answer.text));
  if (answer.status >= 300 || !reply.success || reply.data.status !== 0) throw errorOf(answer);
  const { message_token: id } = reply.data;
  return { providerMessageIds: id ? [id] : [], state: 'sent' };
}

/** Members of the call that say what is sent. */
function contentOf({ body, mediaUrls }: OutboundPart): Readonly<Record<string, unknown>> {
  switch (body.type) {
    case 'PLAIN':
      return { type: 'text', text: body.text };
    case 'BUTTON':
      return {
        type: 'text',
        text: [body.header, body.text, body.footer].filter(Boolean).join('\n\n'),
        keyboard: keyboardOf(body.choices),
      };
    case 'IMAGE':
      return { type: 'picture', text: body.caption ?? '', media: linkOf(body.mediaId, mediaUrls) };
    case 'VIDEO':
      return { type: 'video', media: linkOf(body.mediaId, mediaUrls), size: body.size };
    case 'FILE':
      return {
        type: 'file',
        media: linkOf(body.mediaId, mediaUrls),
        size: body.size,
        file_name: body.fileName ?? 'file',
      };
    case 'LOCATION':
      return {
        type: 'location',
        location: { lat: String(body.latitude), lon: String(body.longitude) },
      };
    default:
      throw new ConnectorError('Rejected', `no ${body.type} here`, { reason: 'bodyType' });
  }
}

function linkOf(mediaId: string, mediaUrls: OutboundPart['mediaUrls']): string {
  const url = mediaUrls[mediaId];
  if (!url) throw new ConnectorError('Rejected', 'media without a link', { reason: 'media' });
  return url;
}

/** A keyboard is six columns wide. Titles that a half would cut get a row of their own. */
const COLUMNS = 6;
const HALF_ROW_TITLE = 20;

function keyboardOf(choices: readonly Choice[]): unknown {
  const wide = choices.length === 1 || choices.some(({ title }) => title.length > HALF_ROW_TITLE);
  return {
    Type: 'keyboard',
    DefaultHeight: false,
    Buttons: choices.map(({ id, title }) => ({
      Columns: wide ? COLUMNS : COLUMNS / 2,
      Rows: 1,
      ActionType: 'reply',
      ActionBody: id,
      Text: asMarkup(title),
    })),
  };
}

/** Viber reads the text of a button as HTML. */
function asMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
