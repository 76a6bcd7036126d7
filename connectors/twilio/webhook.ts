import type { MessageBody } from '../../domain/message/schema';
import { failureReason } from '../../domain/message/send-policy';
import type {
  HookChannel,
  HookContext,
  HookReply,
  InboundEvent,
  RawRequest,
  Verdict,
} from '../connector';
import { callEvents, ownsCall } from './calls';
import { errorOfCode, stateOf } from './codes';
import type { TwilioConfig } from './config';
import { bare, type Params, param } from './payload';
import { checkSignature, digest, paramsOf, queryOf } from './signature';
import { EMPTY_TWIML, twimlOf } from './twiml';

const NO = { ok: false, status: 403 } as const;

/** Twilio's signature; afterwards the number in the payload must be the channel's own. */
export function verify(
  request: RawRequest,
  cfg: TwilioConfig,
  _now: Date,
  channel: HookChannel,
): Verdict {
  const signature = checkSignature(request, cfg.authToken);
  if (signature !== 'ok') return { ...NO, reason: signature };
  const owned = channel.channelType === 'CX_VOICE' ? ownsCall : owns;
  return owned(paramsOf(request), channel, cfg) ? { ok: true } : { ...NO, reason: 'number' };
}

/** A message (one event per medium), a status of a message of ours, or a consent. */
export function parse(
  request: RawRequest,
  context: HookContext<TwilioConfig>,
): readonly InboundEvent[] {
  const params = paramsOf(request);
  if (context.channel.channelType === 'CX_VOICE') return callEvents(request, params, context);
  const sid =
    param(params, 'MessageSid') ?? param(params, 'SmsMessageSid') ?? param(params, 'SmsSid');
  const base = { channelId: context.channel.id, occurredAt: context.now.toISOString() };
  if (!sid)
    return [
      { ...base, kind: 'unparsed', eventKey: `raw:${digest(request)}`, reason: 'no MessageSid' },
    ];
  const status = param(params, 'MessageStatus') ?? legacyStatus(params);
  if (status && status !== 'received' && status !== 'receiving')
    return [statusEvent(request, params, { ...base, sid, status })];
  if (!param(params, 'From'))
    return [{ ...base, kind: 'unparsed', eventKey: `msg:${sid}`, reason: 'no From' }];
  return [...consentEvents(params, { ...base, sid }), ...messageEvents(params, { ...base, sid })];
}

