import { refresh } from './availability';
import type { AgentRow, MrdStateName, RoutingConfig, Waiting } from './model';
import { MRD_STATES } from './model';
import { emptyState, type RoutingState, sortAnew } from './state';
import { beginRoutingTurn } from './turn';

/**
 * A routing domain as rows for continue-as-new: one payload may have 2 MB, and names of members repeated 7,000 times would be most of
 * it. Workflow ids are kept without their prefix; times are ms.
 */
export interface CarriedRouting {
  readonly v: 1;
  readonly agents: readonly AgentCells[];
  readonly waiting: readonly WaitingCells[];
  readonly paused: readonly string[];
  readonly handled: readonly (readonly [
    queueId: string,
    readonly (readonly [at: number, seconds: number])[],
  ])[];
  readonly ended: readonly string[];
  readonly n: number;
}
type MrdCells = readonly [
  mrdId: string,
  state: number,
  since: number,
  wanted: 0 | 1,
  availableSince: number,
  interruptedBy: readonly string[],
];
type PlaceCells = readonly [
  taskId: string,
  conversationId: string,
  workflowId: string,
  mrdId: string,
  queueId: string | null,
  counts: 0 | 1,
  since: number,
];
type AgentCells = readonly [
  id: string,
  state: AgentRow['state'],
  reason: string | null,
  loginAt: number,
  since: number,
  leased: 0 | 1,
  mrds: readonly MrdCells[],
  places: readonly PlaceCells[],
  logoutDueAt: number | null,
];
type WaitingCells = readonly [
  taskId: string,
  conversationId: string,
  workflowId: string,
  queueId: string | null,
  agentId: string | null,
  mrdId: string,
  direction: Waiting['direction'],
  priority: number,
  attributes: Waiting['attributes'] | 0,
  queuedAt: number,
  waitingSince: number,
  ttlDueAt: number,
  avoid: readonly string[] | 0,
  present: readonly string[] | 0,
  prefer: readonly [string, number] | 0,
  steps: number,
  stepDueAt: number | null,
  offer: readonly [string, number] | 0,
];

const WORKFLOW_PREFIX = 'conversation:';
const shorten = (workflowId: string) =>
  workflowId.startsWith(WORKFLOW_PREFIX)
    ? workflowId.slice(WORKFLOW_PREFIX.length)
    : `=${workflowId}`;
const lengthen = (short: string) =>
  short.startsWith('=') ? short.slice(1) : `${WORKFLOW_PREFIX}${short}`;

export function carry(state: RoutingState): CarriedRouting {
  return {
    v: 1,
    agents: [...state.agents.values()].map(agentCells),
    waiting: [...state.waiting.values()].map(waitingCells),
    paused: [...state.pausedQueues],
    handled: [...state.handled].map(([queueId, times]) => [
      queueId,
      times.map(({ at, seconds }) => [at, Math.round(seconds)] as const),
    ]),
    ended: state.ended,
    n: state.n,
  };
}

/** The state again, under the configuration of now; what changed meanwhile is brought in by the event `configured`. */
export function restore(carried: CarriedRouting, config: RoutingConfig, now: number): RoutingState {
  const state = emptyState(config);
  for (const cells of carried.waiting) {
    const request = toWaiting(cells);
    state.waiting.set(request.taskId, request);
  }
  for (const cells of carried.agents) {
    const agent = toAgent(cells);
    state.agents.set(agent.id, agent);
  }
  for (const { taskId, offer } of state.waiting.values())
    if (offer) state.agents.get(offer.agentId)?.ringing.add(taskId);
  for (const queueId of carried.paused) state.pausedQueues.add(queueId);
  for (const [queueId, times] of carried.handled)
    state.handled.set(
      queueId,
      times.map(([at, seconds]) => ({ at, seconds })),
    );
  state.ended.push(...carried.ended);
  state.n = carried.n;
  sortAnew(state);
  const turn = beginRoutingTurn(state, now);
  for (const agent of state.agents.values()) refresh(turn, agent);
  return state;
}

