import type { Client } from '@temporalio/client';
import { createIngress, openChannel } from '../api/ingress/ingress';
import { isUnavailable } from '../api/ingress/outage-budget';
import { readEvents } from '../api/ingress/read-events';
import { createReceipts } from '../api/ingress/receipts';
import { takeEvents, type WebhookEventDeps } from '../api/ingress/webhook-events';
import { connectorOf } from '../connectors';
import { ProblemError } from '../domain/errors';
import { MEDIA_MAX_BYTES } from '../domain/message/body-types';
import type { Config } from '../infra/config';
import { createIncomingMail, type Mailbox } from '../infra/incoming-mail';
import type { Logger } from '../infra/logger';
import type { OpenStores } from '../infra/mongo/stores';
import { createOutgoing } from '../infra/outgoing';
import { workUnderLease } from './leased';
import { createMailboxReader, type MailTaker } from './mailbox-reader';
import { followMailboxes } from './mailboxes';

const RAW_MAIL = 'message/rfc822';
/** Channels looked at in one go. */
const PAGE = 200;

export interface MailboxServiceDeps {
  readonly config: Pick<Config, 'allowedPrivateHosts'>;
  readonly stores: OpenStores;
  readonly temporal: Client;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** How often things are looked at, ms; see where they are used. */
  readonly every?: {
    readonly renewEveryMs?: number;
    readonly everyMs?: number;
    readonly lookEveryMs?: number;
    readonly firstPauseMs?: number;
  };
}

/** Reads the mailboxes of all channels while this process has the lease on it, until stopped. Never throws. */
export function runMailboxService(
  { config, stores, temporal, logger, every = {} }: MailboxServiceDeps,
  stop: AbortSignal,
): Promise<void> {
  const reader = createMailboxReader({
    incoming: createIncomingMail(createOutgoing(config)),
    positions: stores.mailboxPositions,
    taker: createMailTaker(stores, temporal),
    logger,
    isPassing,
    mailMaxBytes: MEDIA_MAX_BYTES,
    ...every,
  });
  const mailboxes = () => mailboxesOf(stores);
  return workUnderLease(
    {
      lease: stores.mailboxLease,
      begin: (until) => [followMailboxes({ mailboxes, reader, ...every }, until)],
      onFailure: (err) => logger.warn({ err }, 'mailboxes are read again in a moment'),
      ...every,
    },
    stop,
  );
}

/** Mails by the way that the webhook goes, from reading on. */
function createMailTaker(stores: OpenStores, temporal: Client): MailTaker {
  const deps: WebhookEventDeps = {
    stores,
    ingress: createIngress({ stores, temporal }),
    ...createReceipts({ stores, temporal }),
    typing: { publish: () => undefined, on: () => () => undefined }, // nobody types a mail
  };
  return {
    async take(channelId, raw) {
      const { channel, connector: configured } = await openChannel(stores, channelId);
      const connector = connectorOf(configured.providerId);
      if (!connector) throw new ProblemError('NOT_FOUND', 'There is no such channel.');
      const headers = new Headers({ 'content-type': RAW_MAIL });
      const request = { method: 'POST', url: '', headers, raw };
      const context = { cfg: configured.cfg, channel, now: new Date() };
      const events = await readEvents(connector, request, context);
      await takeEvents(deps, channel, events, { raw, contentType: RAW_MAIL });
    },
    setAside: (channelId, raw, reason) =>
      stores.unparsed.keep({ channelId, reason, raw, contentType: RAW_MAIL }),
  };
}

/** A channel that is switched off meanwhile has its mails taken when it is on again. */
function isPassing(error: unknown): boolean {
  return isUnavailable(error) || (error instanceof ProblemError && error.code === 'NOT_FOUND');
}

async function mailboxesOf({ config }: OpenStores): Promise<ReadonlyMap<string, Mailbox>> {
  const found = new Map<string, Mailbox>();
  let cursor: string | undefined;
  do {
    const page = await config.list('channels', { limit: PAGE, ...(cursor ? { cursor } : {}) });
    for (const { id } of page.items) {
      const parts = await config.channel(id);
      if (!parts?.channel.enabled || !parts.connector.enabled || !parts.connector.valid) continue;
      const { providerId, cfg } = parts.connector;
      const mailbox = connectorOf(providerId)?.mailbox?.(cfg);
      if (mailbox) found.set(id, mailbox);
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return found;
}
