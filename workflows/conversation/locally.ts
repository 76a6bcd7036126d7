import { ActivityFailure, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { ConversationActivities } from '../../activities/types';
import { inTurn } from '../local-turn';
import { HOUSEKEEPING_TASK_QUEUE } from './messages';

// While MongoDB is down for longer. Without end: nothing may be given up, and a waiting activity adds no history.
const durable = proxyActivities<ConversationActivities>({
  taskQueue: HOUSEKEEPING_TASK_QUEUE,
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '15 seconds' },
  summary: 'MongoDB did not answer at once',
});

/**
 * Runs one of the conversation's short MongoDB activities locally, and as an ordinary activity when that keeps failing: a local
 * activity would heartbeat workflow tasks for as long as the outage lasts (architecture.md decision 6).
 */
export async function firstLocally<K extends keyof ConversationActivities>(
  name: K,
  input: Parameters<ConversationActivities[K]>[0],
): Promise<Awaited<ReturnType<ConversationActivities[K]>>> {
  try {
    return await callLocally(name, input);
  } catch (error) {
    if (isFinal(error)) throw error;
    return callDurably(name, input);
  }
}

type Call = (input: unknown) => Promise<never>;

/** Two short tries beside the workflow task: a healthy MongoDB answers in milliseconds. The driver notices an outage within 1.5 s. */
export function callLocally<K extends keyof ConversationActivities>(
  name: K,
  input: Parameters<ConversationActivities[K]>[0],
): Promise<Awaited<ReturnType<ConversationActivities[K]>>> {
  return inTurn(name, input);
}

export function callDurably<K extends keyof ConversationActivities>(
  name: K,
  input: Parameters<ConversationActivities[K]>[0],
): Promise<Awaited<ReturnType<ConversationActivities[K]>>> {
  return (durable[name] as unknown as Call)(input); // the compiler cannot pair name and input of a union
}

/** The activity itself said that trying again will not help. */
export function isFinal(error: unknown): boolean {
  return failureType(error) !== null && causeOf(error)?.nonRetryable === true;
}

/** `type` of the ApplicationFailure behind an activity's failure, null when it failed otherwise (time-out, lost worker). */
export function failureType(error: unknown): string | null {
  return causeOf(error)?.type ?? null;
}

export function causeOf(error: unknown): ApplicationFailure | null {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? cause : null;
}
