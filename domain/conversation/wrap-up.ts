import type { Refusal } from '../errors';
import type { WrapUp } from './acts';
import type { AgentTask } from './agent-task';
import { WRAP_UP_LABELS_MAX, WRAP_UP_NOTE_MAX } from './bounds';
import { clearDeadline, startDeadline } from './deadlines';
import { presentAgent, taskOf } from './facts';
import type { ConversationState, LeaveReason, Participant } from './model';
import { refuse } from './refusal';
import { changeRole, lowerHand, unsubscribeAgent } from './stays';
import { changeTask, closeTask, resumeWorking, stopWorking } from './tasks';
import { record, type Turn, tellController } from './turn';

/** A PRIMARY agent may classify at any time, an agent in WRAP_UP ends it by that (domain.md 6.15). */
export function whyNotWrapUp(state: ConversationState, request: WrapUp): Refusal | null {
  const agent = presentAgent(state, request.actor.id);
  if (!agent || (agent.role !== 'PRIMARY' && agent.role !== 'WRAP_UP'))
    return refuse('FORBIDDEN', 'Only a PRIMARY agent, or one in wrap-up, may wrap up.');
  if (request.skip)
    return agent.role === 'WRAP_UP'
      ? null
      : refuse('ILLEGAL_STATE', 'There is no wrap-up to skip yet.');
  const { labels, note } = request;
  if (labels.length < 1 || labels.length > WRAP_UP_LABELS_MAX)
    return refuse('VALIDATION_FAILED', `A wrap-up has 1 to ${WRAP_UP_LABELS_MAX} labels.`);
  if ((note?.length ?? 0) > WRAP_UP_NOTE_MAX)
    return refuse('VALIDATION_FAILED', `A note has at most ${WRAP_UP_NOTE_MAX} characters.`);
  return null;
}

export function wrapUp(turn: Turn, { actor, labels, note, skip }: WrapUp): void {
  const task = taskOf(turn.state, actor.id);
  if (!skip)
    record(
      turn,
      'WRAPUP_APPLIED',
      { taskId: task?.id ?? null, agentId: actor.id, labels, note },
      { actor },
    );
  if (task?.state === 'WRAP_UP') endWrapUp(turn, task, 'WRAP_UP_DONE');
}

/** The agent's role and task turn WRAP_UP; AGENT_UNSUBSCRIBED follows when it ends (domain.md 4.4, K8). */
export function startWrapUp(
  turn: Turn,
  agent: Participant,
  task: AgentTask,
  why: Pick<AgentTask, 'wrapUpCause' | 'afterWrapUp'>,
): void {
  changeRole(turn, agent, 'WRAP_UP');
  lowerHand(turn, agent.id);
  changeTask(turn, task, {
    state: 'WRAP_UP',
    mediaState: 'CLOSED',
    wrapUpStartedAt: turn.now,
    ...why,
  });
  stopWorking(turn, task);
  startDeadline(turn, `wrapUp:${task.id}`, task.wrapUp?.seconds ?? 0);
  tellController(turn, { type: 'TASK_WRAP_UP', agentId: agent.id, taskId: task.id });
}

/** K9: the task closes as it was to close, the agent leaves. */
export function endWrapUp(turn: Turn, task: AgentTask, reason: LeaveReason): void {
  turn.cause = 'TASK_STATE_CHANGED';
  closeWrapUp(turn, task);
  const agent = task.agentId === null ? undefined : presentAgent(turn.state, task.agentId);
  if (agent?.role === 'WRAP_UP') unsubscribeAgent(turn, agent, reason);
}

/** Closes the task only: its agent stays, e.g. since they join again (K10). */
export function closeWrapUp(turn: Turn, task: AgentTask): void {
  closeTask(turn, task, task.afterWrapUp ?? 'DONE', null);
}

/** K10, T17: the customer is back before the wrap-up ended. */
export function takeUpAgain(turn: Turn, agent: Participant, task: AgentTask): void {
  clearDeadline(turn, `wrapUp:${task.id}`);
  changeRole(turn, agent, 'PRIMARY');
  changeTask(turn, task, {
    state: 'ACTIVE',
    mediaState: 'ACTIVE',
    wrapUpStartedAt: null,
    wrapUpCause: null,
    afterWrapUp: null,
  });
  resumeWorking(turn, task);
}
