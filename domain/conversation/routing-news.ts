import type { Refusal } from '../errors';
import type { JoiningAgent } from './acts';
import type { AgentTask } from './agent-task';
import { requeue } from './enqueue';
import type { TaskChanged } from './events';
import { isPrimary, isWaiting, latestSettings } from './facts';
import { endHold, holdFor } from './hold';
import { acceptTask, whyNotAccept } from './joining';
import { leaveAgent } from './leaving';
import type { ConversationState } from './model';
import { refuse } from './refusal';
import { endRequest } from './request-ends';
import { changeTask, closeTask, patchTask } from './tasks';
import { addSeconds } from './time';
import { effect, record, type Turn, tellController } from './turn';

/** News of a task that is over, or was never ours, changes nothing (domain.md 6.9). */
export function whyNotTaskChanged(state: ConversationState, news: TaskChanged): Refusal | null {
  const { taskId, change } = news;
  const task = state.tasks.find(({ id }) => id === taskId);
  if (change.type === 'INTERRUPTED' || change.type === 'FREE')
    return isPrimary(state, change.agentId)
      ? null
      : refuse('ILLEGAL_STATE', 'The agent is not in the conversation.');
  if (!task) return refuse('NOT_FOUND', 'The conversation has no such task.');
  if (!isWaiting(task)) return refuse('ILLEGAL_STATE', 'The request has ended.');
  const repeated =
    change.type === 'RESERVED' &&
    task.agentId === change.agentId &&
    task.offerExpiresAt === change.offerExpiresAt;
  return repeated ? refuse('ILLEGAL_STATE', 'The offer is known already.') : null;
}

/**
 * Routing holds something for this conversation that it does not want: an offer or a place of a task that has ended, or was another
 * conversation's, or the next task of a chain that has ended here. Routing must be told, or an agent would keep a place for nothing.
 */
export function isUnwanted(state: ConversationState, news: TaskChanged): boolean {
  const { conversationId, taskId, change } = news;
  const taskById = (wanted: string) =>
    conversationId === state.conversationId
      ? state.tasks.find(({ id }) => id === wanted)
      : undefined;
  if (change.type === 'CLOSED')
    return change.requeuedAs !== undefined && !taskById(change.requeuedAs);
  if (change.type !== 'RESERVED' && change.type !== 'ACCEPTED') return false;
  const task = taskById(taskId);
  if (!task || task.state === 'CLOSED') return true;
  return change.type === 'ACCEPTED' && task.agentId !== change.agent.agentId;
}

/** Routing's news, rows K2 to K7 of domain.md 6.15. */
export function taskChanged(turn: Turn, { taskId, change }: TaskChanged): void {
  if (change.type === 'INTERRUPTED') {
    interrupted(turn, change.agentId, change.reaction);
    return;
  }
  if (change.type === 'FREE') {
    const { held } = turn.state;
    if (held?.interrupted && held.by === change.agentId) endHold(turn, 'AGENT');
    return;
  }
  const task = turn.state.tasks.find(({ id }) => id === taskId);
  if (!task) return;
  switch (change.type) {
    case 'RESERVED':
      reserved(turn, task, change.agentId, change.offerExpiresAt);
      return;
    case 'ACCEPTED': {
      const sla = change.agentSla === undefined ? {} : { agentSla: change.agentSla };
      if (whyNotAccept(turn.state, task, change.agent.agentId))
        turnedAway(turn, task, change.agent);
      else acceptTask(turn, patchTask(turn, task, sla), change.agent);
      return;
    }
    case 'CLOSED': {
      const { reason, detail, requeuedAs, text } = change;
      if (requeuedAs !== undefined) again(turn, task, requeuedAs, reason, detail);
      else endRequest(turn, task, { reason, detail, source: 'ROUTING', text });
      return;
    }
  }
}

/** Routing's search is over, and the agent who was found cannot come in as what was asked for: no room, or here as PRIMARY. */
function turnedAway(turn: Turn, task: AgentTask, { agentId }: JoiningAgent): void {
  endRequest(turn, task, { reason: 'CANCELLED', detail: 'JOINED', source: 'ROUTING' });
  effect(turn, { type: 'routing', news: { type: 'ended', task: { id: task.id, agentId } } });
}

function reserved(turn: Turn, task: AgentTask, agentId: string, offerExpiresAt: string): void {
  // A named agent's task is RESERVED from its beginning: only the time was not known yet.
  if (task.mediaState === 'RESERVED' && task.agentId === agentId) {
    patchTask(turn, task, { offerExpiresAt });
    return;
  }
  changeTask(turn, task, {
    mediaState: 'RESERVED',
    agentId,
    reservedAt: turn.now,
    offerExpiresAt,
  });
  record(turn, 'AGENT_RESERVED', { taskId: task.id, agentId, offerExpiresAt });
  tellController(turn, { type: 'AGENT_RESERVED', agentId, taskId: task.id });
}

/** RONA, decline, an agent lost while ringing: the next task of the chain, with the same due time (domain.md 6.9). */
function again(
  turn: Turn,
  task: AgentTask,
  id: string,
  reason: NonNullable<AgentTask['closeReason']>,
  detail: string | null,
): void {
  const ttl = turn.state.deadlines[`agentRequestTtl:${task.id}`];
  closeTask(turn, task, reason, detail, 'ROUTING');
  const seconds = latestSettings(turn.state)?.agentRequestTtlSeconds ?? 0;
  const ttlDueAt = ttl ?? addSeconds(turn.now, seconds);
  requeue(turn, task, { id, queueId: task.queueId, ttlDueAt, source: 'ROUTING' });
}

/** domain.md 6.8: the other MRD takes the agent, and this conversation looks for another or waits. */
function interrupted(turn: Turn, agentId: string, reaction: 'REQUEUE' | 'HOLD'): void {
  record(turn, 'AGENT_MRD_INTERRUPTED', { agentId });
  if (reaction === 'REQUEUE') leaveAgent(turn, agentId, 'MRD_INTERRUPTED');
  else if (turn.state.state === 'ACTIVE') holdFor(turn, agentId);
}
