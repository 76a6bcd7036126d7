import type { RoutingEvent } from '../routing/events';
import type { RoutingRequest } from '../routing/model';
import type { AgentTask, TaskDirection } from './agent-task';
import type { RoutingNews } from './effects';
import type { TaskChanged } from './events';
import { isPresent, latestSettings } from './facts';
import type { ConversationState } from './model';

/** A conversation and the workflow that routing answers to. */
export interface Sender {
  readonly state: ConversationState;
  readonly workflowId: string;
  /** ms since the epoch. */
  readonly now: number;
}

/** What a conversation tells routing, by the wire name of the signal. */
export type ForRouting =
  | { readonly name: 'agentRequested'; readonly payload: RoutingRequest }
  | Named<'requestCancelled'>
  | Named<'taskEnded'>
  | Named<'taskMoved'>
  | Named<'agentsNotified'>;
interface Named<T extends RoutingEvent['type']> {
  readonly name: T;
  readonly payload: Omit<Extract<RoutingEvent, { readonly type: T }>, 'type'>;
}

/** What routing is asked for. */
type TakePlace = Extract<RoutingEvent, { readonly type: 'takePlace' }>['place'];

/** Of hand-overs (domain.md 6.1). */
const HAND_OVER_PRIORITY = 10;

/** News of a decision as routing is told it; null where there is nothing to tell. */
export function forRouting(from: Sender, news: RoutingNews): ForRouting | null {
  const { state, workflowId } = from;
  const { conversationId } = state;
  if (news.type === 'requested')
    return { name: 'agentRequested', payload: requestOf(from, news.task, news.preferAgentId) };
  const { id: taskId, agentId } = news.task;
  if (news.type === 'cancelled') return { name: 'requestCancelled', payload: { taskId } };
  if (agentId === null) return null;
  switch (news.type) {
    case 'taken': {
      const asked = news.asked === undefined ? {} : { asked: news.asked };
      return { name: 'requestCancelled', payload: { taskId, takenBy: agentId, ...asked } };
    }
    case 'moved':
      return { name: 'taskMoved', payload: { taskId, agentId, conversationId, workflowId } };
    case 'ended':
      return { name: 'taskEnded', payload: { taskId, conversationId, agentId } };
  }
}

/** Routing has given what nobody wants any more. */
export function givenBack({ conversationId, taskId, change }: TaskChanged): ForRouting {
  if (change.type === 'ACCEPTED') {
    const { agentId } = change.agent;
    return { name: 'taskEnded', payload: { taskId, conversationId, agentId } };
  }
  const held = change.type === 'CLOSED' ? change.requeuedAs : undefined;
  return { name: 'requestCancelled', payload: { taskId: held ?? taskId } };
}

/** The offer that routing is asked for when a hand-over names an agent (domain.md 6.13). */
export function offerFor(
  from: Sender,
  {
    taskId,
    agentId,
    direction,
  }: { readonly taskId: string; readonly agentId: string; readonly direction: TaskDirection },
): TakePlace {
  const settings = latestSettings(from.state);
  const request: RoutingRequest = {
    ...about(from),
    taskId,
    queueId: null,
    agentId,
    mrdId: settings?.mrdId ?? 'chat',
    direction,
    priority: HAND_OVER_PRIORITY,
    attributes: {},
    queuedAt: from.now,
    waitingSince: from.now,
    ttlDueAt: from.now + (settings?.agentRequestTtlSeconds ?? 0) * 1000,
    avoidAgentIds: [],
    prefer: null,
  };
  const { conversationId, workflowId, mrdId } = request;
  const place = { taskId, conversationId, workflowId, agentId, mrdId };
  return { ...place, kind: 'OFFER', counts: true, letIn: false, request };
}

function requestOf(
  from: Sender,
  task: AgentTask,
  preferAgentId: string | undefined,
): RoutingRequest {
  const { state, now } = from;
  const ms = (at: string | null | undefined) => (at ? Date.parse(at) : now);
  const lastAgentSeconds = latestSettings(state)?.lastAgentTimeoutSeconds ?? 0;
  return {
    ...about(from),
    taskId: task.id,
    queueId: task.mode === 'QUEUE' ? task.queueId : null,
    agentId: task.agentId,
    mrdId: task.mrdId,
    direction: task.direction,
    priority: task.priority,
    attributes: task.attributes,
    queuedAt: ms(task.queuedAt),
    waitingSince: ms(task.waitingSince),
    ttlDueAt: ms(state.deadlines[`agentRequestTtl:${task.id}`]),
    avoidAgentIds: task.avoidAgentIds ?? [],
    prefer:
      preferAgentId === undefined
        ? null
        : { agentId: preferAgentId, until: now + lastAgentSeconds * 1000 },
  };
}

function about({
  state,
  workflowId,
}: Sender): Pick<RoutingRequest, 'conversationId' | 'workflowId' | 'presentAgentIds'> {
  const present = state.participants.filter((who) => who.type === 'AGENT' && isPresent(who));
  return {
    conversationId: state.conversationId,
    workflowId,
    presentAgentIds: present.map(({ id }) => id),
  };
}
