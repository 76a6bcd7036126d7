import type { Refusal } from '../errors';
import { forget } from './availability';
import type { RoutingEvent } from './events';
import { interruptOthers, releaseOthers } from './interruptions';
import type { AgentRow, Place, Waiting } from './model';
import { capacityOf, countedTasks, ringsIn } from './mrd-states';
import { type GivenUp, type Handled, keepEnded } from './state';
import { domainIsFull, type RoutingTurn, touch } from './turn';
import { awaitNews, giveUp } from './unconfirmed';

/** Tasks of one place whose end is awaited: an agent seldom joins again before the last end is told. */
const EARLIER_MAX = 4;

/** Handle times that the mean is made of (domain.md 6.11). */
const HANDLED_KEPT = 100;
const HANDLED_MS = 86_400_000;

/** Why an agent's own act is refused a place: one at capacity may not take more (domain.md 6.8). */
export function whyNotPlace(
  turn: RoutingTurn,
  agent: AgentRow,
  { conversationId, mrdId, counts }: Pick<Place, 'conversationId' | 'mrdId' | 'counts'>,
): Refusal | null {
  const { state } = turn;
  if (!agent.places.has(conversationId) && domainIsFull(turn)) return FULL;
  if (!counts || agent.places.get(conversationId)?.counts) return null;
  const taken = countedTasks(agent, mrdId) + (ringsIn(state.waiting, agent, mrdId) ? 1 : 0);
  const capacity = capacityOf(state.config, agent.id, mrdId);
  return taken < capacity
    ? null
    : { code: 'CONFLICT', detail: `The agent has ${taken} of ${capacity} tasks in ${mrdId}.` };
}

const FULL: Refusal = { code: 'CONFLICT', detail: 'The routing domain is full.' };

/** A place for an agent's own act, of which the conversation has to tell in time. */
export function reserve(
  turn: RoutingTurn,
  agent: AgentRow,
  place: Omit<Place, 'since' | 'earlier'>,
): void {
  awaitNews(turn.state, place.taskId, agent.id, turn.now);
  occupy(turn, agent, place);
}

function occupy(turn: RoutingTurn, agent: AgentRow, place: Omit<Place, 'since' | 'earlier'>): void {
  setPlace(agent, { ...place, since: turn.now });
  if (place.counts) interruptOthers(turn, agent, place.mrdId);
  touch(turn, agent);
  // An outbound start does not know its conversation yet and is asked for under its own id: told of once it has moved.
  if (place.conversationId !== place.taskId) assigned(turn, agent, place);
}

function assigned(
  turn: RoutingTurn,
  agent: AgentRow,
  { taskId, conversationId }: Pick<Place, 'taskId' | 'conversationId'>,
): void {
  turn.effects.push({
    type: 'agentEvent',
    agentId: agent.id,
    event: 'TASK_ASSIGNED',
    data: { taskId, conversationId },
  });
}

/** An agent has one place per conversation, however many tasks follow each other in it. */
export function setPlace(
  agent: AgentRow,
  place: Omit<Place, 'earlier'> & Partial<Pick<Place, 'earlier'>>,
): void {
  const { taskId, conversationId, workflowId, mrdId, queueId, counts, since } = place;
  const old = agent.places.get(conversationId);
  const before = [...(place.earlier ?? []), ...(old ? [old.taskId, ...old.earlier] : [])];
  const earlier = [...new Set(before)].filter((id) => id !== taskId).slice(0, EARLIER_MAX);
  const kept = { taskId, earlier, conversationId, workflowId, mrdId, queueId, counts, since };
  agent.places.set(conversationId, kept);
}

/**
 * The task has ended in its conversation, wrap-up included: the place is free, unless another task of it goes on. News of a task that
 * has no place here changes nothing.
 */
export function ended(
  turn: RoutingTurn,
  { taskId, agentId }: { readonly taskId: string; readonly agentId: string },
): void {
  const { state } = turn;
  const agent = state.agents.get(agentId);
  keepEnded(state, taskId);
  state.awaited.delete(taskId);
  state.givenUp.delete(taskId);
  const place = agent && placeOf(agent, taskId);
  if (agent && place) withoutTask(turn, agent, place, taskId);
}

/** Nobody told of the act that a place was taken for: whoever asked for it has died, or the conversation cannot say so yet. */
export function unconfirmed(turn: RoutingTurn, taskId: string): void {
  const { state } = turn;
  const agent = state.agents.get(state.awaited.get(taskId)?.agentId ?? '');
  state.awaited.delete(taskId);
  const place = agent && placeOf(agent, taskId);
  if (!agent || !place) return;
  giveUp(state, taskId, { ...place, agentId: agent.id });
  withoutTask(turn, agent, place, taskId);
}

function withoutTask(turn: RoutingTurn, agent: AgentRow, place: Place, taskId: string): void {
  const [next, ...others] = [place.taskId, ...place.earlier].filter((id) => id !== taskId);
  if (next === undefined) vacate(turn, agent, place);
  else agent.places.set(place.conversationId, { ...place, taskId: next, earlier: others });
}

/**
 * The place for a task is of this conversation: after a merge, or when an agent's own act has reached it. An agent who has lost the
 * place meanwhile (logged out, not present) is taken out of it.
 */
