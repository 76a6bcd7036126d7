import { createHash, createHmac } from 'node:crypto';
import type { z } from 'zod';
import { failureReason } from '../../domain/message/send-policy';
import type { HookContext, HookReply, InboundEvent, RawRequest, Verdict } from '../connector';
import { sameBytes, secretsOf } from '../secrets';
import { REPORTS } from './codes';
import type { ViberConfig } from './config';
import { contentOf } from './content';
import { Envelope, EVENTS, type EventName, parseBytes, type User } from './payload';

/** `X-Viber-Content-Signature`: lower-case hex HMAC-SHA256 over the raw bytes, by any active token. No other header or parameter. */
export function verify({ headers, raw }: RawRequest, cfg: ViberConfig): Verdict {
  const given = Buffer.from(headers.get('x-viber-content-signature') ?? '', 'utf8');
  const fits = (token: string) =>
    sameBytes(given, Buffer.from(createHmac('sha256', token).update(raw).digest('hex'), 'utf8'));
  return secretsOf(cfg.authToken).some(fits)
    ? { ok: true }
    : { ok: false, status: 401, reason: 'signature' };
}

/** One request is one event; the call that tries a new webhook is none. */
export function parse(
  request: RawRequest,
  context: HookContext<ViberConfig>,
): readonly InboundEvent[] {
  const value = parseBytes(request.raw);
  const envelope = Envelope.safeParse(value);
  const base = { channelId: context.channel.id, occurredAt: context.now.toISOString() };
  const rawKey = `raw:${createHash('sha256').update(request.raw).digest('hex')}`;
  const unparsed = (reason: string): readonly InboundEvent[] => [
    { ...base, kind: 'unparsed', eventKey: rawKey, reason: reason.slice(0, 1000) },
  ];
  if (!envelope.success) return unparsed('no event');
  const { event, timestamp } = envelope.data;
  if (event === 'webhook') return [];
  if (!isEventName(event)) return unparsed(`no use for ${event}`);
  const parsed = EVENTS[event].safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return unparsed(`${[event, ...(issue?.path ?? []).map(String)].join('.')}: ${issue?.message}`);
  }
  const at = { ...base, occurredAt: timeOf(timestamp, base.occurredAt) };
  const { welcomeMessage: welcome } = context.cfg;
  return [READ[event]({ ...at, rawKey, ...(welcome && { welcome }) }, parsed.data)];
}

/** The answer to `conversation_started` alone may hold a message; the session's data tell that it did. */
export function reply(
  _request: RawRequest,
  events: readonly InboundEvent[],
  { cfg: { senderName: name, senderAvatar: avatar } }: HookContext<ViberConfig>,
): HookReply {
  const started = events.find((event) => event.kind === 'started');
  if (!started?.welcome) return { status: 200 };
  const sender = { name, ...(avatar && { avatar }) };
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sender, type: 'text', text: started.welcome }),
  };
}

interface Base {
  readonly channelId: string;
  readonly occurredAt: string;
  /** For events that have no token of their own. */
  readonly rawKey: string;
  /** For whoever opens the chat and cannot be reached otherwise. */
  readonly welcome?: string;
}
type Data<E extends EventName> = z.infer<(typeof EVENTS)[E]>;

// biome-ignore lint/suspicious/noExplicitAny: the row of an event gets what the schema of the same event has read
const READ: { readonly [E in EventName]: (base: Base, data: any) => InboundEvent } = {
  message: (
    { rawKey: _, welcome: __, ...base },
    { message_token, sender, message }: Data<'message'>,
  ) => {
    const { body, mediaUrl } = contentOf(message);
    const facts = {
      ...(sender.country && { country: sender.country.slice(0, 8) }),
      ...(sender.language && { locale: sender.language.slice(0, 35) }),
    };
    return {
      ...base,
      kind: 'message',
      eventKey: `message:${message_token}`,
      providerMessageId: message_token,
      externalUser: userOf(sender),
      body,
      ...(mediaUrl && { media: [{ ref: mediaUrl }] }),
      ...(Object.keys(facts).length > 0 && { channelData: facts }),
    };
  },
  conversation_started: (
    { rawKey, welcome, ...base },
    { message_token, user, context, subscribed }: Data<'conversation_started'>,
  ) => ({
    ...base,
    kind: 'started',
    eventKey: message_token ? `started:${message_token}` : rawKey,
    externalUser: userOf(user),
    ...(context && { payload: context }),
    ...(welcome && subscribed !== true && { welcome }),
  }),
  subscribed: ({ rawKey, welcome: _, ...base }, { user }: Data<'subscribed'>) => ({
    ...base,
    kind: 'optedIn',
    eventKey: rawKey,
    externalUser: userOf(user),
  }),
  unsubscribed: ({ rawKey, welcome: _, ...base }, { user_id }: Data<'unsubscribed'>) => ({
    ...base,
    kind: 'optedOut',
    eventKey: rawKey,
    externalUser: { id: user_id },
  }),
  delivered: (base, data: Data<'delivered'>) => statusOf(base, 'delivered', data),
  seen: (base, data: Data<'seen'>) => statusOf(base, 'seen', data),
  failed: (base, data: Data<'failed'>) => statusOf(base, 'failed', data),
};

/** Viber says in words why a message failed, never by a code. */
function statusOf(
  { rawKey: _, welcome: __, ...base }: Base,
  event: keyof typeof REPORTS,
  { message_token, user_id }: Data<'failed'>,
): InboundEvent {
  const state = REPORTS[event];
  return {
    ...base,
    kind: 'status',
    eventKey: `${event}:${message_token}:${user_id}`,
    partId: null,
    providerMessageId: message_token,
    state,
    ...(state === 'FAILED' && { reasonCode: failureReason('Rejected') }),
  };
}

function userOf({ id, name }: User): { id: string; displayName?: string } {
  return { id, ...(name && { displayName: name.slice(0, 256) }) };
}

/** Milliseconds as ISO UTC; the receipt time where a date cannot hold them. */
function timeOf(milliseconds: string | null | undefined, fallback: string): string {
  const at = new Date(Number(milliseconds ?? Number.NaN));
  return Number.isNaN(at.getTime()) ? fallback : at.toISOString();
}

function isEventName(event: string): event is EventName {
  return Object.hasOwn(EVENTS, event);
}
