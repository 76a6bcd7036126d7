import type { Context } from 'hono';
import type { Channel } from '../../domain/channel/schema';
import { ProblemError } from '../../domain/errors';
import type { Stores } from '../../infra/stores';
import { type AppEnv, principalOf } from '../context';
import { openChannel } from '../ingress/ingress';
import type { CustomerPrincipal } from '../principal';
import { onlyForChannel } from './cors';
import type { WebVisitor } from './visitor-history';

export interface KnownVisitor {
  readonly principal: CustomerPrincipal;
  readonly channel: Channel;
  readonly visitor: WebVisitor;
  readonly name: string | null;
}
/** The webchat channel of a request, and whose token it brings. Both settle what other origins may read of the answer. */
export interface Visitors {
  /** Throws `NOT_FOUND` for a channel that is unknown, switched off or no webchat. */
  webChannel(c: Context<AppEnv>, channelId: string): ReturnType<typeof openChannel>;
  /**
   * Whose token it is, and who that customer is by now: merges are followed. Throws `NOT_FOUND` where the request names another
   * channel than the token.
   */
  visitorOf(c: Context<AppEnv>, channelId?: string): Promise<KnownVisitor>;
  /** The same of a caller whom the route itself let in. */
  knownVisitor(c: Context<AppEnv>, principal: CustomerPrincipal): Promise<KnownVisitor>;
}

export function createVisitors(stores: Pick<Stores, 'config' | 'customers'>): Visitors {
  async function webChannel(c: Context<AppEnv>, channelId: string) {
    const found = await openChannel(stores, channelId);
    if (found.connector.providerId !== 'webchat')
      throw new ProblemError('NOT_FOUND', 'There is no such channel.');
    onlyForChannel(c, found.channel);
    return found;
  }
  async function knownVisitor(c: Context<AppEnv>, principal: CustomerPrincipal) {
    const { channel } = await webChannel(c, principal.channelId);
    const { identifier, channelId } = principal;
    const { customerId, name } = await stores.customers.identify({
      channel,
      identifier,
      name: null,
    });
    return { principal, channel, visitor: { customerId, channelId, identifier }, name };
  }
  return {
    webChannel,
    knownVisitor,
    // The role table lets nobody else in.
    visitorOf: (c, channelId) => {
      const principal = principalOf(c) as CustomerPrincipal;
      if (channelId !== undefined && channelId !== principal.channelId)
        throw new ProblemError('NOT_FOUND', 'There is no such channel.');
      return knownVisitor(c, principal);
    },
  };
}
