import type { RoutingWorkflow } from '../infra/routing-workflow';
import type { ConversationActivities } from './types';

/** What a conversation asks of routing and tells it, run as its local activities. */
export function createTellRoutingActivities(routing: RoutingWorkflow) {
  return {
    tellRouting: ({ signals }) => routing.tell(signals),
    takePlace: (place) => routing.takePlace(place),
  } satisfies Partial<ConversationActivities>;
}