function agentCells(agent: AgentRow): AgentCells {
  return [
    agent.id,
    agent.state,
    agent.reason,
    agent.loginAt,
    agent.since,
    agent.leased ? 1 : 0,
    [...agent.mrds].map(([mrdId, mrd]) => [
      mrdId,
      MRD_STATES.indexOf(mrd.state),
      mrd.since,
      mrd.wanted ? 1 : 0,
      mrd.availableSince,
      mrd.interruptedBy,
    ]),
    [...agent.places.values()].map((place) => [
      place.taskId,
      place.conversationId,
      shorten(place.workflowId),
      place.mrdId,
      place.queueId,
      place.counts ? 1 : 0,
      place.since,
    ]),
    agent.logoutDueAt,
  ];
}

function toAgent(cells: AgentCells): AgentRow {
  const [id, state, reason, loginAt, since, leased, mrds, places, logoutDueAt] = cells;
  return {
    id,
    state,
    reason,
    loginAt,
    since,
    leased: leased === 1,
    mrds: new Map(
      mrds.map(([mrdId, name, mrdSince, wanted, availableSince, interruptedBy]) => [
        mrdId,
        {
          state: MRD_STATES[name] as MrdStateName, // written by `agentCells`
          since: mrdSince,
          wanted: wanted === 1,
          availableSince,
          interruptedBy,
        },
      ]),
    ),
    places: new Map(
      places.map(([taskId, conversationId, workflowId, mrdId, queueId, counts, at]) => [
        conversationId,
        {
          taskId,
          conversationId,
          workflowId: lengthen(workflowId),
          mrdId,
          queueId,
          counts: counts === 1,
          since: at,
        },
      ]),
    ),
    ringing: new Set(),
    logoutDueAt,
  };
}

function waitingCells(request: Waiting): WaitingCells {
  return [
    request.taskId,
    request.conversationId,
    shorten(request.workflowId),
    request.queueId,
    request.agentId,
    request.mrdId,
    request.direction,
    request.priority,
    Object.keys(request.attributes).length > 0 ? request.attributes : 0,
    request.queuedAt,
    request.waitingSince,
    request.ttlDueAt,
    orNothing(request.avoidAgentIds),
    orNothing(request.presentAgentIds),
    request.prefer ? [request.prefer.agentId, request.prefer.until] : 0,
    request.stepsOpen,
    request.stepDueAt,
    request.offer ? [request.offer.agentId, request.offer.expiresAt] : 0,
  ];
}

function toWaiting(cells: WaitingCells): Waiting {
  const [taskId, conversationId, workflowId, queueId, agentId, mrdId, direction, priority] = cells;
  const [attributes, queuedAt, waitingSince, ttlDueAt] = cells.slice(8, 12) as [
    WaitingCells[8],
    number,
    number,
    number,
  ];
  const [avoid, present, prefer, stepsOpen, stepDueAt, offer] = cells.slice(12) as [
    WaitingCells[12],
    WaitingCells[13],
    WaitingCells[14],
    number,
    number | null,
    WaitingCells[17],
  ];
  return {
    taskId,
    conversationId,
    workflowId: lengthen(workflowId),
    queueId,
    agentId,
    mrdId,
    direction,
    priority,
    attributes: attributes || {},
    queuedAt,
    waitingSince,
    ttlDueAt,
    avoidAgentIds: avoid || [],
    presentAgentIds: present || [],
    prefer: prefer ? { agentId: prefer[0], until: prefer[1] } : null,
    stepsOpen,
    stepDueAt,
    offer: offer ? { agentId: offer[0], expiresAt: offer[1] } : null,
  };
}

function orNothing(ids: readonly string[]): readonly string[] | 0 {
  return ids.length > 0 ? ids : 0;
}
