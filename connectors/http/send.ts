import { ConnectorError } from '../../domain/errors';
import type { OutboundPart, SendContext, SendResult } from '../connector';
import { callProvider } from '../provider-call';
import { secretsOf } from '../secrets';
import { signatureHeaders } from '../standard-webhooks';
import { errorOf, stateOf } from './codes';
import { type HttpConfig, sendAddress } from './config';
import { SendReply } from './payload';

/** `message.send` to the partner's address. The part id is `webhook-id` on every attempt: the partner dedupes on it. */
export async function send(
  part: OutboundPart,
  context: SendContext<HttpConfig>,
): Promise<SendResult> {
  const { cfg, fetch, signal, now } = context;
  const url = sendAddress(cfg);
  if (!url) throw new ConnectorError('ChannelStopped', 'no address', { reason: 'config' });
  const body = JSON.stringify(messageSend(part, now()));
  const answer = await callProvider(fetch, url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signed(part.id, body, now(), cfg) },
    body,
    signal,
    redirect: 'manual',
  });
  if (answer.status === 409) return { providerMessageIds: idsOf(answer.json), state: 'accepted' };
  if (answer.status >= 200 && answer.status < 300) return resultOf(answer.json);
  throw errorOf(answer);
}

/** Signed with every active key; without any nothing goes out. */
function signed(id: string, body: string, at: Date, cfg: HttpConfig): Record<string, string> {
  const secrets = secretsOf(cfg.outboundSecret);
  if (secrets.length === 0)
    throw new ConnectorError('ChannelStopped', 'no secret', { reason: 'config' });
  return signatureHeaders(id, body, at, secrets);
}

function messageSend(part: OutboundPart, at: Date): unknown {
  const { body } = part;
  const link = 'mediaId' in body && body.mediaId ? part.mediaUrls[body.mediaId] : undefined;
  return {
    type: 'message.send',
    timestamp: at.toISOString(),
    data: {
      messageId: part.id,
      conversationId: part.conversationId,
      user: { id: part.to },
      content: link ? { ...body, url: link } : body,
      ...('choices' in body && { choices: body.choices }),
      ...(part.replyTo && { replyTo: part.replyTo }),
    },
  };
}

function resultOf(json: unknown): SendResult {
  const parsed = SendReply.safeParse(json);
  const reported = stateOf(parsed.success ? parsed.data.state : undefined);
  const state =
    reported === 'SENT'
      ? 'sent'
      : reported === 'DELIVERED' || reported === 'READ'
        ? 'delivered'
        : 'accepted';
  return { providerMessageIds: idsOf(json), state };
}

function idsOf(json: unknown): readonly string[] {
  const parsed = SendReply.safeParse(json);
  const id = parsed.success ? parsed.data.id : undefined;
  return id === undefined || id === null || id === '' ? [] : [String(id)];
}
