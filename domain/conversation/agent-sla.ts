import type { Refusal } from '../errors';
import type { AnswerSla } from './acts';
import { thresholdTimes } from './deadlines';
import { isPrimary, primaryAgents } from './facts';
import { leaveAgent } from './leaving';
import type { ConversationState } from './model';
import { refuse } from './refusal';
import { moveTimers } from './timers';
import { effect, record, type Turn, tellController } from './turn';

const NOTIFICATIONS = {
  WARNING: 'SLA_WARNING',
  CRITICAL: 'SLA_CRITICAL',
  PROMPT: 'SLA_PROMPT',
} as const;

/** A threshold is told to the desks of the PRIMARY agents only; at 100 the controller decides (domain.md 5.3). */
export function agentSlaDue(turn: Turn): void {
  const { state } = turn;
  const dueAt = state.deadlines['agentSla'] ?? turn.now;
  const agentIds = primaryAgents(state).map(({ id }) => id);
  if (dueAt > turn.now) {
    thresholdsPassed(turn, dueAt, agentIds);
    return;
  }
  record(turn, 'AGENT_SLA_EXPIRED', { seconds: state.agentSla?.seconds ?? 0, agentIds });
  // Whatever the decision is: while the answer is owed the time runs, now from the start.
  turn.restartAgentSla = true;
  tellController(turn, { type: 'AGENT_SLA_EXPIRED' });
}

/** The answer to a prompt: stay, and the time starts again; or leave. */
export function whyNotAnswerSla(
  state: ConversationState,
  { actor, answer }: AnswerSla,
): Refusal | null {
  if (!isPrimary(state, actor.id)) return refuse('FORBIDDEN', 'Only a PRIMARY agent answers.');
  return answer === 'LEAVE' || 'agentSla' in state.deadlines
    ? null
    : refuse('ILLEGAL_STATE', 'No agent SLA is running.');
}

export function answerSla(turn: Turn, { actor, answer }: AnswerSla): void {
  if (answer === 'LEAVE') {
    leaveAgent(turn, actor.id, 'SELF');
    return;
  }
  record(turn, 'RESET_AGENT_SLA', { agentId: actor.id }, { actor });
  turn.acted.push(actor.id);
  moveTimers(turn, 'RESET_AGENT_SLA');
}

function thresholdsPassed(turn: Turn, dueAt: string, agentIds: readonly string[]): void {
  const { state } = turn;
  const passed = thresholdTimes(state, 'agentSla').filter((time) => time <= turn.now).length;
  const before = state.thresholdsPassed['agentSla'] ?? 0;
  for (const { action } of state.agentSla?.thresholds.slice(before, passed) ?? [])
    effect(turn, { type: 'notifyAgents', kind: NOTIFICATIONS[action], agentIds, dueAt });
  state.thresholdsPassed = { ...state.thresholdsPassed, agentSla: passed };
}
