import type { MessageBody } from '../../domain/message/schema';
import type { HookChannel, HookContext, InboundEvent, RawRequest } from '../connector';
import { holdOf, stageOf } from './call-states';
import type { TwilioConfig } from './config';
import { bare, type Params, param } from './payload';
import { digest, queryOf } from './signature';

/** One leg of a call, as a request tells of it. */
interface Leg {
  readonly sid: string;
  /** The call that it belongs to: the parent's sid where a leg was dialled by another one. */
  readonly callId: string;
  readonly customer: string;
  /** The customer is at the far end of it: with this leg their presence ends. */
  readonly isCustomers: boolean;
  readonly outbound: boolean;
}

interface Base {
  readonly channelId: string;
  readonly occurredAt: string;
}

/**
 * The legs of calls, from status callbacks, from the requests for TwiML and from events of conferences. Of one leg each of its states
 * before the end tells the same, that it is there, so the first to arrive starts it, whichever it is.
 */
export function callEvents(
  request: RawRequest,
  params: Params,
  { channel, now }: HookContext<TwilioConfig>,
): readonly InboundEvent[] {
  const base = { channelId: channel.id, occurredAt: timeOf(params) ?? now.toISOString() };
  const unread = (reason: string): readonly InboundEvent[] => [
    { ...base, kind: 'unparsed', eventKey: `raw:${digest(request)}`, reason },
  ];
  const sid = param(params, 'CallSid');
  const conference = param(params, 'StatusCallbackEvent');
  if (param(params, 'ConferenceSid') && conference) {
    const event = holdOf(conference);
    if (!event) return []; // who comes and goes is told by the calls themselves
    const leg = sid ? legOf(request, params, channel, sid) : null;
    return leg ? [holdEvent(params, base, leg, event)] : unread('a hold of nobody that is named');
  }
  if (!sid) return unread('no CallSid');
  const stage = stageOf(param(params, 'CallStatus'));
  if (!stage) return unread('unknown CallStatus');
  const leg = legOf(request, params, channel, sid);
  if (!leg) return unread('a leg of a customer who is not named');
  return stage === 'STARTED' ? [startEvent(params, base, leg)] : endEvents(params, base, leg);
}

/**
 * The channel's number is on one side of the call. A leg that another one dialled, and a participant of a conference, may have two
 * others on its sides: they belong to the account.
 */
export function ownsCall(params: Params, channel: HookChannel, cfg: TwilioConfig): boolean {
  const ours = bare(channel.serviceIdentifier);
  const sides = ['From', 'To'].flatMap((name) => params.get(name) ?? []).map(bare);
  if (sides.includes(ours)) return true;
  if (params.has('ParentCallSid') || params.has('ConferenceSid'))
    return param(params, 'AccountSid') === cfg.accountSid;
  return sides.length === 0 && !params.has('CallSid');
}

function startEvent(params: Params, base: Base, leg: Leg): InboundEvent {
  const country = leg.outbound ? undefined : param(params, 'FromCountry');
  return {
    ...messageOf(params, base, leg, 'started', { event: 'STARTED' }),
    supersededBy: idOf(leg, 'ended'),
    ...(country && { channelData: { country } }),
  };
}

function endEvents(params: Params, base: Base, leg: Leg): readonly InboundEvent[] {
  const status = param(params, 'CallStatus')?.toLowerCase();
  const seconds = Number(param(params, 'CallDuration') ?? Number.NaN);
  const ended = messageOf(params, base, leg, 'ended', {
    event: 'ENDED',
    ...(Number.isSafeInteger(seconds) && seconds >= 0 && { durationSeconds: seconds }),
    ...(status !== 'completed' && status && { reasonCode: status }),
  });
  if (!leg.isCustomers) return [ended];
  const { externalUser } = ended;
  const eventKey = `session:${leg.sid}:ended`;
  const over = { ...base, kind: 'ended', eventKey, externalUser, reason: 'CUSTOMER' } as const;
  return [ended, { ...over, callId: leg.callId }];
}

/** A leg may be held many times: each is known by its number among the conference's events. */
function holdEvent(params: Params, base: Base, leg: Leg, event: 'HOLD' | 'RESUMED'): InboundEvent {
  const nth = param(params, 'SequenceNumber') ?? base.occurredAt;
  const which = `${param(params, 'ConferenceSid')}:${nth}:${event.toLowerCase()}`;
  return {
    ...messageOf(params, base, leg, which.slice(0, 180), { event }),
    supersededBy: idOf(leg, 'ended'),
  };
}

type Voice = Extract<MessageBody, { type: 'VOICE' }>;

function messageOf(
  params: Params,
  base: Base,
  leg: Leg,
  what: string,
  body: Pick<Voice, 'event' | 'durationSeconds' | 'reasonCode'>,
) {
  const id = idOf(leg, what);
  return {
    ...base,
    kind: 'message',
    eventKey: `call:${id}`,
    providerMessageId: id,
    externalUser: userOf(params, leg),
    body: { type: 'VOICE', callId: leg.callId, leg: leg.sid, ...body },
    ...(leg.outbound && { direction: 'OUTBOUND' }),
  } as const satisfies InboundEvent;
}

function idOf({ sid }: Leg, what: string): string {
  return `${sid}:${what}`;
}

/**
 * Whose call it is. Where the address of the callback names the customer (`?customer=`, which the signature covers), it is so.
 * Otherwise an incoming leg is of whoever calls, and an outgoing one of whoever is called from our number; a leg dialled under the
 * caller's own number belongs to that caller. Null where only our own people are on it.
 */
function legOf(request: RawRequest, params: Params, channel: HookChannel, sid: string): Leg | null {
  const ours = bare(channel.serviceIdentifier);
  const [from, to] = ['From', 'To'].map((name) => bare(param(params, name) ?? ''));
  const direction = param(params, 'Direction')?.toLowerCase();
  const outbound = direction ? direction.startsWith('outbound') : from === ours;
  const far = (outbound ? to : from) ?? '';
  const named = bare(param(queryOf(request), 'customer') ?? '');
  const underTheirNumber = outbound && params.has('ParentCallSid') && from !== ours ? from : '';
  const customer = named || underTheirNumber || far;
  if (customer === '' || customer === ours || /^client:/i.test(customer)) return null;
  const callId = (param(params, 'ParentCallSid') ?? sid).slice(0, 64);
  const isCustomers = far === customer;
  // The parent of a leg under the caller's number is the caller's own call.
  const ourCall = outbound && !underTheirNumber;
  return { sid: sid.slice(0, 64), callId, customer, isCustomers, outbound: ourCall };
}

/** Twilio's stand-ins for callers who hide their number: nobody may be taken for another of them. */
const HIDDEN = new Set([
  'anonymous',
  'restricted',
  'unknown',
  'unavailable',
  'blocked',
  '+266696687',
  '+7378742833',
  '+86282452253',
  '+8656696',
  '+2562533',
]);

function userOf(params: Params, { customer, callId, isCustomers }: Leg) {
  if (HIDDEN.has(customer.toLowerCase())) return { id: `anonymous:${callId}` };
  const displayName = isCustomers ? param(params, 'CallerName')?.slice(0, 256) : undefined;
  return {
    id: customer.slice(0, 256),
    ...(displayName && { displayName }),
    ...(/^\+\d{7,15}$/.test(customer) && { phone: customer }),
  };
}

/** `Timestamp`, as mails write it; null where there is none. */
function timeOf(params: Params): string | null {
  const at = Date.parse(param(params, 'Timestamp') ?? '');
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