export function moved(
  turn: RoutingTurn,
  news: Omit<Extract<RoutingEvent, { readonly type: 'taskMoved' }>, 'type'>,
): void {
  const { taskId, agentId, conversationId, workflowId } = news;
  const { state } = turn;
  const agent = state.agents.get(agentId);
  const place = agent && placeOf(agent, taskId);
  const before = state.givenUp.get(taskId);
  state.awaited.delete(taskId);
  state.givenUp.delete(taskId);
  if (agent && place) {
    agent.places.delete(place.conversationId);
    setPlace(agent, { ...place, conversationId, workflowId });
    touch(turn, agent);
    assigned(turn, agent, { taskId, conversationId });
    return;
  }
  const here = agent && agent.state !== 'UNKNOWN';
  if (here && before && takenAgain(turn, agent, before, news)) return;
  const lost = !here || before !== undefined || state.ended.includes(taskId);
  if (!lost) return; // has none by rule: an observer who barged in
  const reason = agent?.state === 'UNKNOWN' ? 'PRESENCE_LOST' : 'LOGOUT';
  const actor = { type: 'CONTROLLER' as const, id: 'routing', name: null };
  turn.effects.push({
    type: 'remove',
    workflowId,
    leave: { conversationId, actor, agentId, reason },
  });
}

/** The act came after its place was given up: it is taken anew, where the agent still has room for it. */
function takenAgain(
  turn: RoutingTurn,
  agent: AgentRow,
  { mrdId, counts }: GivenUp,
  { taskId, conversationId, workflowId }: Pick<Place, 'taskId' | 'conversationId' | 'workflowId'>,
): boolean {
  const place = { taskId, conversationId, workflowId, mrdId, queueId: null, counts };
  if (whyNotPlace(turn, agent, place)) return false;
  occupy(turn, agent, place);
  return true;
}

/**
 * An agent who joined by an own act has taken a task that waited, or has been told so before an offer of it lapsed: it is the place's
 * now, instead of the one that was asked for.
 */
export function takenOver(
  turn: RoutingTurn,
  agent: AgentRow,
  taken: {
    readonly taskId: string;
    readonly asked: string | undefined;
    readonly request: Waiting | undefined;
  },
): void {
  const { taskId, asked, request } = taken;
  const { awaited, givenUp } = turn.state;
  awaited.delete(asked ?? taskId);
  const before = givenUp.get(asked ?? '');
  if (before) giveUp(turn.state, taskId, before); // the conversation says next whose place it is
  const place =
    asked === undefined ? agent.places.get(request?.conversationId ?? '') : placeOf(agent, asked);
  if (!place) return;
  const replaced = asked ?? place.taskId;
  const [newest = taskId, ...earlier] = [place.taskId, ...place.earlier].map((id) =>
    id === replaced ? taskId : id,
  );
  const queueId = request?.queueId ?? place.queueId;
  agent.places.set(place.conversationId, { ...place, taskId: newest, earlier, queueId });
  touch(turn, agent);
}

function placeOf(agent: AgentRow, taskId: string): Place | undefined {
  for (const place of agent.places.values())
    if (place.taskId === taskId || place.earlier.includes(taskId)) return place;
  return undefined;
}

function vacate(turn: RoutingTurn, agent: AgentRow, place: Place): void {
  const { mrdId, taskId, conversationId } = place;
  agent.places.delete(conversationId);
  // Who was there when the request was made is a candidate once they have left.
  for (const request of turn.state.waiting.values())
    if (request.conversationId === conversationId && request.presentAgentIds.includes(agent.id))
      request.presentAgentIds = request.presentAgentIds.filter((id) => id !== agent.id);
  handled(turn, place);
  const mrd = agent.mrds.get(mrdId);
  if (mrd) mrd.availableSince = turn.now;
  releaseOthers(turn, agent, mrdId);
  touch(turn, agent);
  turn.effects.push({
    type: 'agentEvent',
    agentId: agent.id,
    event: 'TASK_ENDED',
    data: { taskId, conversationId },
  });
  if (!agent.leased && agent.places.size === 0 && agent.ringing.size === 0)
    forget(turn, agent, null);
}

/** Conversations that run no longer give every place back; one that a merge has taken elsewhere is taken again when that is told. */
export function placesGone(turn: RoutingTurn, conversationId: string): void {
  for (const agent of turn.state.agents.values()) {
    const place = agent.places.get(conversationId);
    if (!place) continue;
    for (const taskId of [place.taskId, ...place.earlier])
      giveUp(turn.state, taskId, { ...place, agentId: agent.id });
    vacate(turn, agent, place);
  }
}

/** One more answered and closed task of its queue, for the mean handle time (domain.md 6.11). */
export function handled({ state, now }: RoutingTurn, { queueId, since }: Place): void {
  if (queueId === null) return;
  const kept: Handled[] = state.handled.get(queueId) ?? [];
  kept.push({ at: now, seconds: (now - since) / 1000 });
  state.handled.set(queueId, kept.filter(({ at }) => at > now - HANDLED_MS).slice(-HANDLED_KEPT));
}
