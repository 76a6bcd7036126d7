import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { type Db, MongoClient } from 'mongodb';
import { inParallel } from '../domain/in-parallel';
import type { Api } from './support/api';
import { floorClient } from './support/floor-client';
import { type Measured, told } from './support/measured';
import type { Benchmark } from './support/stage';
import { median, quantile } from './support/statistics';

const ROUTING = 'routing:default';
const CALLERS = 20;
const SIZES = { quick: [10, 100], full: [10, 100, 500, 2_000] };
const ASSIGNMENTS = { quick: 40, full: 200 };
const WARM_UP = 40;
const LAPSES = 5;
const POLL_MS = 10;
const PATIENCE_MS = 60_000;
const NEVER = new Date('2100-01-01T00:00:00Z');

interface AgentEvent {
  readonly _id: number;
  readonly agentId: string;
  readonly type: string;
  readonly at: string;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * One routing domain with more and more agents logged in: assignments a second (asked, offered, accepted, ended), history events of
 * each, and how late offers lapse. The conversations behind it are workflows that do nothing.
 */
export const routingDomain: Benchmark = async ({ instance, api }, { quick }) => {
  const floorWorker = await instance.startFloor();
  const floor = await floorClient(instance);
  const mongo = await MongoClient.connect(instance.mongoUri);
  try {
    const domain = new Domain(api, floor.client, mongo.db());
    await domain.opens();
    const results: Measured[] = [];
    for (const agents of quick ? SIZES.quick : SIZES.full) {
      await domain.growsTo(agents);
      await domain.assigns(agents, WARM_UP); // the logins are through, and the code is compiled
      results.push(await domain.assigns(agents, quick ? ASSIGNMENTS.quick : ASSIGNMENTS.full));
    }
    return [...results, await domain.lapses()];
  } finally {
    await mongo.close();
    await floor.close();
    floorWorker.stop();
  }
};

class Domain {
  private readonly run = randomBytes(3).toString('hex');
  private agents = 0;
  private count = 0;
  private readonly seen = new Set<number>();

  constructor(
    private readonly api: Api,
    private readonly client: Client,
    private readonly db: Db,
  ) {}

  async opens(): Promise<void> {
    for (const [id, fields] of [
      ['bench-work', { reservationSeconds: 600 }],
      ['bench-lapse', { reservationSeconds: 1, afterRona: 'UNCHANGED', steps: [SKILLED] }],
    ] as const)
      await this.api.has('queues', { id, ...fields });
    await this.client.workflow.start('noOpWorkflow', {
      taskQueue: 'bench-floor',
      workflowId: this.home,
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    await this.client.workflow.start('routingWorkflow', {
      taskQueue: 'routing',
      workflowId: ROUTING,
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{ domainId: 'default' }],
    });
  }

  async growsTo(agents: number): Promise<void> {
    const names = Array.from({ length: agents - this.agents }, (_, n) => this.agents + n);
    await inParallel(names, CALLERS, (n) =>
      this.api.has('agents', { id: agentOf(n), mrds: [{ mrdId: 'chat' }] }),
    );
    await this.routing().signal('configurationChanged');
    await this.keepPresent(names);
    await inParallel(names, CALLERS, async (n) => {
      const agentId = agentOf(n);
      const by = { id: agentId, supervisor: false };
      await this.routing().executeUpdate('setAgentState', {
        args: [{ agentId, state: 'READY', reason: null, by }],
      });
    });
    this.agents = agents;
  }

  /** Nobody keeps a stream open for them, and the whole run takes longer than a lease. */
  private async keepPresent(names: readonly number[]): Promise<void> {
    const presence = this.db.collection<{ _id: string; expiresAt: Date }>('presence');
    await presence.insertMany(names.map((n) => ({ _id: agentOf(n), expiresAt: NEVER })));
  }

  async assigns(agents: number, wanted: number): Promise<Measured> {
    const before = await this.routing().describe();
    const begun = performance.now();
    const atOnce = Math.min(agents, CALLERS);
    for (let n = 0; n < atOnce; n += 1) await this.asks('bench-work');
    let done = 0;
    await this.follow(async ({ type, agentId, data }) => {
      const { taskId = '', conversationId = '' } = data;
      if (type === 'OFFER')
        await this.routing().executeUpdate('accept', { args: [{ taskId, agentId }] });
      if (type !== 'TASK_ASSIGNED') return done >= wanted;
      await this.routing().signal('taskEnded', { taskId, conversationId, agentId });
      done += 1;
      if (done + atOnce <= wanted) await this.asks('bench-work');
      return done >= wanted;
    });
    const seconds = (performance.now() - begun) / 1000;
    const after = await this.routing().describe();
    const sameRun = before.runId === after.runId;
    const each = (after.historyLength - before.historyLength) / wanted;
    return told(
      `routing ${agents}`,
      `assignments a second with ${agents} agents logged in`,
      `${(wanted / seconds).toFixed(1)}/s, ${sameRun ? `${each.toFixed(1)} history events each` : 'continued as new meanwhile'}`,
      wanted / seconds,
    );
  }

  /** Nobody answers: the moment in which routing took the offer back, after the one it had named. */
  async lapses(): Promise<Measured> {
    const due = new Map<string, string>();
    const late: number[] = [];
    await this.asks('bench-lapse');
    await this.follow(async ({ type, at, data }) => {
      const { taskId = '', expiresAt = '' } = data;
      if (type === 'OFFER') due.set(taskId, expiresAt);
      const expected = due.get(taskId);
      if (type === 'OFFER_REVOKED' && expected) late.push(Date.parse(at) - Date.parse(expected));
      return late.length >= LAPSES;
    });
    return told(
      'RONA',
      'ms between the moment an offer is due and its end',
      `p50 ${median(late).toFixed(0)}, worst ${quantile(late, 1).toFixed(0)}`,
      median(late),
    );
  }

  private async asks(queueId: string): Promise<void> {
    this.count += 1;
    const now = Date.now();
    await this.routing().signal('agentRequested', {
      taskId: `tsk_${this.run}${this.count}`,
      conversationId: `cnv_${this.run}${this.count}`,
      workflowId: this.home,
      queueId,
      agentId: null,
      mrdId: 'chat',
      direction: 'INBOUND',
      priority: 1,
      attributes: {},
      queuedAt: now,
      waitingSince: now,
      ttlDueAt: now + PATIENCE_MS,
      avoidAgentIds: [],
      presentAgentIds: [],
      prefer: null,
    });
  }

  /** Every event of this run's tasks, once, until `take` says that it is enough. */
  private async follow(take: (event: AgentEvent) => Promise<boolean>): Promise<void> {
    const patience = Date.now() + PATIENCE_MS;
    const mine = new RegExp(`^tsk_${this.run}`);
    for (;;) {
      if (Date.now() > patience) throw new Error('routing did not get on with it');
      const fresh = await this.db
        .collection<AgentEvent>('agent_events')
        .find({ 'data.taskId': mine, _id: { $nin: [...this.seen] } })
        .sort({ _id: 1 })
        .toArray();
      for (const { _id } of fresh) this.seen.add(_id);
      const answers = await Promise.all(fresh.map(take));
      if (answers.includes(true)) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  private get home(): string {
    return `floor-routing:${this.run}`;
  }
  private routing() {
    return this.client.workflow.getHandle(ROUTING);
  }
}

function agentOf(n: number): string {
  return `bench-agent-${n}`;
}

/** Matched by whom no skill is named: everybody, so that an offer that lapsed rings at the next. */
const SKILLED = { timeoutSeconds: 86_400 };
