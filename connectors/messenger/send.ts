import { ConnectorError } from '../../domain/errors';
import type { MessageBody } from '../../domain/message/schema';
import type {
  CallContext,
  OutboundPart,
  OutboundTyping,
  ReadMark,
  SendContext,
  SendResult,
} from '../connector';
import { errorOfAnswer, postGraph } from '../meta/graph';
import type { ProviderAnswer } from '../provider-call';
import { secretsOf } from '../secrets';
import { CODES } from './codes';
import type { MessengerConfig } from './config';
import { SendReply } from './payload';

type Context = CallContext<MessengerConfig>;

/** One message, one request. The part id goes along as `metadata` and comes back in the echo; no key makes a repeat safe. */
export async function send(
  part: OutboundPart,
  context: SendContext<MessengerConfig>,
): Promise<SendResult> {
  const { replyTo, tag } = part;
  const answer = await post(context, {
    recipient: { id: part.to },
    ...(tag ? { messaging_type: 'MESSAGE_TAG', tag } : { messaging_type: 'RESPONSE' }),
    message: { ...contentOf(part), metadata: part.id },
    // An id of ours that nobody could translate means nothing to Meta.
    ...(replyTo && !replyTo.startsWith('msg_') && { reply_to: { mid: midOf(replyTo) } }),
  });
  const { data } = SendReply.safeParse(answer.json);
  return { providerMessageIds: data?.message_id ? [data.message_id] : [], state: 'sent' };
}

/** Attachments after the first came in as messages of their own, `<mid>:<n>`. */
function midOf(id: string): string {
  return id.replace(/:\d{1,2}$/, '');
}

export async function typing(sign: OutboundTyping, context: Context): Promise<void> {
  await act(sign.to, sign.typing ? 'typing_on' : 'typing_off', context);
}

export async function markRead(mark: ReadMark, context: Context): Promise<void> {
  await act(mark.to, 'mark_seen', context);
}

async function act(to: string, action: string, context: Context): Promise<void> {
  await post(context, { recipient: { id: to }, sender_action: action });
}

const MEDIA = { IMAGE: 'image', VIDEO: 'video', AUDIO: 'audio', FILE: 'file' } as const;

function contentOf({ body, mediaUrls }: OutboundPart): Readonly<Record<string, unknown>> {
  switch (body.type) {
    case 'PLAIN':
      return { text: body.text };
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE': {
      const url = mediaUrls[body.mediaId];
      if (!url) throw new ConnectorError('Rejected', 'media without a link', { reason: 'media' });
      return { attachment: { type: MEDIA[body.type], payload: { url } } };
    }
    case 'BUTTON':
      return choicesOf(body);
    default:
      throw new ConnectorError('Rejected', `no ${body.type} here`, { reason: 'bodyType' });
  }
}

const BUTTONS_MAX = 3;
const BUTTON_TEXT_MAX = 640;

/** Buttons that stay where they are asked for and fit, else quick replies, which vanish with the answer. */
function choicesOf(
  body: Extract<MessageBody, { type: 'BUTTON' }>,
): Readonly<Record<string, unknown>> {
  const text = [body.header, body.text, body.footer].filter(Boolean).join('\n\n');
  const { style, choices } = body;
  if (style === 'BUTTON' && choices.length <= BUTTONS_MAX && text.length <= BUTTON_TEXT_MAX)
    return {
      attachment: {
        type: 'template',
        payload: {
          template_type: 'button',
          text,
          buttons: choices.map(({ id, title }) => ({ type: 'postback', title, payload: id })),
        },
      },
    };
  return {
    text,
    quick_replies: choices.map(({ id, title }) => ({ content_type: 'text', title, payload: id })),
  };
}

function post(context: Context, body: unknown): Promise<ProviderAnswer> {
  const { cfg, fetch, signal, baseUrl } = context;
  const [token] = secretsOf(cfg.accessToken);
  if (!token) throw new ConnectorError('ChannelStopped', 'no credentials', { reason: 'config' });
  const url = `${baseUrl.replace(/\/+$/, '')}/${cfg.apiVersion}/${cfg.pageId}/messages`;
  return postGraph(fetch, url, {
    headers: { authorization: `Bearer ${token}` },
    body,
    signal,
    errorOf: (answer) => errorOfAnswer(answer, CODES),
  });
}
