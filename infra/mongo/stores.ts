import type { ArchiveErrorType } from '../../domain/archive/archive-error';
import type { Logger } from '../logger';
import type { MailboxPositions } from '../mailbox-positions';
import type { DataKeys } from '../payload-codec';
import { createSecretBox } from '../secret-box';
import type { Stores } from '../stores';
import type { ErasureStore, RetentionStore } from '../stores/privacy';
import type { Lease, WebhookArchiveReader } from '../stores/webhooks';
import { createArchiveStore } from './archive-store';
import { createAuditLog } from './audit-log';
import { followCaches } from './cache-follower';
import { createChangeFeed } from './change-feed';
import type { ConnectorFacts } from './channel-settings';
import { connectMongo } from './client';
import { createConfigStore } from './config-store';
import { createConversationStore } from './conversation-store';
import { createCustomerCache } from './customer-cache';
import { createCustomerStore } from './customer-store';
import { createDataKeyStore } from './data-key-store';
import { createDeliveryStore } from './delivery-store';
import { createErasureStore } from './erasure-store';
import { createHookRegistrations } from './hook-registrations';
import { createIdempotencyStore } from './idempotency-store';
import { ensureIndexes } from './indexes';
import { createJobStore } from './job-store';
import { createLease } from './lease';
import { createMailboxPositions } from './mailbox-positions';
import { createMediaStore } from './media-store';
import { createPresenceStore } from './presence-store';
import { createReadMarks } from './read-marks';
import { createReportStore } from './report-store';
import { createRetentionStore } from './retention-store';
import { createRoutingStore } from './routing-store';
import { createSendLedger, type SendLedger } from './send-ledger';
import { serviceLevelOf } from './service-levels';
import { createTaskStore } from './task-store';
import { createTicketStore } from './ticket-store';
import { createTimelineStore } from './timeline-store';
import { createTokenStore } from './token-store';
import { guarded, rethrow, unavailable } from './unavailable';
import { createUnparsedStore } from './unparsed-store';
import { createWebhookArchive } from './webhook-archive';
import { createWebhookDeliveries } from './webhook-deliveries';

/** Readiness is told by it: a database that takes longer is of no use to a caller. */
const PING_MS = 1000;
/** Renewed every third of it. */
const LEASE_SECONDS = 15;

export interface StoresDeps {
  readonly mongodbUri: string;
  /** `PARLEY_SECRET`: the first seals, all open. */
  readonly secrets: readonly [string, ...string[]];
  /** The connector catalogue by provider id; its entries fit as they are. */
  readonly connectorFacts: (providerId: string) => ConnectorFacts | null;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** Counted as a metric. @default nothing */
  readonly onArchiveAlarm?: (type: ArchiveErrorType) => void;
  /** @default the system clock */
  readonly now?: () => Date;
}

/** All stores, with what only the worker's own entry point hands on. */
export interface OpenStores extends Stores {
  readonly ledger: SendLedger;
  readonly erasure: ErasureStore;
  readonly retention: RetentionStore;
  readonly dataKeys: DataKeys;
  readonly webhookArchive: WebhookArchiveReader;
  /** Of the one worker that serves subscribers. */
  readonly webhookLease: Lease;
  readonly mailboxPositions: MailboxPositions;
  /** Of the one worker that reads mailboxes. */
  readonly mailboxLease: Lease;
  /** Of the one worker that tells providers where to call. */
  readonly hookRegistrationLease: Lease;
}

/**
 * Every store of a process on one MongoDB client, with indexes made and configuration read. Throws when MongoDB cannot be reached:
 * no process starts without its database.
 */
export async function createStores({
  mongodbUri,
  secrets,
  connectorFacts,
  logger,
  ...deps
}: StoresDeps): Promise<OpenStores> {
  const { now = () => new Date(), onArchiveAlarm } = deps;
  const mongo = await connectMongo(mongodbUri);
  const { client, db } = mongo;
  const onError = (error: unknown) =>
    logger.warn({ err: error }, 'a change stream broke off and is opened again');

  const deliveries = createDeliveryStore(db, now);
  const media = createMediaStore(db, now);
  const audit = createAuditLog(db, now);
  const box = createSecretBox(secrets);
  const config = createConfigStore(db, {
    box,
    connectorFacts,
    now,
    onUnreadable: (resource, id) =>
      logger.error(
        { collection: resource, key: id },
        'a stored secret cannot be opened with PARLEY_SECRET',
      ),
  });
  const known = createCustomerCache(db);
  const customers = createCustomerStore(mongo, {
    cache: known,
    audit,
    channelOf: config.knownChannel,
    now,
  });
  const tokens = createTokenStore(db, now);
  const { historyOf } = known;
  const reports = createReportStore(db, { config, now });
  const webhooks = createWebhookDeliveries(db, now);
  const dataKeys = createDataKeyStore(db, box, now);
  const feed = createChangeFeed(db, { deliveries, media, onError });
  await ensureIndexes(db).catch(async (error: unknown) => {
    await client.close();
    throw error;
  });
  const follower = followCaches(db, { customers: known, tokens, dataKeys, config, onError });
  await follower.live; // configuration is read by then

  return {
    timeline: guarded(createTimelineStore(db, { deliveries, media, historyOf })),
    archive: guarded(
      createArchiveStore(db, {
        now,
        serviceLevelOf: (queueId) => serviceLevelOf(config.knownQueue(queueId)),
        alarm(error) {
          const { type, conversationId, seq } = error;
          logger.error(
            { type, conversationId, seq, err: error },
            'the archive holds other content than was confirmed',
          );
          onArchiveAlarm?.(type);
        },
      }),
    ),
    feed,
    conversations: guarded(createConversationStore(db, { historyOf })),
    tasks: guarded(createTaskStore(db)),
    reports: guarded(reports),
    routing: guarded(createRoutingStore(db, { reports, now })),
    jobs: guarded(createJobStore(db, now)),
    dataKeys: guarded(dataKeys),
    erasure: guarded(createErasureStore(db, media, now)),
    retention: guarded(createRetentionStore(db, media, now)),
    presence: guarded(createPresenceStore(db)),
    customers: guarded(customers),
    deliveries,
    readMarks: guarded(createReadMarks(db)),
    ledger: createSendLedger(db, now),
    config: guarded(config),
    tokens: guarded(tokens),
    idempotency: guarded(createIdempotencyStore(db, now)),
    tickets: guarded(createTicketStore(db, now)),
    media: guarded(media),
    audit: guarded(audit),
    unparsed: guarded(createUnparsedStore(db, now)),
    webhooks: guarded(webhooks),
    webhookArchive: createWebhookArchive(db, {
      deliveries: webhooks,
      subscribers: () => config.known('webhook-subscriptions') as never, // parsed when they were saved
      reload: (id) => config.reload('webhook_subscriptions', id),
      now,
    }),
    webhookLease: createLease(db, 'webhooks', LEASE_SECONDS),
    mailboxPositions: createMailboxPositions(db, now),
    mailboxLease: createLease(db, 'mailboxes', LEASE_SECONDS),
    hookRegistrations: guarded(createHookRegistrations(db)),
    hookRegistrationLease: createLease(db, 'hook-registrations', LEASE_SECONDS),
    ping: () => withinPatience(db.command({ ping: 1 })),
    async close() {
      await Promise.all([feed.close(), follower.close()]);
      await client.close();
    },
  };
}

async function withinPatience(answer: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(unavailable(new Error(`no answer within ${PING_MS} ms`))),
      PING_MS,
    );
  });
  await Promise.race([answer, patience])
    .catch(rethrow)
    .finally(() => clearTimeout(timer));
}
