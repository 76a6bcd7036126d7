import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type { MediaSource } from '../../connectors/connector';
import type { Channel } from '../../domain/channel/schema';
import type { StartOutbound } from '../../domain/conversation/acts';
import type {
  ChannelDataUpdated,
  CustomerFollowUp,
  CustomerMessage,
  SentElsewhere,
  SessionEnded,
  SessionStarted,
} from '../../domain/conversation/channel-events';
import type { SessionEndReason } from '../../domain/conversation/model';
import { identityOf } from '../../domain/customer/identity';
import { ProblemError } from '../../domain/errors';
import type { Json } from '../../domain/json/json';
import { eventKey, inboundMessageId } from '../../domain/message/event-key';
import type { MessageBody } from '../../domain/message/schema';
import type { IdentifiedCustomer, Stores } from '../../infra/stores';
import {
  channelDataUpdatedSignal,
  channelSessionEndedSignal,
  channelSessionStartedSignal,
  customerFollowUpSignal,
  customerMessageSignal,
  sentElsewhereSignal,
  startOutboundSignal,
} from '../../workflows/conversation/messages';
import { createConversationSignals } from './conversation-signals';
import { bytesOf, fitInboundBody } from './inbound-body';
import { claimMedia, takeMedia } from './inbound-media';
import { createOutageBudget } from './outage-budget';
import { createSenders, type Visitor } from './senders';

export interface InboundNews {
  readonly providerMessageId: string;
  readonly body: MessageBody;
  /** ISO UTC, the provider's clock. */
  readonly sentAt?: string | null | undefined;
  readonly replyTo?: string | null | undefined;
  readonly channelData?: Readonly<Record<string, Json>> | undefined;
  /** Of the media that the body calls `pending:<index>`. */
  readonly media?: readonly MediaSource[] | undefined;
  /** The conversation that a token of ours names: while it is open, the message is for it, whoever wrote. */
  readonly conversationId?: string | undefined;
  /** A machine wrote it: it is noted where a conversation runs, and opens none. */
  readonly automatic?: true | undefined;
  /** It is about a call of ours. @default INBOUND */
  readonly direction?: 'INBOUND' | 'OUTBOUND' | undefined;
  /** Once a message by this provider's id was taken, this one is late and passed over. */
  readonly supersededBy?: string | undefined;
}
export interface Taken {
  readonly messageId: string;
  readonly customerId: string;
  /** A copy of something archived already: nothing was done. */
  readonly duplicate: boolean;
}
type ChannelData = Readonly<Record<string, Json>>;

/**
 * The one way in: identify the customer, look for a copy, signal the conversation. Every method returns only after Temporal has
 * stored the event, and throws `UNAVAILABLE` when it may not have. `key`: the caller's own key of the event; the same key again
 * has no second effect.
 */
export interface Ingress {
  message(channel: Channel, from: Visitor, news: InboundNews): Promise<Taken>;
  sessionStarted(
    channel: Channel,
    from: Visitor,
    start: {
      readonly key?: string | undefined;
      readonly intent?: SessionStarted['intent'] | undefined;
      readonly channelData?: ChannelData | undefined;
    },
  ): Promise<{ readonly customerId: string }>;
  /** The next three touch what is there and open nothing: null when the customer has no running conversation. */
  sessionEnded(
    channel: Channel,
    identifier: string,
    end: {
      readonly key?: string | undefined;
      readonly reason: SessionEndReason;
      readonly callId?: string | undefined;
    },
  ): Promise<{ readonly customerId: string } | null>;
  channelDataUpdated(
    channel: Channel,
    identifier: string,
    update: { readonly key?: string | undefined; readonly channelData: ChannelData },
  ): Promise<{ readonly customerId: string } | null>;
  followUp(
    channel: Channel,
    identifier: string,
    followUp: Pick<CustomerFollowUp, 'kind' | 'target' | 'emoji' | 'body'> & {
      readonly key: string;
      readonly media?: readonly MediaSource[] | undefined;
    },
  ): Promise<{ readonly customerId: string } | null>;
  /** A message of our side that was written in the provider's own inbox. */
  sentElsewhere(
    channel: Channel,
    identifier: string,
    message: Pick<SentElsewhere, 'providerMessageId' | 'body' | 'sentAt'> &
      Pick<InboundNews, 'media'> & { readonly key: string },
  ): Promise<{ readonly customerId: string } | null>;
  /** Hands a message on that a run was ended before taking; a copy of something archived changes nothing. */
  again(customerId: string, message: CustomerMessage): Promise<void>;
  startOutbound(
    channel: Channel,
    to: Visitor,
    start: Pick<StartOutbound, 'actor' | 'messageId' | 'body' | 'agent'>,
    /** Done around the signal, once it is known whose conversation it is: the agent's place is asked of routing there. */
    around?: (
      customer: IdentifiedCustomer,
      send: (taskId?: string) => Promise<void>,
    ) => Promise<void>,
  ): Promise<IdentifiedCustomer>;
}

