import { ConnectorError } from '../../domain/errors';
import type {
  CallContext,
  OutboundPart,
  OutboundReaction,
  OutboundTyping,
  ReadMark,
  SendContext,
  SendResult,
} from '../connector';
import { postGraph } from '../meta/graph';
import type { ProviderAnswer } from '../provider-call';
import { secretsOf } from '../secrets';
import { errorOf } from './codes';
import { isCloud, type WhatsAppConfig } from './config';
import { outboundContent } from './outbound';
import { MediaAddress, SendReply } from './payload';
import { uploadedMedium } from './upload';

type Context = CallContext<WhatsAppConfig>;

/**
 * One message, one request; before it perhaps an upload. The part id goes along and comes back in every status; no key makes a repeat
 * safe.
 */
export async function send(
  part: OutboundPart,
  context: SendContext<WhatsAppConfig>,
): Promise<SendResult> {
  const { replyTo } = part;
  const to = addressOf(part.to);
  const uploaded = await uploadedMedium(part, context, {
    url: addressAt(context, pathOf(context.cfg, 'media')),
    headers: credentials(context.cfg),
    errorOf: (answer) => errorOf(answer, !isCloud(context.cfg)),
  });
  const answer = await post(context, {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...to,
    ...outboundContent(part, uploaded),
    // An id of ours that nobody could translate means nothing to Meta.
    ...(replyTo && !replyTo.startsWith('msg_') && { context: { message_id: wamidOf(replyTo) } }),
    biz_opaque_callback_data: part.id,
  });
  const { data } = SendReply.safeParse(answer.json);
  const ids = (data?.messages ?? []).flatMap(({ id }) => (id ? [id] : []));
  const aliases = (data?.contacts ?? []).flatMap(({ wa_id }) =>
    wa_id && wa_id !== to.to ? [wa_id] : [],
  );
  return {
    providerMessageIds: ids,
    state: 'accepted',
    ...(aliases.length > 0 && { aliases }),
  };
}

/** Typing is said by the read receipt of a message; that nobody writes any more cannot be said. */
export async function typing(sign: OutboundTyping, context: Context): Promise<void> {
  if (sign.typing) await acknowledge(sign.inboundMessageId ?? null, context, { type: 'text' });
}

export async function markRead(mark: ReadMark, context: Context): Promise<void> {
  await acknowledge(mark.inboundMessageId, context);
}

export async function react(reaction: OutboundReaction, context: Context): Promise<void> {
  const { to, target, emoji } = reaction;
  await post(context, {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...addressOf(to),
    type: 'reaction',
    reaction: { message_id: wamidOf(target), emoji },
  });
}

/** A caption that was too long came in as a message of its own, its medium as `<id>:1`. */
function wamidOf(id: string): string {
  return id.replace(/:1$/, '');
}

async function acknowledge(
  messageId: string | null,
  context: Context,
  typingIndicator?: { readonly type: 'text' },
): Promise<void> {
  if (!messageId) return;
  await post(context, {
    messaging_product: 'whatsapp',
    status: 'read',
    message_id: wamidOf(messageId),
    ...(typingIndicator && { typing_indicator: typingIndicator }),
  });
}

/** The bytes of a medium. `ref` is its id: an address is asked for first, which lives some minutes, and once more when it is gone. */
export async function fetchMedia(
  { ref }: { readonly ref: string },
  context: Context,
): Promise<Response> {
  const answer = await download(ref, context);
  if (answer.status !== 403 && answer.status !== 404) return answer;
  await answer.body?.cancel();
  return download(ref, context);
}

async function download(id: string, context: Context): Promise<Response> {
  const { cfg, fetch, signal } = context;
  const headers = credentials(cfg);
  const path = isCloud(cfg)
    ? `/${cfg.apiVersion}/${encodeURIComponent(id)}`
    : `/${encodeURIComponent(id)}`;
  const found = await fetch(addressAt(context, path), { headers, signal });
  if (!found.ok) return found;
  const { data } = MediaAddress.safeParse(await found.json().catch(() => null));
  if (!data) throw new ConnectorError('Rejected', 'no address of the medium', { reason: 'media' });
  if (isCloud(cfg)) return fetch(data.url, { headers, signal });
  const { pathname, search } = new URL(data.url);
  return fetch(addressAt(context, pathname + search), { headers, signal });
}

/** A number goes out without its plus; a user who hides it has a business-scoped id and another field. */
function addressOf(to: string): { readonly to?: string; readonly recipient?: string } {
  return /^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/.test(to)
    ? { recipient: to }
    : { to: to.replace(/^\+/, '') };
}

function post(context: Context, body: unknown): Promise<ProviderAnswer> {
  const { cfg, fetch, signal } = context;
  return postGraph(fetch, addressAt(context, pathOf(cfg, 'messages')), {
    headers: credentials(cfg),
    body,
    signal,
    errorOf: (answer) => errorOf(answer, !isCloud(cfg)),
  });
}

function pathOf(cfg: WhatsAppConfig, edge: 'messages' | 'media'): string {
  return isCloud(cfg) ? `/${cfg.apiVersion}/${cfg.phoneNumberId}/${edge}` : `/${edge}`;
}

/** Below `baseUrl`, which may have a path of its own. */
export function addressAt({ baseUrl }: Context, path: string): string {
  return baseUrl.replace(/\/+$/, '') + path;
}

export function credentials(cfg: WhatsAppConfig): Record<string, string> {
  const [secret] = secretsOf(isCloud(cfg) ? cfg.accessToken : cfg.apiKey);
  if (!secret) throw new ConnectorError('ChannelStopped', 'no credentials', { reason: 'config' });
  return isCloud(cfg) ? { authorization: `Bearer ${secret}` } : { 'd360-api-key': secret };
}
