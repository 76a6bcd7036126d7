import { uuid4 } from '@temporalio/workflow';
import type { TaskDirection } from '../../domain/conversation/agent-task';
import type { Effect, RoutingNews } from '../../domain/conversation/effects';
import type { TaskChanged } from '../../domain/conversation/events';
import {
  type ForRouting,
  forRouting,
  givenBack,
  offerFor,
} from '../../domain/conversation/for-routing';
import type { ConversationState } from '../../domain/conversation/model';
import { ID_PREFIXES } from '../../domain/ids';
import type { TakePlace } from '../routing/messages';
import { firstLocally } from './locally';
import type { RoutingSignal } from './messages';

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

  add(news: RoutingNews): void {
    const signal = forRouting(this.sender(), news);
    if (signal) this.push(signal);
  }

  cancel(taskId: string): void {
    this.push({ name: 'requestCancelled', payload: { taskId } });
  }

  /** Word for the desks of agents, which routing's streams carry. */
  notify({ kind, agentIds, dueAt }: Extract<Effect, { readonly type: 'notifyAgents' }>): void {
    const { conversationId } = this.state();
    this.push({ name: 'agentsNotified', payload: { conversationId, kind, agentIds, dueAt } });
  }

  /** Routing has given what nobody wants any more. */
  giveBack(news: TaskChanged): void {
    this.push(givenBack(news));
  }

  /** What routing is asked for when an agent is named. */
  offerFor(agentId: string, direction: TaskDirection): TakePlace {
    const taskId = `${ID_PREFIXES.task}${uuid4().replaceAll('-', '').slice(0, TASK_ID_LENGTH)}`;
    return offerFor(this.sender(), { taskId, agentId, direction });
  }

  /** Gives everything that waits to routing. Goes on without end while it cannot be reached; never gives up. */
  async flush(): Promise<void> {
    const signals = this.waiting;
    await firstLocally('tellRouting', { signals });
    this.waiting = this.waiting.slice(signals.length);
  }

  private sender() {
    return { state: this.state(), workflowId: this.workflowId, now: Date.now() };
  }

  private push(signal: ForRouting): void {
    this.waiting = [...this.waiting, signal];
  }
}
