import { proxyActivities } from '@temporalio/workflow';
import type { RoutingActivities } from '../../activities/types';
import { isFinal } from '../conversation/locally';
import { inTurn } from '../local-turn';
import { ROUTING_TASK_QUEUE } from './messages';

// What must not be given up waits here without adding to the history.
const durable = proxyActivities<RoutingActivities>({
  taskQueue: ROUTING_TASK_QUEUE,
  startToCloseTimeout: '60 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '10 seconds' },
});

type Input<K extends keyof RoutingActivities> = Parameters<RoutingActivities[K]>[0];
type Output<K extends keyof RoutingActivities> = Awaited<ReturnType<RoutingActivities[K]>>;
type Call = (input: unknown) => Promise<never>;

/** Two short tries beside the workflow task; throws when both fail. */
export function locally<K extends keyof RoutingActivities>(
  name: K,
  input: Input<K>,
): Promise<Output<K>> {
  return inTurn(name, input);
}

/** The same, and as an ordinary activity without end when that keeps failing. */
export async function firstLocally<K extends keyof RoutingActivities>(
  name: K,
  input: Input<K>,
): Promise<Output<K>> {
  try {
    return await locally(name, input);
  } catch (error) {
    if (isFinal(error)) throw error;
    return (durable[name] as unknown as Call)(input); // the compiler cannot pair name and input of a union
  }
}
