import { createHash } from 'node:crypto';
import { ConnectorError } from '../../domain/errors';
import type { OutboundPart, SendContext, SendResult } from '../connector';
import { callProvider } from '../provider-call';
import { errorOf } from './codes';
import type { LineConfig } from './config';
import { PushReply } from './payload';

const ALREADY_ACCEPTED = 409;

/**
 * One message by push. A reply token would be cheaper, yet lives for a minute and takes no retry key: with the key a repeat within a
 * day is answered 409, and never delivered twice (connectors.md 7).
 */
export async function send(
  part: OutboundPart,
  { cfg, baseUrl, fetch, signal }: SendContext<LineConfig>,
): Promise<SendResult> {
  const answer = await callProvider(fetch, new URL('/v2/bot/message/push', baseUrl).href, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${cfg.channelAccessToken}`,
      'x-line-retry-key': retryKey(part.id),
    },
    body: JSON.stringify({ to: part.to, messages: [messageOf(part)] }),
    signal,
    redirect: 'manual',
  });
  const { status } = answer;
  if (status !== ALREADY_ACCEPTED && (status < 200 || status >= 300)) throw errorOf(answer);
  const reply = PushReply.safeParse(answer.json);
  const sent = reply.success ? (reply.data.sentMessages ?? []) : [];
  return { providerMessageIds: sent.map(({ id }) => id), state: 'sent' };
}

/** A UUID of version 5 (RFC 9562) over the part id: the same for every attempt. */
export function retryKey(partId: string): string {
  const bytes = createHash('sha1')
    .update(NAMESPACE)
    .update(partId, 'utf8')
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Our own namespace, any UUID; changing it would make repeats of open sends look new. */
const NAMESPACE = Buffer.from('6f1d3c0e9a4b4c7e8b1fd2a5e7c90b36', 'hex');

/** Places must have both a title and an address, of this length at most. */
const PLACE_MAX = 100;

function messageOf({ body, mediaUrls }: OutboundPart): Readonly<Record<string, unknown>> {
  switch (body.type) {
    case 'PLAIN':
      return { type: 'text', text: body.text };
    case 'IMAGE': {
      const url = mediaUrls[body.mediaId];
      if (!url) throw new ConnectorError('Rejected', 'media without a link', { reason: 'media' });
      return { type: 'image', originalContentUrl: url, previewImageUrl: url };
    }
    case 'LOCATION': {
      const { latitude, longitude, name, address } = body;
      const point = `${latitude}, ${longitude}`;
      return {
        type: 'location',
        title: (name ?? address ?? point).slice(0, PLACE_MAX),
        address: (address ?? name ?? point).slice(0, PLACE_MAX),
        latitude,
        longitude,
      };
    }
    default:
      throw new ConnectorError('Rejected', `no ${body.type} here`, { reason: 'bodyType' });
  }
}
