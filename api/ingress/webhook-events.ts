import type { HookOutcome, InboundEvent } from '../../connectors/connector';
import type { Channel } from '../../domain/channel/schema';
import { identityOf } from '../../domain/customer/identity';
import type { Json } from '../../domain/json/json';
import type { ReportedState } from '../../domain/message/reported-state';
import type { Stores } from '../../infra/stores';
import { guarded } from '../middleware/json-guard';
import type { TypingBus } from '../streams/typing-bus';
import type { Ingress } from './ingress';
import { takeEcho } from './our-side';
import type { TakeReceipt, TakeWatermark } from './receipts';

export interface WebhookEventDeps {
  readonly ingress: Ingress;
  readonly takeReceipt: TakeReceipt;
  readonly takeWatermark: TakeWatermark;
  readonly typing: TypingBus;
  readonly stores: Pick<Stores, 'customers' | 'unparsed' | 'deliveries'>;
}
/** The request that the events came in, for what is kept unread. */
export interface Evidence {
  readonly raw: Uint8Array;
  readonly contentType: string | null;
}

/** Bounds of what a provider may put into channel data: the session holds 16 KiB (domain.md 3.1). */
const CHANNEL_DATA_MAX_BYTES = 16_384;

/**
 * Takes all events of one request: those of one customer in order, customers side by side. Answers what came of them; throws the
 * first failure after all were tried, so that the provider sends the request again and only the rest is new.
 */
export async function takeEvents(
  deps: WebhookEventDeps,
  channel: Channel,
  events: readonly InboundEvent[],
  evidence: Evidence,
): Promise<HookOutcome> {
  const lanes = new Map<string, InboundEvent[]>();
  for (const [index, event] of events.entries()) {
    const lane = 'externalUser' in event ? `user:${event.externalUser.id}` : `event:${index}`;
    lanes.set(lane, [...(lanes.get(lane) ?? []), event]);
  }
  const outcome = { accepted: 0, duplicates: 0 };
  const work = [...lanes.values()].map(async (lane) => {
    for (const event of lane) {
      if (await takeEvent(deps, channel, event, evidence)) outcome.duplicates += 1;
      else outcome.accepted += 1;
    }
  });
  const failure = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
  return outcome;
}