export interface IngressDeps {
  readonly stores: Pick<Stores, 'customers' | 'conversations' | 'timeline' | 'media'>;
  readonly temporal: Client;
}

export function createIngress({ stores, temporal }: IngressDeps): Ingress {
  const outage = createOutageBudget();
  const { identify, isKnown, whoseConversation } = createSenders(stores);
  const { signalWithStart, signalIfRunning } = createConversationSignals(temporal);

  /** Of a customer whom somebody names: null when nothing runs, or nobody by that name was ever here. */
  async function tellIfRunning<T>(
    channel: Channel,
    identifier: string,
    signal: SignalDefinition<[T]>,
    eventFor: (customerId: string) => T | Promise<T>,
  ): Promise<{ customerId: string } | null> {
    if (!(await isKnown(channel, identifier))) return null;
    const { customerId, signalTo } = await identify(channel, { identifier });
    const event = await eventFor(customerId);
    return (await signalIfRunning(signalTo, signal, event)) ? { customerId } : null;
  }

  /** The body as the conversation gets it, with what it refers to seen to. */
  async function bodyOf(
    channel: Channel,
    customerId: string,
    { messageId, ...news }: Pick<InboundNews, 'body' | 'media'> & { readonly messageId: string },
  ): Promise<MessageBody> {
    const claimed = claimMedia(messageId, news.body, news.media);
    await takeMedia({ stores, temporal }, claimed, { messageId, channel, customerId });
    return fitInboundBody(claimed.body, (text) => keep(text, channel, customerId));
  }

  function keep(text: string, channel: Channel, customerId: string): Promise<string> {
    const stream = new Blob([text]).stream();
    const owner = { role: 'customer', subject: customerId, channelId: channel.id };
    return stores.media
      .put({
        stream,
        declaredType: 'text/plain',
        fileName: 'message.txt',
        maxBytes: WHOLE_TEXT_MAX_BYTES,
        owner,
      })
      .then(({ mediaId }) => mediaId);
  }

  return {
    async message(channel, from, news) {
      const customer =
        (await whoseConversation(news.conversationId)) ?? (await identify(channel, from));
      const { customerId } = customer;
      const { providerMessageId } = news;
      const messageId = inboundMessageId(channel.id, providerMessageId);
      // By the message, not by the delivery: the same message under a second event id is a copy, too.
      const key = messageKey(channel, providerMessageId);
      const duplicate = await outage.ask(
        customerId,
        () => bytesOf({ ...news, media: undefined }),
        async () => {
          for (const id of [providerMessageId, ...(news.supersededBy ? [news.supersededBy] : [])])
            if (await stores.timeline.isArchived(channel.id, messageKey(channel, id), id))
              return true;
          return false;
        },
        false,
      );
      if (duplicate) return { messageId, customerId, duplicate };
      const body = await bodyOf(channel, customerId, { ...news, messageId });
      const event: CustomerMessage = {
        channelId: channel.id,
        customerIdentifier: externalIdOf(channel, from.identifier),
        eventKey: key,
        messageId,
        providerMessageId,
        body,
        customerName: from.name ?? customer.name,
        sentAt: news.sentAt ?? null,
        replyTo: news.replyTo ?? null,
        ...(news.channelData ? { channelData: news.channelData } : {}),
        ...(customer.suggestions.length > 0 ? { customerSuggestions: customer.suggestions } : {}),
        ...(news.automatic ? { automatic: true } : {}),
        ...(news.direction === 'OUTBOUND' ? { direction: news.direction } : {}),
      };
      if (news.automatic) await signalIfRunning(customer.signalTo, customerMessageSignal, event);
      else await signalWithStart(customer.signalTo, channel.id, customerMessageSignal, event);
      return { messageId, customerId, duplicate };
    },

    async sessionStarted(channel, from, { key, intent, channelData }) {
      const customer = await identify(channel, from);
      const event: SessionStarted = {
        ...about(channel, from.identifier, 'start', key),
        customerName: from.name ?? customer.name,
        intent: intent ?? 'START_CHAT',
        ...(channelData ? { channelData } : {}),
        ...(customer.suggestions.length > 0 ? { customerSuggestions: customer.suggestions } : {}),
      };
      await signalWithStart(customer.signalTo, channel.id, channelSessionStartedSignal, event);
      return { customerId: customer.customerId };
    },

    sessionEnded(channel, identifier, { key, reason, callId }) {
      const event: SessionEnded = {
        ...about(channel, identifier, 'end', key),
        reason,
        ...(callId ? { callId } : {}),
      };
      return tellIfRunning(channel, identifier, channelSessionEndedSignal, () => event);
    },

    channelDataUpdated(channel, identifier, { key, channelData }) {
      const event: ChannelDataUpdated = { ...about(channel, identifier, 'data', key), channelData };
      return tellIfRunning(channel, identifier, channelDataUpdatedSignal, () => event);
    },

    followUp(channel, identifier, { key, body, media, ...followUp }) {
      const eventFor = async (customerId: string): Promise<CustomerFollowUp> => {
        const news = about(channel, identifier, 'follow-up', key);
        const messageId = news.eventKey;
        return {
          ...news,
          ...followUp,
          ...(body ? { body: await bodyOf(channel, customerId, { messageId, body, media }) } : {}),
        };
      };
      return tellIfRunning(channel, identifier, customerFollowUpSignal, eventFor);
    },

    sentElsewhere(channel, identifier, { key, providerMessageId, body, media, sentAt }) {
      const messageId = inboundMessageId(channel.id, providerMessageId);
      const eventFor = async (customerId: string): Promise<SentElsewhere> => ({
        ...about(channel, identifier, 'elsewhere', key),
        messageId,
        providerMessageId,
        body: await bodyOf(channel, customerId, { messageId, body, media }),
        sentAt,
      });
      return tellIfRunning(channel, identifier, sentElsewhereSignal, eventFor);
    },

    async again(customerId, message) {
      const { channelId, eventKey: key, providerMessageId } = message;
      if (await stores.timeline.isArchived(channelId, key, providerMessageId)) return;
      await signalWithStart(customerId, channelId, customerMessageSignal, message);
    },

    async startOutbound(channel, to, start, around = (_, send) => send()) {
      const customer = await identify(channel, to);
      const event: StartOutbound = {
        ...start,
        channelId: channel.id,
        customerIdentifier: externalIdOf(channel, to.identifier),
      };
      await around(customer, (taskId) =>
        signalWithStart(customer.signalTo, channel.id, startOutboundSignal, {
          ...event,
          ...(taskId === undefined ? {} : { taskId }),
        }),
      );
      return customer;
    },
  };
}

/** More than any request may bring. */
const WHOLE_TEXT_MAX_BYTES = 2 * 1024 * 1024;

/** The identity's external id: the same person under every spelling that a provider has for them. */
function externalIdOf(channel: Channel, identifier: string): string {
  return identityOf(channel, identifier).externalId;
}

function about(channel: Channel, identifier: string, kind: string, key: string | undefined) {
  const customerIdentifier = externalIdOf(channel, identifier);
  // Keys of two customers may be alike: the identifier tells them apart.
  const raw = key === undefined ? randomUUID() : `${key}\0${customerIdentifier}`;
  return {
    channelId: channel.id,
    customerIdentifier,
    eventKey: eventKey(channel.id, `${kind}:${raw}`),
  };
}

function messageKey(channel: Channel, providerMessageId: string): string {
  return eventKey(channel.id, `msg:${providerMessageId}`);
}

/** The channel of a request, with its connector. Throws `NOT_FOUND` for one that is unknown or switched off. */
export async function openChannel(stores: Pick<Stores, 'config'>, channelId: string) {
  const found = await stores.config.channel(channelId);
  if (!found?.channel.enabled || !found.connector.enabled)
    throw new ProblemError('NOT_FOUND', 'There is no such channel.');
  return found;
}
