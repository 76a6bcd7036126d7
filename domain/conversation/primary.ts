import type { AgentTask } from './agent-task';
import { AGENTS, moveControl } from './control';
import { clearDeadline } from './deadlines';
import { isWaiting, primaryAgents, waitingTask } from './facts';
import { endHold } from './hold';
import { slaOf } from './queue-sla';
import { settleRequest } from './request-outcomes';
import { closeTask } from './tasks';
import { moveTimers } from './timers';
import type { Turn } from './turn';

/**
 * What it means that an agent has become PRIMARY, by joining, by promotion or by taking up again (domain.md T4, T5, 4.3, 5.2):
 * the agents speak, owe an answer, and nobody looks for one any longer. The role is set already.
 */
export function becamePrimary(turn: Turn, agentId: string, task: AgentTask | undefined): void {
  const { state } = turn;
  state.everAgent = true;
  state.lastAgentId = agentId;
  state.firstAgentAt ??= turn.now;
  state.agentSla = task?.agentSla ?? slaOf(state.settings?.queue);
  turn.acted.push(agentId);
  // Before control moves: who awaits the agent hears of it as an answer, not as a loss of control (domain.md 7.2).
  endSearch(turn, agentId);
  if (primaryAgents(state).length === 1) moveControl(turn, AGENTS, 'AGENT_JOINED');
  endHold(turn, 'AGENT_JOINED');
  state.owed = true;
  moveTimers(turn, 'BECAME_PRIMARY');
}

/** A request for any agent has its answer; a transfer, consult or conference looks on (domain.md 6.2, 6.12). */
function endSearch(turn: Turn, agentId: string): void {
  const { state } = turn;
  if (state.requesting) {
    settleRequest(turn, state.requesting.taskId, 'accepted', { agentId });
    state.requesting = null;
  }
  const waiting = waitingTask(state);
  if (waiting?.direction === 'INBOUND' && isWaiting(waiting) && !waiting.operation) {
    closeTask(turn, waiting, 'CANCELLED', 'JOINED');
    settleRequest(turn, waiting.id, 'accepted', { agentId });
  }
  const entry = state.listEntry;
  if (!entry || entry.state === 'ACTIVE') return;
  if (entry.awaited) settleRequest(turn, entry.requestId, 'accepted', { agentId });
  state.listEntry = { ...entry, state: 'ACTIVE', awaited: false };
  clearDeadline(turn, `listRequestTtl:${entry.listId}`);
}
