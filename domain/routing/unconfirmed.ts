import { type GivenUp, type RoutingState, setBounded } from './state';

/**
 * Milliseconds in which the conversation has to tell of a place that was taken for an agent's own act: far longer than an api waits for
 * the act itself. One that died in between must not keep the agent from other work.
 */
const CONFIRM_MS = 60_000;
/** Places of which news is awaited; were there more, the oldest would count as confirmed. */
const AWAITED_MAX = 1_000;
/** Places that were given up, in case that the act comes all the same. */
const GIVEN_UP_MAX = 200;

export function awaitNews(state: RoutingState, taskId: string, agentId: string, now: number): void {
  setBounded(state.awaited, taskId, { agentId, until: now + CONFIRM_MS }, AWAITED_MAX);
}

export function giveUp(state: RoutingState, taskId: string, place: GivenUp): void {
  const { agentId, mrdId, counts } = place;
  setBounded(state.givenUp, taskId, { agentId, mrdId, counts }, GIVEN_UP_MAX);
}
