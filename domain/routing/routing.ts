import type { Refusal } from '../errors';
import {
  login,
  logout,
  notReady,
  presenceBack,
  presenceLost,
  ready,
  reconfigure,
  setMrd,
  whyNotLogin,
  whyNotMrd,
} from './agents';
import { refresh } from './availability';
import { fireDue } from './due';
import type { RoutingEffect } from './effects';
import type { RoutingEvent, RoutingResult } from './events';
import { serve } from './match';
import { answer } from './offers';
import { ended, moved, placesGone, reserve, whyNotPlace } from './places';
import {
  cancelled,
  conversationGone,
  flush,
  offerNow,
  requested,
  whyNotRoutable,
} from './requests';
import { type RoutingState, sortAnew } from './state';
import { beginRoutingTurn, iso, type RoutingTurn } from './turn';

/** What one event changes in routing, and what must be done about it. */
export interface RoutingDecided {
  readonly effects: readonly RoutingEffect[];
  /** Agents whose state, work or offers changed. */
  readonly touched: ReadonlySet<string>;
  readonly refused?: Refusal;
  readonly result?: RoutingResult;
}

/**
 * The pure matcher of one routing domain: takes an event at a time (`now` in ms), changes `state` in place and answers what is to be
 * done. Total: what cannot be is refused, and then nothing has changed. Reads neither clock nor chance.
 */
export function decideRouting(
  state: RoutingState,
  event: RoutingEvent,
  now: number,
): RoutingDecided {
  const turn = beginRoutingTurn(state, now);
  const answer = handle(turn, event);
  settle(turn);
  const { effects, touched } = turn;
  if (answer && 'code' in answer) return { effects, touched, refused: answer };
  return { effects, touched, ...(answer ? { result: answer } : {}) };
}

/** Brings what follows up to date, and serves requests until nothing moves any more. */
function settle(turn: RoutingTurn): void {
  refreshTouched(turn);
  while (turn.look.size > 0) {
    const look = [...turn.look].sort();
    turn.look.clear();
    for (const mrdId of look) serve(turn, mrdId);
    refreshTouched(turn);
  }
}

function refreshTouched(turn: RoutingTurn): void {
  for (const agentId of turn.touched) {
    const agent = turn.state.agents.get(agentId);
    if (agent) refresh(turn, agent);
  }
}

function handle(turn: RoutingTurn, event: RoutingEvent): RoutingResult | Refusal | undefined {
  const { state } = turn;
  switch (event.type) {
    case 'agentRequested':
      requested(turn, event.request);
      return;
    case 'requestCancelled':
      cancelled(turn, event);
      return;
    case 'taskEnded':
      ended(turn, event);
      return;
    case 'taskMoved':
      moved(turn, event);
      return;
    case 'agentsNotified': {
      const { agentIds, kind, conversationId, dueAt } = event;
      for (const agentId of agentIds)
        turn.effects.push({
          type: 'agentEvent',
          agentId,
          event: kind,
          data: { conversationId, dueAt },
        });
      return;
    }
    case 'conversationGone':
      conversationGone(turn, event.conversationId);
      placesGone(turn, event.conversationId);
      return;
    case 'accept':
    case 'decline':
      return answer(turn, event);
    case 'setAgentState':
      return setAgentState(turn, event);
    case 'setMrdState': {
      const agent = state.agents.get(event.agentId);
      const refusal = whyNotMrd(turn, agent, event.mrdId, event.state);
      if (refusal || !agent) return refusal ?? undefined;
      setMrd(turn, agent, event.mrdId, event.state);
      return;
    }
    case 'takePlace':
      return takePlace(turn, event);
    case 'presenceLost':
      for (const agentId of event.agentIds) {
        const agent = state.agents.get(agentId);
        if (agent) presenceLost(turn, agent);
      }
      return;
    case 'presenceBack':
      for (const agentId of event.agentIds) {
        const agent = state.agents.get(agentId);
        if (agent) presenceBack(turn, agent);
      }
      return;
    case 'pauseQueue':
      state.pausedQueues.add(event.queueId);
      return;
    case 'resumeQueue':
      state.pausedQueues.delete(event.queueId);
      lookEverywhere(turn);
      return;
    case 'flushQueue':
      return { flushed: flush(turn, event.queueId, event.text) };
    case 'configured':
      state.config = event.config;
      sortAnew(state);
      reconfigure(turn);
      lookEverywhere(turn);
      return;
    case 'due':
      fireDue(turn);
      return;
  }
}

type Of<T extends RoutingEvent['type']> = Extract<RoutingEvent, { type: T }>;

/** domain.md 6.8: a login asking READY goes on to READY. */
function setAgentState(turn: RoutingTurn, event: Of<'setAgentState'>): Refusal | undefined {
  const { agentId, state: to, reason, by } = event;
  const known = turn.state.agents.get(agentId);
  if (to === 'LOGOUT') {
    if (!known) return;
    const forced = by.supervisor && by.id !== agentId;
    if (forced) logout(turn, known, 'FORCE_LOGOUT', 'FORCED_LOGOUT_BY_SUPERVISOR');
    else logout(turn, known, 'LOGOUT', reason);
    return;
  }
  const refusal = whyNotLogin(turn, agentId);
  if (refusal) return refusal;
  const agent = login(turn, agentId, true);
  if (to === 'READY') ready(turn, agent, reason);
  else notReady(turn, agent, reason);
  return;
}

function takePlace(turn: RoutingTurn, { place }: Of<'takePlace'>): RoutingResult | Refusal {
  const { agentId, taskId, kind, request } = place;
  if (kind === 'OFFER' && request) {
    const known = turn.state.waiting.get(taskId);
    const why = known ? null : whyNotRoutable(turn, agentId, request);
    if (why) return { code: 'CONFLICT', detail: why };
    const waiting = known ?? offerNow(turn, request, agentId);
    return { taskId, offerExpiresAt: waiting.offer ? iso(waiting.offer.expiresAt) : null };
  }
  const here = turn.state.agents.get(agentId);
  const refusal = here || place.letIn ? whyNotLogin(turn, agentId) : NOT_LOGGED_IN;
  if (refusal) return refusal;
  const agent = here ?? login(turn, agentId, false);
  const full = whyNotPlace(turn, agent, place);
  if (full) return full;
  reserve(turn, agent, { ...place, queueId: null });
  return { taskId, offerExpiresAt: null };
}

const NOT_LOGGED_IN: Refusal = { code: 'CONFLICT', detail: 'The agent is not logged in.' };

function lookEverywhere(turn: RoutingTurn): void {
  for (const mrdId of Object.keys(turn.state.config.mrds)) turn.look.add(mrdId);
}
