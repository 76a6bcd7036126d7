import type { Refusal } from '../errors';
import { forget } from './availability';
import { interruptOthers, releaseOthers } from './interruptions';
import type { AgentRow, Place } from './model';
import { capacityOf, countedTasks, ringsIn } from './mrd-states';
import { type Handled, keepEnded } from './state';
import { type RoutingTurn, touch } from './turn';

/** Handle times that the mean is made of (domain.md 6.11). */
const HANDLED_KEPT = 100;
const HANDLED_MS = 86_400_000;

/** Why an agent's own act is refused a place: one at capacity may not take more (domain.md 6.8). */
export function whyNotPlace(
  { state }: RoutingTurn,
  agent: AgentRow,
  { conversationId, mrdId, counts }: Pick<Place, 'conversationId' | 'mrdId' | 'counts'>,
): Refusal | null {
  if (!counts || agent.places.get(conversationId)?.counts) return null;
  const taken = countedTasks(agent, mrdId) + (ringsIn(state.waiting, agent, mrdId) ? 1 : 0);
  const capacity = capacityOf(state.config, agent.id, mrdId);
  return taken < capacity
    ? null
    : { code: 'CONFLICT', detail: `The agent has ${taken} of ${capacity} tasks in ${mrdId}.` };
}

export function occupy(turn: RoutingTurn, agent: AgentRow, place: Omit<Place, 'since'>): void {
  agent.places.set(place.conversationId, { ...place, since: turn.now });
  if (place.counts) interruptOthers(turn, agent, place.mrdId);
  touch(turn, agent);
  turn.effects.push({
    type: 'agentEvent',
    agentId: agent.id,
    event: 'TASK_ASSIGNED',
    data: { taskId: place.taskId, conversationId: place.conversationId },
  });
}

/** The task has ended in its conversation, wrap-up included: the place is free. News of another task of that place changes nothing. */
export function ended(
  turn: RoutingTurn,
  news: { readonly taskId: string; readonly conversationId: string; readonly agentId: string },
): void {
  const agent = turn.state.agents.get(news.agentId);
  const place = agent?.places.get(news.conversationId);
  keepEnded(turn.state, news.taskId);
  if (!agent || place?.taskId !== news.taskId) return;
  vacate(turn, agent, place);
  if (!agent.leased && agent.places.size === 0 && agent.ringing.size === 0)
    forget(turn, agent, null);
}

export function vacate(turn: RoutingTurn, agent: AgentRow, place: Place): void {
  const { mrdId, queueId, since, taskId, conversationId } = place;
  agent.places.delete(conversationId);
  if (queueId !== null) handled(turn, queueId, (turn.now - since) / 1000);
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
}

/** Conversations that run no longer give every place back. */
export function placesGone(turn: RoutingTurn, conversationId: string): void {
  for (const agent of turn.state.agents.values()) {
    const place = agent.places.get(conversationId);
    if (place) ended(turn, { ...place, agentId: agent.id });
  }
}

function handled({ state, now }: RoutingTurn, queueId: string, seconds: number): void {
  const kept: Handled[] = state.handled.get(queueId) ?? [];
  kept.push({ at: now, seconds });
  state.handled.set(queueId, kept.filter(({ at }) => at > now - HANDLED_MS).slice(-HANDLED_KEPT));
}