/** Takes one event; true when it was a copy of something archived. */
async function takeEvent(
  deps: WebhookEventDeps,
  channel: Channel,
  event: InboundEvent,
  evidence: Evidence,
): Promise<boolean> {
  const { ingress, stores } = deps;
  if (event.kind === 'unparsed') return keep(stores, channel, event.reason, evidence);
  if (event.kind === 'status') {
    await deps.takeReceipt({
      channelId: channel.id,
      partId: event.partId,
      providerMessageId: event.providerMessageId,
      state: event.state satisfies ReportedState,
      reasonCode: event.reasonCode ?? null,
      at: event.occurredAt,
    });
    return false;
  }
  if (event.kind === 'accountAlert') return false; // for operators, who were told
  const { externalUser } = event;
  if (
    !isSound(externalUser.id) ||
    ('providerMessageId' in event && !isSound(event.providerMessageId)) ||
    ('previousId' in event && !isSound(event.previousId))
  )
    return keep(stores, channel, 'an id is not well-formed', evidence);
  const { displayName, phone } = externalUser;
  const name = displayName ? String(guarded(displayName)).slice(0, 256) : null;
  const aliases = externalUser.aliases?.filter(isSound);
  const visitor = { identifier: externalUser.id, name, phone, aliases };
  const key = event.eventKey;

  switch (event.kind) {
    case 'message': {
      if (event.automatic) await keep(stores, channel, 'a machine wrote it', evidence);
      const { duplicate } = await ingress.message(channel, visitor, {
        providerMessageId: event.providerMessageId,
        body: event.body,
        media: event.media,
        conversationId: event.conversationId,
        automatic: event.automatic,
        sentAt: event.occurredAt,
        replyTo: event.replyTo?.slice(0, 256) ?? null,
        direction: event.direction,
        supersededBy: event.supersededBy,
        ...(event.channelData ? { channelData: soundData(event.channelData) } : {}),
      });
      return duplicate;
    }
    case 'started': {
      const { payload, welcome } = event;
      const channelData = {
        ...(payload && { payload: payload.slice(0, 1000) }),
        ...(welcome && { welcome: welcome.slice(0, 1000) }),
      };
      await ingress.sessionStarted(channel, visitor, {
        key,
        ...(Object.keys(channelData).length > 0 && { channelData }),
      });
      return false;
    }
    case 'ended': {
      const { reason, callId } = event;
      await ingress.sessionEnded(channel, externalUser.id, { key, reason, callId });
      return false;
    }
    case 'reaction': {
      const { target, emoji } = event;
      await ingress.followUp(channel, externalUser.id, { key, kind: 'REACTION', target, emoji });
      return false;
    }
    case 'edit': {
      const { target, body, media } = event;
      await ingress.followUp(channel, externalUser.id, { key, kind: 'EDIT', target, body, media });
      return false;
    }
    case 'delete':
      await ingress.followUp(channel, externalUser.id, {
        key,
        kind: 'DELETE',
        target: event.target,
      });
      return false;
    case 'watermark': {
      const { externalId: recipient } = identityOf(channel, externalUser.id);
      const { state, upTo } = event;
      await deps.takeWatermark({ channelId: channel.id, recipient, state, upTo });
      return false;
    }
    case 'echo':
      if ((await takeEcho(deps, channel, event)) === 'unheard')
        return keep(stores, channel, 'written in the inbox of the provider', evidence);
      return false;
    // Agents see it with the session; they link or merge, if it is so.
    case 'identityChanged':
      await ingress.channelDataUpdated(channel, event.previousId, {
        key,
        channelData: { movedTo: externalUser.id },
      });
      return false;
    case 'typing':
      await showTyping(deps, channel, externalUser.id, event.typing);
      return false;
    // Sends ask for it (activities/sends.ts); agents see it with the session (domain/conversation/consent.ts).
    case 'optedOut':
    case 'optedIn': {
      const { externalId: recipient } = identityOf(channel, externalUser.id);
      const { kind, occurredAt: at } = event;
      const consent = { channelId: channel.id, recipient, kind, eventKey: key, at };
      await stores.deliveries.reportConsent(consent);
      const optedOut = kind === 'optedOut' ? 'ASKED' : null;
      await ingress.channelDataUpdated(channel, externalUser.id, {
        key,
        channelData: { optedOut },
      });
      return false;
    }
  }
}

/** Tells open streams that the customer writes. A sign is never worth a failure or a new customer. */
export async function showTyping(
  { typing, stores }: Pick<WebhookEventDeps, 'typing' | 'stores'>,
  channel: Channel,
  identifier: string,
  isTyping: boolean,
): Promise<void> {
  try {
    const { externalId } = identityOf(channel, identifier);
    const filter = { channelId: channel.id, identifier: externalId };
    const customer = (await stores.customers.search(filter, { limit: 1 })).items[0];
    if (!customer) return;
    const { id, name } = customer;
    typing.publish(id, {
      typing: isTyping,
      actor: { type: 'CUSTOMER', id, name },
      channelSessionId: null,
      audience: 'staff',
    });
  } catch {
    // The database is away; the next sign may get through.
  }
}

async function keep(
  stores: Pick<Stores, 'unparsed'>,
  channel: Channel,
  reason: string,
  { raw, contentType }: Evidence,
): Promise<false> {
  await stores.unparsed.keep({ channelId: channel.id, reason, raw, contentType });
  return false;
}

/** An id that can be stored and compared as it is: not empty, not endless, no half characters. */
function isSound(id: string): boolean {
  return id.length > 0 && id.length <= 256 && !/\p{Surrogate}|\0/u.test(id);
}

/** A provider's facts without keys that no map may have; nothing when they are too many. */
function soundData(data: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  const sound: Record<string, Json> = {};
  for (const [key, value] of Object.entries(data)) {
    try {
      Object.assign(sound, guarded({ [key]: value }));
    } catch {
      // Hostile or broken: the message counts, not this.
    }
  }
  return Buffer.byteLength(JSON.stringify(sound)) <= CHANNEL_DATA_MAX_BYTES ? sound : {};
}
