import {
  longConversation,
  longTask,
  longWorkflow,
  type SharedNames,
  shortConversation,
  shortTask,
  shortWorkflow,
} from './carried-ids';
import type { AgentMrd, AgentRow, AgentStateName, Place, Waiting } from './model';
import { AGENT_STATES, MRD_STATES } from './model';

// Agents and requests as rows of cells: names by their index in one list, times in ms before the moment of writing.

type MrdCells = readonly [
  mrd: number,
  state: number,
  since: number,
  wanted: 0 | 1,
  availableSince: number,
  interruptedBy: readonly number[] | 0,
];
type PlaceCells = readonly [
  conversation: string,
  task: string,
  workflow: string,
  mrd: number,
  queue: number,
  counts: 0 | 1,
  since: number,
  earlier: readonly string[] | 0,
];
export type AgentCells = readonly [
  agent: number,
  state: number,
  reason: string | 0,
  loginAt: number,
  since: number,
  leased: 0 | 1,
  mrds: readonly MrdCells[],
  places: readonly PlaceCells[],
  logoutDueAt: number | null,
];
export type WaitingCells = readonly [
  conversation: string,
  task: string,
  workflow: string,
  queue: number,
  agent: number,
  mrd: number,
  direction: number,
  priority: number,
  attributes: Waiting['attributes'] | 0,
  queuedAt: number,
  waitingSince: number,
  ttlDueAt: number,
  steps: number,
  stepDueAt: number | null,
  avoid: readonly number[] | 0,
  present: readonly number[] | 0,
  prefer: readonly [agent: number, until: number] | 0,
  offer: readonly [agent: number, expiresAt: number] | 0,
];

export class RowWriter {
  constructor(
    private readonly names: SharedNames,
    private readonly now: number,
  ) {}

  agent(it: AgentRow): AgentCells {
    return [
      this.names.indexOf(it.id),
      AGENT_STATES.indexOf(it.state),
      it.reason ?? 0,
      this.ago(it.loginAt),
      this.ago(it.since),
      it.leased ? 1 : 0,
      [...it.mrds].map(([mrdId, mrd]) => this.mrd(mrdId, mrd)),
      [...it.places.values()].map((place) => this.place(place)),
      this.agoOrNone(it.logoutDueAt),
    ];
  }

  waiting(it: Waiting): WaitingCells {
    const { names } = this;
    return [
      shortConversation(it.conversationId),
      shortTask(it.taskId, it.conversationId),
      shortWorkflow(it.workflowId),
      names.indexOrNone(it.queueId),
      names.indexOrNone(it.agentId),
      names.indexOf(it.mrdId),
      names.indexOf(it.direction),
      it.priority,
      Object.keys(it.attributes).length > 0 ? it.attributes : 0,
      this.ago(it.queuedAt),
      this.ago(it.waitingSince),
      this.ago(it.ttlDueAt),
      it.stepsOpen,
      this.agoOrNone(it.stepDueAt),
      names.indexesOf(it.avoidAgentIds),
      names.indexesOf(it.presentAgentIds),
      it.prefer ? [names.indexOf(it.prefer.agentId), this.ago(it.prefer.until)] : 0,
      it.offer ? [names.indexOf(it.offer.agentId), this.ago(it.offer.expiresAt)] : 0,
    ];
  }

  private mrd(mrdId: string, it: AgentMrd): MrdCells {
    return [
      this.names.indexOf(mrdId),
      MRD_STATES.indexOf(it.state),
      this.ago(it.since),
      it.wanted ? 1 : 0,
      this.ago(it.availableSince),
      this.names.indexesOf(it.interruptedBy),
    ];
  }

  private place(it: Place): PlaceCells {
    const { conversationId, earlier } = it;
    return [
      shortConversation(conversationId),
      shortTask(it.taskId, conversationId),
      shortWorkflow(it.workflowId),
      this.names.indexOf(it.mrdId),
      this.names.indexOrNone(it.queueId),
      it.counts ? 1 : 0,
      this.ago(it.since),
      earlier.length > 0 ? earlier.map((taskId) => shortTask(taskId, conversationId)) : 0,
    ];
  }

