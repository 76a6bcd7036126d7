import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { MessageBody } from '../../domain/message/schema';
import type {
  HookContext,
  HookOutcome,
  HookReply,
  InboundEvent,
  RawRequest,
  Verdict,
} from '../connector';
import { secretsOf } from '../secrets';
import { verifyStandardWebhook } from '../standard-webhooks';
import { reasonOf, stateOf } from './codes';
import type { HttpConfig } from './config';
import { DATA, Envelope, type EventType, readContent, type User } from './payload';

/** Signed by the partner as Standard Webhooks demand. */
export function verify(request: RawRequest, cfg: HttpConfig, now: Date): Verdict {
  return verifyStandardWebhook(request, secretsOf(cfg.inboundSecret), now);
}

/** One request is one event; what cannot be read becomes `unparsed`, which {@link reply} answers with the faults. */
export function parse(
  request: RawRequest,
  context: HookContext<HttpConfig>,
): readonly InboundEvent[] {
  const read = readEvent(request, context);
  if ('event' in read) return [read.event];
  const reason = read.faults
    .map(({ path, message }) => `${path}: ${message}`)
    .join('; ')
    .slice(0, 1000);
  return [{ ...baseOf(request, context), kind: 'unparsed', reason }];
}

/** 200 with the counts, or 400 with every fault, so that the partner can mend its side. */
export function reply(
  request: RawRequest,
  events: readonly InboundEvent[],
  context: HookContext<HttpConfig>,
  outcome: HookOutcome = { accepted: events.length, duplicates: 0 },
): HookReply {
  const read = readEvent(request, context);
  if ('event' in read)
    return json(200, { accepted: outcome.accepted, duplicates: outcome.duplicates });
  return problem(read.faults);
}

interface Fault {
  readonly path: string;
  readonly message: string;
}
type Read = { readonly event: InboundEvent } | { readonly faults: readonly Fault[] };

function readEvent(request: RawRequest, context: HookContext<HttpConfig>): Read {
  const envelope = Envelope.safeParse(parseJson(request.raw));
  if (!envelope.success) return { faults: faultsOf(envelope.error.issues, []) };
  const { type, data, timestamp } = envelope.data;
  if (!isEventType(type))
    return { faults: [{ path: 'type', message: `one of ${Object.keys(DATA).join(', ')}` }] };
  const parsed = DATA[type].safeParse(data);
  if (!parsed.success) return { faults: faultsOf(parsed.error.issues, ['data']) };
  const occurredAt = timestamp ? new Date(timestamp).toISOString() : context.now.toISOString();
  return EVENTS[type]({ ...baseOf(request, context), occurredAt }, parsed.data);
}

interface Base {
  readonly channelId: string;
  readonly eventKey: string;
  readonly occurredAt: string;
}

function baseOf(request: RawRequest, context: HookContext<HttpConfig>): Base {
  return {
    channelId: context.channel.id,
    eventKey:
      request.headers.get('webhook-id') ??
      `raw:${createHash('sha256').update(request.raw).digest('hex')}`,
    occurredAt: context.now.toISOString(),
  };
}

