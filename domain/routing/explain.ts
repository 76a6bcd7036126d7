import { choose, skipped } from './candidates';
import type { Waiting } from './model';
import type { RoutingState } from './state';
import { beginRoutingTurn, iso } from './turn';
import { estimatedWait, positionOf } from './wait';

/** Why a request still waits: what is open, who would come into question, and why everybody else does not. Times ISO UTC. */
export interface RoutingExplanation {
  readonly taskId: string;
  readonly conversationId: string;
  readonly queueId: string | null;
  readonly position: number | null;
  readonly ewtSeconds: number | null;
  readonly stepsOpen: number;
  readonly stepDueAt: string | null;
  readonly preferAgentId: string | null;
  readonly offeredTo: string | null;
  readonly offerExpiresAt: string | null;
  readonly candidates: readonly string[];
  readonly skipped: Readonly<Record<string, readonly string[]>>;
}

/** Requests that one answer explains: a query's answer has a limit too. */
const EXPLAINED_REQUESTS = 100;

export function explainWaiting(
  state: RoutingState,
  now: number,
  taskId?: string,
): readonly RoutingExplanation[] {
  const asked = taskId === undefined ? [...state.waiting.values()] : [state.waiting.get(taskId)];
  return asked
    .filter((request) => request !== undefined)
    .slice(0, EXPLAINED_REQUESTS)
    .map((request) => explain(state, now, request));
}

function explain(state: RoutingState, now: number, request: Waiting): RoutingExplanation {
  const turn = beginRoutingTurn(state, now);
  const { taskId, conversationId, queueId, offer, prefer, stepsOpen, stepDueAt } = request;
  const position = positionOf(state, request);
  const choice = choose(turn, request);
  return {
    taskId,
    conversationId,
    queueId,
    position,
    ewtSeconds:
      queueId === null || position === null ? null : estimatedWait(state, queueId, position, now),
    stepsOpen,
    stepDueAt: stepDueAt === null ? null : iso(stepDueAt),
    preferAgentId: prefer?.agentId ?? null,
    offeredTo: offer?.agentId ?? null,
    offerExpiresAt: offer ? iso(offer.expiresAt) : null,
    candidates: choice?.candidates ?? [],
    skipped: skipped(turn, request, choice),
  };
}
