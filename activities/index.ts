import type { RoutingWorkflow } from '../infra/routing-workflow';
import { type BotCallDeps, createBotCallActivities } from './bots';
import { type ConfigurationDeps, createConfigurationActivities } from './configuration';
import { createHousekeepingActivities, type HousekeepingDeps } from './housekeeping';
import { createMediaActivities, type MediaDeps } from './media';
import { createOpeningActivities, type OpeningDeps } from './openings';
import { createPrivacyActivities, type PrivacyDeps } from './privacy';
import { createRetentionActivities, type RetentionDeps } from './retention';
import { createRoutingActivities, type RoutingDeps } from './routing';
import { createSendActivities, type SendDeps } from './sends';
import { createTellRoutingActivities } from './tell-routing';
import { createTimelineActivities, type TimelineDeps } from './timeline';

export interface ActivityDeps {
  readonly stores: TimelineDeps &
    Omit<OpeningDeps, 'remembered'> &
    ConfigurationDeps &
    Pick<HousekeepingDeps, 'customers' | 'media'> &
    Pick<RoutingDeps, 'config' | 'routing' | 'presence'> &
    Omit<PrivacyDeps, 'runs' | 'erasures' | 'logger'> &
    Omit<RetentionDeps, 'runs'>;
  readonly workflows: HousekeepingDeps['workflows'];
  readonly routing: RoutingWorkflow;
  readonly runs: PrivacyDeps['runs'];
  readonly erasures: PrivacyDeps['erasures'];
  readonly logger: RoutingDeps['logger'];
  readonly remembered: OpeningDeps['remembered'];
  /** Unset: this process sends nothing. */
  readonly sends?: SendDeps & MediaDeps;
  /** Unset: this process calls no external bots. */
  readonly bots?: BotCallDeps;
}

/** All activities by the task queue that runs them. */
export function createActivities(deps: ActivityDeps) {
  const { stores, workflows, remembered, sends, bots, logger } = deps;
  const conversation = {
    ...createTimelineActivities(stores),
    ...createOpeningActivities({ ...stores, remembered }),
    ...createTellRoutingActivities(deps.routing),
    ...createConfigurationActivities(stores),
  };
  return {
    /** Local activities of the conversation workflow. */
    conversation,
    /** Local activities of the routing workflow, and the same again as ordinary ones. */
    routing: createRoutingActivities({ ...stores, workflow: deps.routing, logger }),
    /** Calls to providers, either way. */
    ...(sends
      ? { sends: { ...createSendActivities(sends), ...createMediaActivities(sends) } }
      : {}),
    ...(bots ? { bots: createBotCallActivities(bots) } : {}),
    /** The same again as ordinary activities, for the time when MongoDB is down. */
    housekeeping: {
      ...conversation,
      ...createHousekeepingActivities({ ...stores, workflows }),
      ...createPrivacyActivities({ ...stores, ...deps }),
      ...createRetentionActivities({ ...stores, runs: deps.runs }),
    },
  };
}
