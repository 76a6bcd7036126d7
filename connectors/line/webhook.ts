import { createHash, createHmac } from 'node:crypto';
import type { z } from 'zod';
import type { HookContext, HookReply, InboundEvent, RawRequest, Verdict } from '../connector';
import { sameBytes, secretsOf } from '../secrets';
import type { LineConfig } from './config';
import { contentOf } from './content';
import { Delivery, EVENTS, Event, type EventName } from './payload';

/** `X-Line-Signature`: base64 HMAC-SHA256 over the raw bytes, by any active secret; letter case counts. */
export function verify({ headers, raw }: RawRequest, cfg: LineConfig): Verdict {
  const given = Buffer.from(headers.get('x-line-signature') ?? '', 'utf8');
  const fits = (secret: string) =>
    sameBytes(
      given,
      Buffer.from(createHmac('sha256', secret).update(raw).digest('base64'), 'utf8'),
    );
  return secretsOf(cfg.channelSecret).some(fits)
    ? { ok: true }
    : { ok: false, status: 401, reason: 'signature' };
}

/** Each event by itself: one that cannot be read leaves the others as they are. */
export function parse(
  request: RawRequest,
  context: HookContext<LineConfig>,
): readonly InboundEvent[] {
  const delivery = Delivery.safeParse(parseJson(request.raw));
  const base = { channelId: context.channel.id, occurredAt: context.now.toISOString() };
  if (delivery.success) return delivery.data.events.flatMap((event) => readEvent(event, base));
  const eventKey = `raw:${createHash('sha256').update(request.raw).digest('hex')}`;
  return [{ ...base, kind: 'unparsed', eventKey, reason: 'no events' }];
}

/** LINE reads the status alone. */
export function reply(): HookReply {
  return { status: 200 };
}

interface Base {
  readonly channelId: string;
  readonly occurredAt: string;
}

function readEvent(value: unknown, base: Base): readonly InboundEvent[] {
  const event = Event.safeParse(value);
  const eventKey =
    (event.success && event.data.webhookEventId) ||
    `raw:${createHash('sha256')
      .update(JSON.stringify(value) ?? '')
      .digest('hex')}`;
  const unparsed = (reason: string): readonly InboundEvent[] => [
    { ...base, kind: 'unparsed', eventKey, reason: reason.slice(0, 1000) },
  ];
  if (!event.success) return unparsed(faultOf('event', event.error.issues));
  const { type, mode, source, timestamp } = event.data;
  // Another system holds the chat and answers.
  if (mode === 'standby') return [];
  if (!isEventName(type)) return unparsed(`no use for ${type}`);
  if (source?.type !== 'user' || !source.userId) return unparsed('not a chat with one person');
  const parsed = EVENTS[type].safeParse(value);
  if (!parsed.success) return unparsed(faultOf(type, parsed.error.issues));
  const at = {
    ...base,
    eventKey,
    occurredAt: timeOf(timestamp, base.occurredAt),
    externalUser: { id: source.userId },
  };
  return [READ[type](at, parsed.data)];
}

interface FromUser extends Base {
  readonly eventKey: string;
  readonly externalUser: { readonly id: string };
}
type Data<E extends EventName> = z.infer<(typeof EVENTS)[E]>;

// biome-ignore lint/suspicious/noExplicitAny: the row of an event gets what the schema of the same event has read
const READ: { readonly [E in EventName]: (base: FromUser, data: any) => InboundEvent } = {
  message: (base, { message }: Data<'message'>) => {
    const { body, media } = contentOf(message);
    return {
      ...base,
      kind: 'message',
      providerMessageId: message.id,
      body,
      ...(media && { media: [{ ref: media }] }),
      ...(message.quotedMessageId && { replyTo: message.quotedMessageId }),
    };
  },
  // A postback is no message of LINE's: its event is all there is.
  postback: (base, { postback }: Data<'postback'>) => ({
    ...base,
    kind: 'message',
    providerMessageId: base.eventKey,
    body: { type: 'CHOICE', choiceId: postback.data.slice(0, 200) },
  }),
  unsend: (base, { unsend }: Data<'unsend'>) => ({
    ...base,
    kind: 'delete',
    target: unsend.messageId,
  }),
  follow: (base) => ({ ...base, kind: 'optedIn' }),
  unfollow: (base) => ({ ...base, kind: 'optedOut' }),
};

/** Milliseconds as ISO UTC; the receipt time where a date cannot hold them. */
function timeOf(milliseconds: number | undefined, fallback: string): string {
  const at = new Date(milliseconds ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? fallback : at.toISOString();
}

function isEventName(type: string): type is EventName {
  return Object.hasOwn(EVENTS, type);
}

function faultOf(
  name: string,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  const [first] = issues;
  return `${[name, ...(first?.path ?? []).map(String)].join('.')}: ${first?.message ?? ''}`;
}

function parseJson(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    return undefined;
  }
}
