import type { TaskChanged } from '../../domain/conversation/events';
import { nextDue } from '../../domain/routing/due';
import type { RoutingEffect } from '../../domain/routing/effects';
import type { RoutingEvent } from '../../domain/routing/events';
import type {
  AgentConfig,
  MrdConfig,
  QueueConfig,
  RoutingConfig,
  RoutingRequest,
  Skill,
  StepConfig,
  Waiting,
} from '../../domain/routing/model';
import { decideRouting, type RoutingDecided } from '../../domain/routing/routing';
import { emptyState, type RoutingState } from '../../domain/routing/state';
import { statusOf } from '../../domain/routing/status';

const START = Date.parse('2026-11-22T10:00:00.000Z');

export function aStep(change: Partial<StepConfig> = {}): StepConfig {
  return { timeoutSeconds: 30, expression: null, skipIfNoCandidate: false, ...change };
}
export function aQueue(change: Partial<QueueConfig> = {}): QueueConfig {
  const steps = change.steps ?? [aStep()];
  return {
    name: null,
    mrdId: 'chat',
    priority: 1,
    paused: false,
    steps,
    skips: steps.some(({ skipIfNoCandidate }) => skipIfNoCandidate),
    agentSelectionPolicy: 'LONGEST_AVAILABLE',
    reservationSeconds: 20,
    afterRona: 'NOT_READY',
    autoAccept: false,
    agentSla: { seconds: null, thresholds: [] },
    ewtMinSeconds: 0,
    ewtMaxSeconds: 3600,
    expiresAt: null,
    ...change,
  };
}
export function anAgent(
  skills: Readonly<Record<string, Skill>> = {},
  capacity: Readonly<Record<string, number>> = {},
): AgentConfig {
  return { name: null, supervisor: false, enabled: true, skills, capacity };
}
const MRDS: Readonly<Record<string, MrdConfig>> = {
  chat: { maxTasks: 5, interruptible: true, autoSync: true, onInterrupted: 'REQUEUE' },
  email: { maxTasks: 5, interruptible: true, autoSync: true, onInterrupted: 'REQUEUE' },
  voice: { maxTasks: 1, interruptible: false, autoSync: true, onInterrupted: 'REQUEUE' },
};
export function aRoutingConfig(change: Partial<RoutingConfig> = {}): RoutingConfig {
  return {
    mrds: MRDS,
    queues: { support: aQueue() },
    agents: { a1: anAgent(), a2: anAgent(), a3: anAgent() },
    defaultSkills: {},
    ...change,
  };
}

/** One routing domain in virtual time: every act answers what it caused. */
export class RoutingStory {
  now = START;
  readonly state: RoutingState;
  /** All that was caused so far, oldest first. */
  readonly effects: RoutingEffect[] = [];
  private count = 0;

  constructor(config: RoutingConfig = aRoutingConfig()) {
    this.state = emptyState(config);
  }

  take(event: RoutingEvent): RoutingDecided {
    const decided = decideRouting(this.state, event, this.now);
    this.effects.push(...decided.effects);
    return decided;
  }

  /** Lets seconds pass; what is due on the way happens at its time. */
  wait(seconds: number): this {
    const until = this.now + seconds * 1000;
    for (let due = nextDue(this.state); due && due.at <= until; due = nextDue(this.state)) {
      this.now = Math.max(this.now, due.at);
      this.take({ type: 'due' });
    }
    this.now = until;
    return this;
  }

  logsIn(...agentIds: readonly string[]): this {
    for (const agentId of agentIds) this.sets(agentId, 'READY');
    return this;
  }
  sets(agentId: string, state: 'READY' | 'NOT_READY' | 'LOGOUT', by = agentId): RoutingDecided {
    const actor = { id: by, supervisor: by !== agentId };
    return this.take({ type: 'setAgentState', agentId, state, reason: null, by: actor });
  }

  /** A conversation asks for a human. @returns the task's id */
  asks(change: Partial<RoutingRequest> = {}): string {
    this.count += 1;
    const taskId = change.taskId ?? `tsk_${this.count}`;
    this.take({
      type: 'agentRequested',
      request: {
        taskId,
        conversationId: `cnv_${this.count}`,
        workflowId: `conversation:cus_${this.count}`,
        queueId: change.agentId ? null : 'support',
        agentId: null,
        mrdId: 'chat',
        direction: 'INBOUND',
        priority: 1,
        attributes: {},
        queuedAt: this.now,
        waitingSince: this.now,
        ttlDueAt: this.now + 300_000,
        avoidAgentIds: [],
        presentAgentIds: [],
        prefer: null,
        ...change,
      },
    });
    return taskId;
  }
  accepts(agentId: string, taskId = this.ringingAt(agentId)): RoutingDecided {
    return this.take({ type: 'accept', taskId: taskId ?? '', agentId });
  }
  declines(agentId: string, taskId = this.ringingAt(agentId)): RoutingDecided {
    return this.take({ type: 'decline', taskId: taskId ?? '', agentId });
  }
  ends(agentId: string, conversationId: string): RoutingDecided {
    const taskId = this.state.agents.get(agentId)?.places.get(conversationId)?.taskId ?? '';
    return this.take({ type: 'taskEnded', taskId, conversationId, agentId });
  }
  /** Has an agent take a place by an own act. */
  joins(
    agentId: string,
    change: {
      taskId?: string;
      conversationId?: string;
      mrdId?: string;
      counts?: boolean;
      letIn?: boolean;
    } = {},
  ) {
    this.count += 1;
    return this.take({
      type: 'takePlace',
      place: {
        taskId: `tsk_${this.count}`,
        conversationId: `cnv_${this.count}`,
        workflowId: `conversation:cus_${this.count}`,
        agentId,
        mrdId: 'chat',
        kind: 'JOIN',
        counts: true,
        letIn: false,
        request: null,
        ...change,
      },
    });
  }

  request(taskId: string): Waiting | undefined {
    return this.state.waiting.get(taskId);
  }
  /** The task that rings at an agent. */
  ringingAt(agentId: string): string | undefined {
    return [...(this.state.agents.get(agentId)?.ringing ?? [])][0];
  }
  mrd(agentId: string, mrdId = 'chat') {
    return statusOf(this.state, agentId).mrds.find((it) => it.mrdId === mrdId)?.state ?? 'LOGOUT';
  }
  agent(agentId: string) {
    return statusOf(this.state, agentId);
  }
  /** What the conversation of a task was told, oldest first. */
  told(taskId: string): readonly TaskChanged['change'][] {
    return this.effects.flatMap((effect) =>
      effect.type === 'tell' && effect.news.taskId === taskId ? [effect.news.change] : [],
    );
  }
}