/** Empty TwiML: any text in it would go out as a message. A call that asks what to do is told. */
export function reply(
  request: RawRequest,
  _events: readonly InboundEvent[],
  { channel, cfg }: HookContext<TwilioConfig>,
): HookReply {
  const body = channel.channelType === 'CX_VOICE' ? twimlOf(paramsOf(request), cfg) : EMPTY_TWIML;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

/** Incoming messages name the channel in `To`, news of our own in `From`; a messaging service answers for its pool. */
function owns(params: Params, channel: HookChannel, cfg: TwilioConfig): boolean {
  const service = param(params, 'MessagingServiceSid');
  if (service && (service === cfg.messagingServiceSid || service === channel.serviceIdentifier))
    return true;
  const ours = bare(channel.serviceIdentifier);
  const named = ['To', 'From'].flatMap((name) => params.get(name) ?? []).map(bare);
  if (named.length === 0) return !params.has('MessageSid');
  const sender = stateOf(param(params, 'MessageStatus') ?? legacyStatus(params)) !== null;
  return bare(param(params, sender ? 'From' : 'To') ?? '') === ours;
}

function statusEvent(
  request: RawRequest,
  params: Params,
  { sid, status, ...base }: { sid: string; status: string; channelId: string; occurredAt: string },
): InboundEvent {
  const state = stateOf(status);
  const eventKey = `status:${sid}:${status.toLowerCase()}`;
  if (!state) return { ...base, kind: 'unparsed', eventKey, reason: 'unknown MessageStatus' };
  const mid = queryOf(request).get('mid')?.[0];
  const code = param(params, 'ErrorCode');
  const failure =
    state === 'FAILED' ? failureReason(errorOfCode(code)?.type ?? 'Rejected') : undefined;
  return {
    ...base,
    kind: 'status',
    eventKey,
    partId: mid && /^[\w-]{1,200}$/.test(mid) ? mid : null,
    providerMessageId: sid,
    state,
    ...(failure && { reasonCode: failure }),
    ...(failure && code && { providerCode: code }),
  };
}

interface Base {
  readonly sid: string;
  readonly channelId: string;
  readonly occurredAt: string;
}

function consentEvents(params: Params, { sid, ...base }: Base): readonly InboundEvent[] {
  const kind = { STOP: 'optedOut', START: 'optedIn' }[
    param(params, 'OptOutType')?.toUpperCase() ?? ''
  ];
  if (kind !== 'optedOut' && kind !== 'optedIn') return [];
  return [{ ...base, kind, eventKey: `consent:${sid}`, externalUser: userOf(params) }];
}

/** The text and each medium are messages of their own; the first has the sid itself as its id, the others `sid:1`, `sid:2` … */
function messageEvents(params: Params, { sid, ...base }: Base): readonly InboundEvent[] {
  const replyTo = param(params, 'OriginalRepliedMessageSid');
  const country = param(params, 'FromCountry');
  return bodiesOf(params).map(({ body, url }, index) => {
    const id = index === 0 ? sid : `${sid}:${index}`;
    return {
      ...base,
      kind: 'message' as const,
      eventKey: `msg:${id}`,
      providerMessageId: id,
      externalUser: userOf(params),
      body,
      ...(url && { media: [{ ref: url }] }),
      ...(replyTo && { replyTo }),
      ...(country && { channelData: { country } }),
    };
  });
}

/** As in domain/message/schema.ts: a longer caption goes before its medium as text. */
const CAPTION_MAX = 1024;

function bodiesOf(
  params: Params,
): readonly { readonly body: MessageBody; readonly url?: string }[] {
  const text = param(params, 'Body');
  const choiceId =
    param(params, 'ButtonPayload') ?? param(params, 'ListId') ?? param(params, 'ButtonText');
  if (choiceId) {
    const title = param(params, 'ButtonText') ?? param(params, 'ListTitle') ?? text;
    return [
      {
        body: {
          type: 'CHOICE',
          choiceId: choiceId.slice(0, 200),
          ...(title && { title: title.slice(0, 256) }),
          ...(text && { text }),
        },
      },
    ];
  }
  const location = locationOf(params);
  if (location) return [{ body: location }];
  const media = mediaOf(params);
  const first = media[0];
  if (!first)
    return [
      {
        body: text
          ? { type: 'PLAIN', text }
          : { type: 'UNSUPPORTED', kind: param(params, 'MessageType') ?? 'empty' },
      },
    ];
  if (text && text.length > CAPTION_MAX) return [{ body: { type: 'PLAIN', text } }, ...media];
  return text ? [{ ...first, body: { ...first.body, caption: text } }, ...media.slice(1)] : media;
}

type Medium = Extract<MessageBody, { type: 'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE' }>;

function mediaOf(params: Params): readonly { readonly body: Medium; readonly url: string }[] {
  const count = Math.min(Number(param(params, 'NumMedia') ?? 0) || 0, 10);
  return Array.from({ length: count }, (_, index) => ({
    url: param(params, `MediaUrl${index}`),
    mimeType: param(params, `MediaContentType${index}`) ?? 'application/octet-stream',
  })).flatMap(({ url, mimeType }) =>
    url
      ? [
          {
            url,
            body: {
              type: mediaType(mimeType),
              mediaId: 'pending:0',
              mimeType: mimeType.slice(0, 255),
            },
          },
        ]
      : [],
  );
}

function mediaType(mimeType: string): Medium['type'] {
  const kind = mimeType.split('/', 1)[0]?.toUpperCase();
  return kind === 'IMAGE' || kind === 'VIDEO' || kind === 'AUDIO' ? kind : 'FILE';
}

function locationOf(params: Params): MessageBody | null {
  const latitude = Number(param(params, 'Latitude') ?? Number.NaN);
  const longitude = Number(param(params, 'Longitude') ?? Number.NaN);
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return null;
  const name = param(params, 'Label')?.slice(0, 256);
  const address = param(params, 'Address')?.slice(0, 1000);
  return {
    type: 'LOCATION',
    latitude,
    longitude,
    ...(name && { name }),
    ...(address && { address }),
  };
}

/** `From` is asserted by Twilio (connectors.md 13.5): short codes and alphanumeric senders stay as they are and are no phone. */
function userOf(params: Params): {
  id: string;
  displayName?: string;
  phone?: string;
  aliases?: readonly string[];
} {
  const id = bare(param(params, 'From') ?? '');
  const displayName = param(params, 'ProfileName')?.slice(0, 256);
  const alias = param(params, 'WaId');
  return {
    id,
    ...(displayName && { displayName }),
    ...(/^\+\d{7,15}$/.test(id) && { phone: id }),
    ...(alias && { aliases: [alias] }),
  };
}

/** Older hooks name the state of an outbound message `SmsStatus`, as incoming ones do with `received`. */
function legacyStatus(params: Params): string | undefined {
  return params.has('Body') ? undefined : param(params, 'SmsStatus');
}
