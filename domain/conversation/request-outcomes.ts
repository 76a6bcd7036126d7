import { moveTimers } from './timers';
import { effect, record, type Turn, tellController } from './turn';

/** Tells who awaits an agent that the wait is over. */
export function settleRequest(
  turn: Turn,
  taskId: string,
  outcome: 'accepted' | 'timedOut' | 'cancelled',
  facts: { readonly agentId?: string; readonly reason?: string } = {},
): void {
  effect(turn, { type: 'requestSettled', taskId, outcome, ...facts });
}

/** NO_AGENT_AVAILABLE: the customer stays with the default party, whose time starts; who waited and the controller are told. */
export function nobodyFound(
  turn: Turn,
  facts: { taskId: string; queueId: string | null; listId: string | null },
  awaited = true,
): void {
  record(turn, 'NO_AGENT_AVAILABLE', facts);
  moveTimers(turn, 'REQUEST_ENDED');
  if (awaited) settleRequest(turn, facts.taskId, 'timedOut', { reason: 'NO_AGENT_AVAILABLE' });
  tellController(turn, {
    type: 'NO_AGENT_AVAILABLE',
    taskId: facts.taskId,
    queueId: facts.queueId,
  });
}