type Data<T extends EventType> = z.infer<(typeof DATA)[T]>;
// biome-ignore lint/suspicious/noExplicitAny: the row of a type gets the data that the schema of the same type has read
const EVENTS: { readonly [T in EventType]: (base: Base, data: any) => Read } = {
  'message.created': (base, data: Data<'message.created'>) =>
    withContent(data, (body, mediaUrl) => ({
      ...base,
      kind: 'message',
      providerMessageId: data.id,
      externalUser: userOf(data.user),
      body,
      ...(mediaUrl && { media: [{ ref: mediaUrl }] }),
      ...(data.replyTo && { replyTo: data.replyTo }),
      ...(data.direction === 'outbound' && { direction: 'OUTBOUND' }),
      ...(data.channelData && { channelData: data.channelData }),
    })),
  'message.edited': (base, data: Data<'message.edited'>) =>
    withContent(data, (body, mediaUrl) => ({
      ...base,
      kind: 'edit',
      target: data.id,
      body,
      ...(mediaUrl && { media: [{ ref: mediaUrl }] }),
      externalUser: userOf(data.user),
    })),
  'message.deleted': (base, data: Data<'message.deleted'>) => ({
    event: { ...base, kind: 'delete', target: data.id, externalUser: userOf(data.user) },
  }),
  'message.status': statusEvent,
  'reaction.changed': (base, data: Data<'reaction.changed'>) => ({
    event: {
      ...base,
      kind: 'reaction',
      target: data.messageId,
      emoji: data.emoji ?? '',
      externalUser: userOf(data.user),
    },
  }),
  'typing.started': (base, data: Data<'typing.started'>) => ({
    event: { ...base, kind: 'typing', typing: true, externalUser: userOf(data.user) },
  }),
  'session.ended': (base, data: Data<'session.ended'>) => ({
    event: {
      ...base,
      kind: 'ended',
      externalUser: userOf(data.user),
      reason: data.reason ?? 'CUSTOMER',
      ...(data.callId && { callId: data.callId }),
    },
  }),
  'user.optedOut': (base, data: Data<'user.optedOut'>) => ({
    event: { ...base, kind: 'optedOut', externalUser: userOf(data.user) },
  }),
  'user.optedIn': (base, data: Data<'user.optedIn'>) => ({
    event: { ...base, kind: 'optedIn', externalUser: userOf(data.user) },
  }),
};

function statusEvent(base: Base, data: Data<'message.status'>): Read {
  const state = stateOf(data.state);
  if (!state)
    return {
      faults: [{ path: 'data.state', message: 'accepted, sent, delivered, read or failed' }],
    };
  if (!data.messageId && !data.id)
    return { faults: [{ path: 'data.messageId', message: 'the id that we sent, or data.id' }] };
  const code = data.error?.code ?? data.reasonCode;
  return {
    event: {
      ...base,
      kind: 'status',
      partId: data.messageId ?? null,
      providerMessageId: data.id ?? null,
      state,
      ...(state === 'FAILED' && { reasonCode: reasonOf(data.error?.type ?? data.reasonCode) }),
      ...(state === 'FAILED' && code && { providerCode: code }),
    },
  };
}

function withContent(
  data: { readonly content?: unknown; readonly body?: unknown },
  event: (body: MessageBody, mediaUrl: string | undefined) => InboundEvent,
): Read {
  const field = data.content === undefined && data.body !== undefined ? 'body' : 'content';
  const content = readContent(data[field]);
  return 'body' in content
    ? { event: event(content.body, content.mediaUrl) }
    : { faults: faultsOf(content, ['data', field]) };
}

function userOf(user: z.infer<typeof User>): { id: string; displayName?: string; phone?: string } {
  const phone = user.phone?.replace(/[\s().-]/g, '');
  return {
    id: user.id,
    ...(user.name && { displayName: user.name }),
    ...(phone && /^\+\d{7,15}$/.test(phone) && { phone }),
  };
}

function faultsOf(issues: readonly z.core.$ZodIssue[], at: readonly string[]): readonly Fault[] {
  return issues
    .slice(0, 50)
    .map(({ path, message }) => ({ path: [...at, ...path.map(String)].join('.'), message }));
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(DATA, type);
}

/** As every other refusal of the API (RFC 9457). */
function problem(errors: readonly Fault[]): HookReply {
  const code = 'VALIDATION_FAILED';
  const body = {
    type: `urn:parley:problem:${code}`,
    title: 'The request does not validate',
    status: 400,
    code,
    detail: 'The event cannot be taken.',
    errors,
  };
  return {
    status: 400,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(body),
  };
}

function json(status: number, value: unknown): HookReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function parseJson(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    return undefined;
  }
}
