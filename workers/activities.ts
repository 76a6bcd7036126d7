import type { Client } from '@temporalio/client';
import { createActivities } from '../activities';
import type { OpeningFacts } from '../activities/types';
import { botActivities } from '../bots/activities';
import { connectorOf } from '../connectors';
import { botProtocolOf } from '../connectors/bots';
import { createBotCredentials } from '../infra/bot-credentials';
import { BoundedCache } from '../infra/bounded-cache';
import type { Config } from '../infra/config';
import { createConversationWorkflows } from '../infra/conversation-workflows';
import { createCustomerRuns } from '../infra/customer-runs';
import { createErasureList } from '../infra/erasure-list';
import type { Logger } from '../infra/logger';
import { createMediaLinks } from '../infra/media-links';
import type { OpenStores } from '../infra/mongo/stores';
import { createOutgoing } from '../infra/outgoing';
import { createOutgoingMail } from '../infra/outgoing-mail';
import { createRoutingWorkflow } from '../infra/routing-workflow';
import { tracedOutgoing } from '../infra/tracing/outgoing';
import type { Tracing } from '../infra/tracing/types';
import type { WorkerCounters } from './metrics/counters';

/** Activities by the queue that runs them. A queue with neither activities nor workflows gets no worker. */
export interface ParleyActivities {
  readonly conversation: object;
  readonly routing: object;
  readonly housekeeping: object;
  readonly sends: object;
  readonly bots: object;
}

/** Openings that can be answered while MongoDB is down: a few KB each. */
const REMEMBERED_CUSTOMERS = 10_000;

export interface ParleyActivityDeps {
  readonly client: Client;
  readonly stores: OpenStores;
  readonly logger: Logger;
  readonly counters: WorkerCounters;
  /** Null: nothing is traced. */
  readonly tracing: Tracing | null;
}

/** Builds connectors and callers and hands them, with the stores, to the activities. */
export function parleyActivities(
  config: Config,
  { client, stores, logger, counters, tracing }: ParleyActivityDeps,
): ParleyActivities {
  const guarded = createOutgoing(config);
  const outgoing = tracing ? tracedOutgoing(guarded, tracing) : guarded;
  const activities = createActivities({
    stores,
    workflows: createConversationWorkflows(client),
    routing: createRoutingWorkflow(client),
    runs: createCustomerRuns(client, stores.dataKeys),
    erasures: createErasureList(config.erasureList),
    logger,
    remembered: new BoundedCache<string, OpeningFacts>(REMEMBERED_CUSTOMERS),
    bots: {
      ...stores,
      protocolOf: botProtocolOf,
      outgoing,
      serviceUrlOf: createBotCredentials(config).serviceUrlOf,
    },
    sends: {
      ...stores,
      connectorOf,
      outgoing,
      mail: createOutgoingMail(outgoing),
      linkOf: createMediaLinks(config).linkOf,
      publicUrl: config.publicUrl,
      alert: ({ kind, channelId, reason }) => {
        counters.operatorAlerts.inc({ channel: channelId, kind });
        logger.error({ channelId, reason, code: kind }, 'a send needs an operator');
      },
      channelRests: (channel, resting) => counters.channelResting.set({ channel }, resting ? 1 : 0),
    },
  });
  return { sends: {}, ...activities, bots: { ...botActivities, ...activities.bots } };
}
