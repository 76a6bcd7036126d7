import type { InboundEvent } from '../../connectors/connector';
import type { Channel } from '../../domain/channel/schema';
import { identityOf } from '../../domain/customer/identity';
import { ProblemError } from '../../domain/errors';
import type { Stores } from '../../infra/stores';
import type { Ingress } from './ingress';
import type { TakeReceipt } from './receipts';

type Echo = Extract<InboundEvent, { readonly kind: 'echo' }>;

/** What became of an echo. `unheard`: written in the provider's own inbox to somebody with whom no conversation is open. */
export type EchoOutcome = 'confirmed' | 'recorded' | 'unheard';

/**
 * A message of our own side (connectors.md 6): ours, where our part id or the provider's id is known, is thereby sent; any other is a
 * message that somebody wrote in the provider's own inbox. While a send to the same customer has no answer yet, an echo without a
 * part id could be either: `UNAVAILABLE`, and the provider says it again.
 */
export async function takeEcho(
  {
    takeReceipt,
    ingress,
    stores,
  }: {
    readonly takeReceipt: TakeReceipt;
    readonly ingress: Pick<Ingress, 'sentElsewhere'>;
    readonly stores: Pick<Stores, 'deliveries'>;
  },
  channel: Channel,
  echo: Echo,
): Promise<EchoOutcome> {
  const { partId, providerMessageId, externalUser, body, media, occurredAt, eventKey } = echo;
  const { externalId: recipient } = identityOf(channel, externalUser.id);
  const ours = await takeReceipt({
    channelId: channel.id,
    partId,
    providerMessageId,
    state: 'SENT',
    reasonCode: null,
    at: occurredAt,
    park: false,
  });
  if (ours) return 'confirmed';
  if (partId === null && (await stores.deliveries.isCalling(channel.id, recipient)))
    throw new ProblemError('UNAVAILABLE', 'A message to this customer is on its way.', {
      retryAfterSeconds: 5,
    });
  const recorded = await ingress.sentElsewhere(channel, externalUser.id, {
    key: eventKey,
    providerMessageId,
    body,
    media,
    sentAt: occurredAt,
  });
  return recorded ? 'recorded' : 'unheard';
}
