import { uuid4 } from '@temporalio/workflow';
import type { Effect } from '../../domain/conversation/effects';
import type { TaskChanged } from '../../domain/conversation/events';
import { latestSettings } from '../../domain/conversation/facts';
import type { AgentTask, ConversationState, TaskDirection } from '../../domain/conversation/model';
import { addSeconds } from '../../domain/conversation/time';
import { ID_PREFIXES } from '../../domain/ids';
import type { RoutingRequest } from '../../domain/routing/model';
import {
  agentRequestedSignal,
  requestCancelledSignal,
  type TakePlace,
  taskEndedSignal,
} from '../routing/messages';
import { firstLocally } from './locally';
import type { RoutingSignal } from './messages';

type News = Extract<Effect, { readonly type: 'routing' }>['news'];

/** Of hand-overs (domain.md 6.1). */
const HAND_OVER_PRIORITY = 10;
const TASK_ID_LENGTH = 24;

/** What a conversation has to tell routing: kept until routing has it, in order. */
export class RoutingPost {
  private waiting: RoutingSignal[];

  constructor(
    private readonly workflowId: string,
    private readonly state: () => ConversationState,
    carried: readonly RoutingSignal[] = [],
  ) {
    this.waiting = [...carried];
  }

  get waits(): boolean {
    return this.waiting.length > 0;
  }
  get carried(): readonly RoutingSignal[] {
    return this.waiting;
  }

  add({ type, task, preferAgentId }: News): void {
    switch (type) {
      case 'requested':
        this.push(agentRequestedSignal.name, this.requestOf(task, preferAgentId));
        return;
      case 'cancelled':
        this.cancel(task.id);
        return;
      case 'taken':
        this.push(requestCancelledSignal.name, { taskId: task.id, takenBy: task.agentId });
        return;
      case 'ended':
        if (task.agentId !== null) this.end(task.id, task.agentId);
        return;
    }
  }

  cancel(taskId: string): void {
    this.push(requestCancelledSignal.name, { taskId });
  }

  /** Routing has given what nobody wants any more. */
  giveBack({ conversationId, taskId, change }: TaskChanged): void {
    if (change.type === 'ACCEPTED')
      this.push(taskEndedSignal.name, { taskId, conversationId, agentId: change.agent.agentId });
    else this.cancel(taskId);
  }

  /** What routing is asked for when an agent is named. */
  offerFor(agentId: string, direction: TaskDirection): TakePlace {
    const taskId = `${ID_PREFIXES.task}${uuid4().replaceAll('-', '').slice(0, TASK_ID_LENGTH)}`;
    const settings = latestSettings(this.state());
    const now = Date.now();
    const request: RoutingRequest = {
      ...this.about(),
      taskId,
      queueId: null,
      agentId,
      mrdId: settings?.mrdId ?? 'chat',
      direction,
      priority: HAND_OVER_PRIORITY,
      attributes: {},
      queuedAt: now,
      waitingSince: now,
      ttlDueAt: now + (settings?.agentRequestTtlSeconds ?? 0) * 1000,
      avoidAgentIds: [],
      prefer: null,
    };
    const { conversationId, workflowId, mrdId } = request;
    const place = { taskId, conversationId, workflowId, agentId, mrdId };
    return { ...place, kind: 'OFFER', counts: true, letIn: false, request };
  }

  /** Gives everything that waits to routing. Goes on without end while it cannot be reached; never gives up. */
  async flush(): Promise<void> {
    const signals = this.waiting;
    await firstLocally('tellRouting', { signals });
    this.waiting = this.waiting.slice(signals.length);
  }

  private end(taskId: string, agentId: string): void {
    const { conversationId } = this.state();
    this.push(taskEndedSignal.name, { taskId, conversationId, agentId });
  }

  private requestOf(task: AgentTask, preferAgentId: string | undefined): RoutingRequest {
    const state = this.state();
    const ttlDueAt = state.deadlines[`agentRequestTtl:${task.id}`];
    const now = new Date(Date.now()).toISOString();
    const lastAgentSeconds = latestSettings(state)?.lastAgentTimeoutSeconds ?? 0;
    return {
      ...this.about(),
      taskId: task.id,
      queueId: task.mode === 'QUEUE' ? task.queueId : null,
      agentId: task.agentId,
      mrdId: task.mrdId,
      direction: task.direction,
      priority: task.priority,
      attributes: task.attributes,
      queuedAt: Date.parse(task.queuedAt ?? now),
      waitingSince: Date.parse(task.waitingSince ?? now),
      ttlDueAt: Date.parse(ttlDueAt ?? now),
      avoidAgentIds: task.avoidAgentIds ?? [],
      prefer:
        preferAgentId === undefined
          ? null
          : { agentId: preferAgentId, until: Date.parse(addSeconds(now, lastAgentSeconds)) },
    };
  }

  private about(): Pick<RoutingRequest, 'conversationId' | 'workflowId' | 'presentAgentIds'> {
    const { conversationId, participants } = this.state();
    const present = participants.filter(({ type, leftAt }) => type === 'AGENT' && leftAt === null);
    return {
      conversationId,
      workflowId: this.workflowId,
      presentAgentIds: present.map(({ id }) => id),
    };
  }

  private push(name: string, payload: unknown): void {
    this.waiting = [...this.waiting, { name, payload }];
  }
}
