import type { Channel } from '../../domain/channel/schema';
import type { IdentifiedCustomer, Stores } from '../../infra/stores';
import { isUnavailable } from './outage-budget';

/** How a channel names the customer behind an event. */
export interface Visitor {
  readonly identifier: string;
  readonly name?: string | null | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /** A number that the provider vouches for, E.164. */
  readonly phone?: string | undefined;
  /** Other names that the provider has for the same user. */
  readonly aliases?: readonly string[] | undefined;
  /** A signature vouches for the identifier. */
  readonly verified?: boolean | undefined;
}

/** Who is behind an event. */
export interface Senders {
  /** The customer by that name, made at first contact. */
  identify(channel: Channel, visitor: Visitor): Promise<IdentifiedCustomer>;
  /** Whether the identity exists, so that news about a stranger makes no customer. While MongoDB is down the cache alone decides. */
  isKnown(channel: Channel, identifier: string): Promise<boolean>;
  /** The customer of an open conversation. Null where it cannot be told, or is not open: the sender then counts. */
  whoseConversation(conversationId: string | undefined): Promise<IdentifiedCustomer | null>;
}

export function createSenders(stores: Pick<Stores, 'customers' | 'conversations'>): Senders {
  return {
    identify: (channel, visitor) =>
      stores.customers.identify({
        channel,
        identifier: visitor.identifier,
        name: visitor.name ?? null,
        ...(visitor.attributes ? { attributes: visitor.attributes } : {}),
        phone: visitor.phone ?? null,
        ...(visitor.aliases ? { aliases: visitor.aliases } : {}),
        verified: visitor.verified ?? false,
      }),

    async isKnown(channel, identifier) {
      try {
        const found = await stores.customers.search(
          { channelId: channel.id, identifier },
          { limit: 1 },
        );
        return found.items.length > 0;
      } catch (error) {
        if (isUnavailable(error)) return true;
        throw error;
      }
    },

    async whoseConversation(conversationId) {
      if (!conversationId) return null;
      const found = await stores.conversations.get(conversationId).catch(unlessUnavailable);
      const signalTo = /^conversation:(.+)$/.exec(found?.workflowId ?? '')?.[1];
      if (!found || !signalTo || found.state === 'CLOSING' || found.state === 'CLOSED') return null;
      const { customerId } = found;
      return { customerId, signalTo, name: null, anonymous: true, suggestions: [] };
    },
  };
}

function unlessUnavailable(error: unknown): null {
  if (isUnavailable(error)) return null;
  throw error;
}
