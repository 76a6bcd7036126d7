import { ConnectorError } from '../../domain/errors';
import type { MessageBody } from '../../domain/message/schema';
import type { OutboundPart, SendContext, SendResult } from '../connector';
import {
  callProvider,
  detailOf,
  errorOfStatus,
  type ProviderAnswer,
  retryAfter,
  throttled,
} from '../provider-call';
import { secretsOf } from '../secrets';
import { errorOfCode, stateOf } from './codes';
import type { TwilioConfig } from './config';
import { bare, ErrorBody, MessageList, MessageResource } from './payload';

/** One message, one request. No key exists that would make a repeat safe: after an unknown outcome see {@link lookup}. */
export async function send(
  part: OutboundPart,
  context: SendContext<TwilioConfig>,
): Promise<SendResult> {
  const { cfg } = context;
  if (part.channelType === 'CX_VOICE')
    throw new ConnectorError('Rejected', 'a call carries no messages', { reason: 'bodyType' });
  const form = new URLSearchParams({ To: address(part, part.to) });
  const service = serviceOf(part, cfg);
  if (service) form.set('MessagingServiceSid', service);
  else form.set('From', address(part, part.from));
  for (const [name, value] of content(part)) form.append(name, value);
  form.set('StatusCallback', `${part.hookUrl}?mid=${encodeURIComponent(part.id)}`);
  const answer = await call(context, messagesPath(cfg), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const message = MessageResource.safeParse(answer.json);
  return resultOf(message.success ? message.data : {});
}

/** Twilio's clock has whole seconds and may differ from ours by a little. */
const CLOCK_TOLERANCE_MS = 5_000;
const PAGE_SIZE = 100;
/** Pages of messages to one recipient that are read before a lookup gives up. */
const MAX_PAGES = 5;

/**
 * Finds the message of an earlier attempt: our direction, the same text and media, created since then, its sid not another
 * part's. No `DateSent` is asked for, since a message that still waits in Twilio's queue has none yet.
 */
export async function lookup(
  part: OutboundPart,
  since: Date,
  context: SendContext<TwilioConfig>,
): Promise<SendResult | null> {
  const { cfg, claimed } = context;
  const query = new URLSearchParams({ To: address(part, part.to), PageSize: String(PAGE_SIZE) });
  if (!serviceOf(part, cfg)) query.set('From', address(part, part.from));
  const earliest = since.getTime() - CLOCK_TOLERANCE_MS;
  let path: string | null = `${messagesPath(cfg)}?${query}`;
  for (let page = 0; path && page < MAX_PAGES; page += 1) {
    const answer: ProviderAnswer = await call(context, path, { method: 'GET' });
    const list = MessageList.safeParse(answer.json);
    if (!list.success)
      throw new ConnectorError('Ambiguous', 'unreadable list', { reason: 'lookup' });
    const { messages } = list.data;
    const fitting = messages.filter((message) => fits(message, part, earliest));
    const sids = fitting.flatMap(({ sid }) => (sid ? [sid] : []));
    const taken = (await claimed?.(sids)) ?? new Set();
    const found = fitting.find(({ sid }) => sid && !taken.has(sid));
    if (found) return resultOf(found);
    const older = messages.length > 0 && messages.every((message) => createdAt(message) < earliest);
    if (older || !list.data.next_page_uri) return null;
    path = list.data.next_page_uri;
  }
  throw new ConnectorError('Ambiguous', 'too many messages to look through', { reason: 'lookup' });
}

function fits(message: MessageResource, part: OutboundPart, earliest: number): boolean {
  const fields = content(part);
  const of = (wanted: string) =>
    fields.filter(([name]) => name === wanted).map(([, value]) => value);
  const template = of('ContentSid').length > 0;
  return (
    (message.direction ?? 'outbound').startsWith('outbound') &&
    createdAt(message) >= earliest &&
    (template || (message.body ?? '') === (of('Body')[0] ?? '')) &&
    (message.num_media == null || Number(message.num_media) === of('MediaUrl').length)
  );
}

function createdAt(message: MessageResource): number {
  const at = Date.parse(message.date_created ?? '');
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}

/** Fields of the create call that say what is sent. */
function content(part: OutboundPart): readonly (readonly [string, string])[] {
  const { body } = part;
  switch (body.type) {
    case 'PLAIN':
      return [['Body', body.text]];
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE':
    case 'STICKER': {
      const url = part.mediaUrls[body.mediaId];
      if (!url) throw new ConnectorError('Rejected', 'media without a link', { reason: 'media' });
      return [...(body.caption ? [['Body', body.caption] as const] : []), ['MediaUrl', url]];
    }
    case 'TEMPLATE':
      return [
        ['ContentSid', body.name],
        ['ContentVariables', JSON.stringify(variablesOf(body))],
      ];
    default:
      throw new ConnectorError('Rejected', `no ${body.type} here`, { reason: 'bodyType' });
  }
}

/** `{"1": "Ana"}`: given as such an object, or taken in order from the text parameters of Meta-like components. */
function variablesOf(
  body: Extract<MessageBody, { type: 'TEMPLATE' }>,
): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const component of body.components ?? []) {
    if (!isObject(component)) continue;
    const { parameters } = component;
    if (Array.isArray(parameters)) {
      for (const parameter of parameters)
        if (isObject(parameter) && typeof parameter['text'] === 'string')
          variables[String(Object.keys(variables).length + 1)] = parameter['text'];
    } else
      for (const [name, value] of Object.entries(component))
        if (typeof value === 'string' || typeof value === 'number') variables[name] = String(value);
  }
  return variables;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function call(
  context: SendContext<TwilioConfig>,
  path: string,
  init: RequestInit,
): Promise<ProviderAnswer> {
  const { cfg, baseUrl, signal, fetch } = context;
  const headers = { ...init.headers, authorization: authorization(cfg) };
  const answer = await callProvider(fetch, new URL(path, baseUrl).href, {
    ...init,
    headers,
    signal,
    redirect: 'manual',
  });
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw errorOf(answer);
}