  private ago(at: number): number {
    return this.now - at;
  }
  private agoOrNone(at: number | null): number | null {
    return at === null ? null : this.ago(at);
  }
}

export class RowReader {
  constructor(
    private readonly names: SharedNames,
    private readonly at: number,
  ) {}

  agent(cells: AgentCells): AgentRow {
    const [agent, state, reason, loginAt, since, leased, mrds, places, logoutDueAt] = cells;
    return {
      id: this.names.nameAt(agent),
      state: AGENT_STATES[state] as Exclude<AgentStateName, 'LOGOUT'>, // written by `RowWriter.agent`
      reason: reason === 0 ? null : reason,
      loginAt: this.when(loginAt),
      since: this.when(since),
      leased: leased === 1,
      mrds: new Map(mrds.map((mrd) => this.mrd(mrd))),
      places: new Map(places.map((place) => this.place(place))),
      ringing: new Set(),
      logoutDueAt: this.whenOrNone(logoutDueAt),
    };
  }

  waiting(cells: WaitingCells): Waiting {
    const { names } = this;
    const [conversation, task, workflow, queue, agent, mrd, direction, priority, attributes] =
      cells;
    const [, , , , , , , , , queuedAt, waitingSince, ttlDueAt, stepsOpen, stepDueAt] = cells;
    const [avoid, present, prefer, offer] = cells.slice(14) as unknown as Last4<WaitingCells>;
    const conversationId = longConversation(conversation);
    return {
      taskId: longTask(task, conversationId),
      conversationId,
      workflowId: longWorkflow(workflow),
      queueId: names.nameOrNone(queue),
      agentId: names.nameOrNone(agent),
      mrdId: names.nameAt(mrd),
      direction: names.nameAt(direction) as Waiting['direction'], // written by `RowWriter.waiting`
      priority,
      attributes: attributes || {},
      queuedAt: this.when(queuedAt),
      waitingSince: this.when(waitingSince),
      ttlDueAt: this.when(ttlDueAt),
      stepsOpen,
      stepDueAt: this.whenOrNone(stepDueAt),
      avoidAgentIds: names.namesAt(avoid),
      presentAgentIds: names.namesAt(present),
      prefer: prefer ? { agentId: names.nameAt(prefer[0]), until: this.when(prefer[1]) } : null,
      offer: offer ? { agentId: names.nameAt(offer[0]), expiresAt: this.when(offer[1]) } : null,
    };
  }

  private mrd(cells: MrdCells): [string, AgentMrd] {
    const [mrd, state, since, wanted, availableSince, interruptedBy] = cells;
    const row: AgentMrd = {
      state: MRD_STATES[state] ?? 'NOT_READY',
      since: this.when(since),
      wanted: wanted === 1,
      availableSince: this.when(availableSince),
      interruptedBy: this.names.namesAt(interruptedBy),
    };
    return [this.names.nameAt(mrd), row];
  }

  private place(cells: PlaceCells): [string, Place] {
    const [conversation, task, workflow, mrd, queue, counts, since, earlier] = cells;
    const conversationId = longConversation(conversation);
    const place: Place = {
      taskId: longTask(task, conversationId),
      earlier: earlier === 0 ? [] : earlier.map((short) => longTask(short, conversationId)),
      conversationId,
      workflowId: longWorkflow(workflow),
      mrdId: this.names.nameAt(mrd),
      queueId: this.names.nameOrNone(queue),
      counts: counts === 1,
      since: this.when(since),
    };
    return [conversationId, place];
  }

  private when(ago: number): number {
    return this.at - ago;
  }
  private whenOrNone(ago: number | null): number | null {
    return ago === null ? null : this.when(ago);
  }
}

type Last4<T extends readonly unknown[]> = T extends readonly [
  ...unknown[],
  infer A,
  infer B,
  infer C,
  infer D,
]
  ? readonly [A, B, C, D]
  : never;
