import { refresh } from './availability';
import { SharedNames } from './carried-ids';
import { type AgentCells, RowReader, RowWriter, type WaitingCells } from './carried-rows';
import type { RoutingConfig } from './model';
import { emptyState, type RoutingState, sortAnew } from './state';
import { beginRoutingTurn } from './turn';

/**
 * A routing domain as rows for continue-as-new: one payload may have 2 MB, and a domain that is full (2,000 agents at work, 5,000
 * waiting) must stay below 1.5 MiB. Names stand once, in `names`, and rows have their index; times are ms before `at` (after it:
 * negative); ids are shortened (carried-ids.ts, carried-rows.ts).
 */
export interface CarriedRouting {
  readonly v: 2;
  readonly at: number;
  readonly names: readonly string[];
  readonly agents: readonly AgentCells[];
  readonly waiting: readonly WaitingCells[];
  readonly paused: readonly string[];
  readonly handled: readonly (readonly [
    queueId: string,
    readonly (readonly [secondsAgo: number, seconds: number])[],
  ])[];
  readonly ended: readonly string[];
  readonly n: number;
  readonly awaited?: readonly (readonly [taskId: string, agent: number, until: number])[];
  readonly givenUp?: readonly (readonly [
    taskId: string,
    agent: number,
    mrd: number,
    counts: 0 | 1,
  ])[];
  readonly answered?: readonly (readonly [
    taskId: string,
    agent: number,
    conversationId: string,
    how: 0 | 1,
    key: string,
  ])[];
}

export function carry(state: RoutingState, now: number): CarriedRouting {
  const names = new SharedNames();
  const writer = new RowWriter(names, now);
  const acts = carryActs(state, names, now);
  return {
    v: 2,
    at: now,
    agents: [...state.agents.values()].map((agent) => writer.agent(agent)),
    waiting: [...state.waiting.values()].map((request) => writer.waiting(request)),
    names: names.list,
    paused: [...state.pausedQueues],
    handled: [...state.handled].map(([queueId, times]) => [
      queueId,
      times.map(({ at, seconds }) => [Math.round((now - at) / 1000), Math.round(seconds)] as const),
    ]),
    ended: state.ended,
    n: state.n,
    ...acts,
  };
}

/** What agents did by themselves lately. */
function carryActs(
  { awaited, givenUp, answered }: RoutingState,
  names: SharedNames,
  now: number,
): Pick<CarriedRouting, 'awaited' | 'givenUp' | 'answered'> {
  return {
    awaited: [...awaited].map(([taskId, { agentId, until }]) => [
      taskId,
      names.indexOf(agentId),
      now - until,
    ]),
    givenUp: [...givenUp].map(([taskId, { agentId, mrdId, counts }]) => [
      taskId,
      names.indexOf(agentId),
      names.indexOf(mrdId),
      counts ? 1 : 0,
    ]),
    answered: [...answered].map(([taskId, { agentId, conversationId, how, key }]) => [
      taskId,
      names.indexOf(agentId),
      conversationId,
      how === 'accept' ? 1 : 0,
      key,
    ]),
  };
}

function restoreActs(state: RoutingState, carried: CarriedRouting, names: SharedNames): void {
  for (const [taskId, agent, ago] of carried.awaited ?? [])
    state.awaited.set(taskId, { agentId: names.nameAt(agent), until: carried.at - ago });
  for (const [taskId, agent, mrd, counts] of carried.givenUp ?? [])
    state.givenUp.set(taskId, {
      agentId: names.nameAt(agent),
      mrdId: names.nameAt(mrd),
      counts: counts === 1,
    });
  for (const [taskId, agent, conversationId, how, key] of carried.answered ?? [])
    state.answered.set(taskId, {
      agentId: names.nameAt(agent),
      conversationId,
      how: how === 1 ? 'accept' : 'decline',
      key,
    });
}

/** The state again, under the configuration of now; what changed meanwhile is brought in by the event `configured`. */
export function restore(carried: CarriedRouting, config: RoutingConfig, now: number): RoutingState {
  const state = emptyState(config);
  const names = new SharedNames([...carried.names]);
  const reader = new RowReader(names, carried.at);
  for (const cells of carried.waiting) {
    const request = reader.waiting(cells);
    state.waiting.set(request.taskId, request);
  }
  for (const cells of carried.agents) {
    const agent = reader.agent(cells);
    state.agents.set(agent.id, agent);
  }
  for (const { taskId, offer } of state.waiting.values())
    if (offer) state.agents.get(offer.agentId)?.ringing.add(taskId);
  for (const queueId of carried.paused) state.pausedQueues.add(queueId);
  for (const [queueId, times] of carried.handled)
    state.handled.set(
      queueId,
      times.map(([secondsAgo, seconds]) => ({ at: carried.at - secondsAgo * 1000, seconds })),
    );
  state.ended.push(...carried.ended);
  state.n = carried.n;
  restoreActs(state, carried, names);
  sortAnew(state);
  const turn = beginRoutingTurn(state, now);
  for (const agent of state.agents.values()) refresh(turn, agent);
  return state;
}