/** Basic authentication by the API key where there is one. */
export function authorization(cfg: TwilioConfig): string {
  const [user, password] = cfg.apiKeySid
    ? [cfg.apiKeySid, cfg.apiKeySecret]
    : [cfg.accountSid, secretsOf(cfg.authToken)[0]];
  if (!password) throw new ConnectorError('ChannelStopped', 'no credentials', { reason: 'config' });
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** By Twilio's code where the table has it, else by status; a 5xx with Twilio's own body was not processed. */
function errorOf(answer: ProviderAnswer): ConnectorError {
  const parsed = ErrorBody.safeParse(answer.json);
  const { code, message } = parsed.success ? parsed.data : {};
  const facts = { ...(code != null && { code: String(code) }), ...detailOf(message) };
  if (answer.status === 429) return throttled(answer.headers, { ...facts, scope: 'account' });
  const known = errorOfCode(facts.code, { ...retryAfter(answer.headers), ...facts });
  if (known) return known;
  if (answer.status === 401)
    return new ConnectorError('ChannelStopped', 'HTTP 401', { reason: 'auth', ...facts });
  if (answer.status >= 500 && code != null)
    return new ConnectorError('Unavailable', `Twilio ${code}`, {
      ...retryAfter(answer.headers),
      ...facts,
    });
  return errorOfStatus(answer, facts);
}

function resultOf(message: MessageResource): SendResult {
  const reported = stateOf(message.status);
  const state =
    reported === 'SENT'
      ? 'sent'
      : reported === 'DELIVERED' || reported === 'READ'
        ? 'delivered'
        : 'accepted';
  return { providerMessageIds: message.sid ? [message.sid] : [], state };
}

/** A messaging service speaks for its pool of numbers: by configuration, or because the channel itself is one. */
function serviceOf(part: OutboundPart, cfg: TwilioConfig): string | undefined {
  return cfg.messagingServiceSid ?? (/^MG[0-9a-f]{32}$/i.test(part.from) ? part.from : undefined);
}

function messagesPath(cfg: TwilioConfig): string {
  return `/2010-04-01/Accounts/${encodeURIComponent(cfg.accountSid)}/Messages.json`;
}

function address(part: OutboundPart, number: string): string {
  return part.channelType === 'WHATSAPP' ? `whatsapp:${bare(number)}` : bare(number);
}
