import type { TaskChanged } from '../conversation/events';
import type { RoutingEffect } from './effects';
import type { AgentRow, Waiting } from './model';
import { isFull, type RoutingState } from './state';

/** One decision in the making. Times are ms since the epoch. */
export interface RoutingTurn {
  readonly now: number;
  readonly state: RoutingState;
  readonly effects: RoutingEffect[];
  /** Agents of whom something changed. */
  readonly touched: Set<string>;
  /** MRDs in which requests are to be looked at again. */
  readonly look: Set<string>;
  /** No more work fits into the domain; null = not looked yet: counting it all is worth once a turn. */
  full: boolean | null;
}

export function beginRoutingTurn(state: RoutingState, now: number): RoutingTurn {
  return { now, state, effects: [], touched: new Set(), look: new Set(), full: null };
}

/** See {@link isFull}. Within one turn the count moves by a few, which its margin covers. */
export function domainIsFull(turn: RoutingTurn): boolean {
  turn.full ??= isFull(turn.state);
  return turn.full;
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export function tell(
  turn: RoutingTurn,
  about: Pick<Waiting, 'workflowId' | 'conversationId' | 'taskId'>,
  change: TaskChanged['change'],
): void {
  const { workflowId, conversationId, taskId } = about;
  turn.effects.push({ type: 'tell', workflowId, news: { conversationId, taskId, change } });
}

export function touch(turn: RoutingTurn, agent: AgentRow): void {
  turn.touched.add(agent.id);
  for (const mrdId of agent.mrds.keys()) turn.look.add(mrdId);
}
