import { createHash } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { createConfigurationActivities } from '../activities/configuration';
import { createRoutingActivities } from '../activities/routing';
import { createTellRoutingActivities } from '../activities/tell-routing';
import type { ConversationActivities } from '../activities/types';
import { Channel } from '../domain/channel/schema';
import type { ChannelSettings } from '../domain/channel/settings';
import { BUILT_IN_MRDS } from '../domain/configuration/references';
import { conversationWorkflowId } from '../domain/ids';
import { queueFacts } from '../domain/routing/queue-facts';
import { Agent, Mrd } from '../domain/routing/schema';
import { createRoutingWorkflow } from '../infra/routing-workflow';
import type { AgentEvent, RoutingNews } from '../infra/stores/routing';
import { bundleFile, readBundle } from '../workers/bundle';
import * as m from '../workflows/conversation/messages';
import * as r from '../workflows/routing/messages';
import { ActivityCount } from './activity-count';
import type { Customer } from './customers';
import type { Scenario } from './scenario';
import { openTimeSkipping } from './time-skipping';

const FOREVER = '2100-01-01T00:00:00.000Z';

/**
 * A contact centre in virtual time: the product's own conversation and routing workflows on Temporal's time-skipping server. What
 * they keep and send goes nowhere; what routing tells agents is kept for whoever plays them.
 */
export class Centre {
  private readonly workers: { readonly worker: Worker; readonly running: Promise<void> }[] = [];
  private readonly news: AgentEvent[] = [];
  private readonly activities = new ActivityCount();
  /** Conversations that something was told since all were last at rest. */
  private readonly touched = new Set<string>();
  private events = 0;

  private constructor(
    private readonly env: TestWorkflowEnvironment,
    private readonly scenario: Scenario,
    private readonly agents: readonly {
      readonly id: string;
      readonly shift: Scenario['shifts'][number];
    }[],
  ) {}

  static async open(
    scenario: Scenario,
    agents: readonly { readonly id: string; readonly shift: Scenario['shifts'][number] }[],
    serverPath: string | undefined,
  ): Promise<Centre> {
    const env = await openTimeSkipping(serverPath);
    const centre = new Centre(env, scenario, agents);
    try {
      await centre.startWorkers();
      await env.client.workflow.start('routingWorkflow', {
        taskQueue: r.ROUTING_TASK_QUEUE,
        workflowId: r.routingWorkflowId(),
        args: [{ domainId: 'default' }],
      });
      return centre;
    } catch (error) {
      await centre.close();
      throw error;
    }
  }

  /** Virtual time now, ms. */
  now(): Promise<number> {
    return this.env.currentTimeMs();
  }
  /** Virtual time goes by; every deadline in it fires. */
  async passes(ms: number): Promise<void> {
    if (ms > 0) await this.env.sleep(ms);
    await this.settles();
  }

  async agentGoes(agentId: string, state: 'READY' | 'NOT_READY' | 'LOGOUT'): Promise<void> {
    const by = { id: agentId, supervisor: false };
    await this.routing.executeUpdate(r.setAgentStateUpdate, {
      args: [{ agentId, state, reason: null, by }],
    });
    await this.settles();
  }
  /** False when the offer is gone. */
  async accepts(agentId: string, taskId: string): Promise<boolean> {
    const accepted = await this.routing
      .executeUpdate(r.acceptUpdate, { args: [{ taskId, agentId }] })
      .then(
        () => true,
        () => false,
      );
    await this.settles();
    return accepted;
  }
  async writes(customer: Customer): Promise<void> {
    const { eventKey, ...from } = this.from(customer);
    await this.tell(customer, m.customerMessageSignal.name, {
      ...{ ...from, eventKey, messageId: `msg_${eventKey}`, providerMessageId: eventKey },
      ...{
        body: { type: 'PLAIN', text: 'hello' },
        customerName: null,
        sentAt: null,
        replyTo: null,
      },
    });
  }
  async leaves(customer: Customer): Promise<void> {
    await this.tell(customer, m.channelSessionEndedSignal.name, {
      ...this.from(customer),
      reason: 'CUSTOMER',
    });
  }

  /** What agents were told since the last time it was asked for. */
  heard(): readonly AgentEvent[] {
    return this.news.splice(0);
  }
  customerOf(conversationId: unknown): string | undefined {
    return this.customers.get(String(conversationId));
  }

  async close(): Promise<void> {
    for (const { worker } of this.workers) worker.shutdown();
    await Promise.all(this.workers.map(({ running }) => running));
    await this.env.teardown();
  }

  private readonly customers = new Map<string, string>();

  private get routing() {
    return this.env.client.workflow.getHandle(r.routingWorkflowId());
  }

  private async tell(customer: Customer, signal: string, payload: object): Promise<void> {
    const workflowId = conversationWorkflowId(customer.id);
    await this.env.client.workflow.signalWithStart('conversationWorkflow', {
      workflowId,
      taskQueue: m.CONVERSATION_TASK_QUEUE,
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{ customerId: customer.id }],
      signal,
      signalArgs: [payload],
    });
    this.touched.add(workflowId);
    await this.settles();
  }

  /**
   * Until nobody has anything to do. A query is answered after everything that its workflow was told before it, but not after the
   * local activities that this began: all activities must have ended too, and no other have begun or ended during a whole look.
   */
  private async settles(): Promise<void> {
    const { activities } = this;
    for (let before = -1; before !== activities.begun + activities.ended || !activities.idle; ) {
      before = activities.begun + activities.ended;
      await Promise.all([...this.touched].map((workflowId) => this.handled(workflowId)));
      await this.routing.query(r.getQueuesQuery);
    }
    this.touched.clear();
  }

  private async handled(workflowId: string): Promise<void> {
    const handle = this.env.client.workflow.getHandle(workflowId);
    const conversation = await handle.query(m.getConversationQuery).catch(() => null); // it has ended
    if (conversation) this.customers.set(conversation.id, conversation.customerId);
  }

  private from(customer: Customer) {
    this.events += 1;
    const eventKey = createHash('sha256')
      .update(`${customer.id} ${this.events}`)
      .digest('hex')
      .slice(0, 26);
    return { channelId: customer.queueId, customerIdentifier: customer.id, eventKey };
  }

  private async startWorkers(): Promise<void> {
    const connection = this.env.nativeConnection;
    const workflowBundle = await readBundle(bundleFile());
    const namespace = this.env.namespace ?? 'default';
    const workflow = createRoutingWorkflow(this.env.client);
    const routing = createRoutingActivities({
      ...{ workflow, logger: { warn: () => undefined } },
      config: {
        list: async (resource) => ({ items: this.configured(resource) as never, nextCursor: null }),
      },
      routing: { publish: async (news) => this.publish(news) },
      presence: { leases: async (ids) => new Map(ids.map((id) => [id, FOREVER])) },
    });
    const publishes: typeof routing.publishRouting = async (input) => {
      for (const { workflowId } of input.signals) this.touched.add(workflowId);
      return routing.publishRouting(input);
    };
    const queues: [string, object, boolean][] = [
      [
        m.CONVERSATION_TASK_QUEUE,
        { ...this.conversation(), ...createTellRoutingActivities(workflow) },
        true,
      ],
      [r.ROUTING_TASK_QUEUE, { ...routing, publishRouting: publishes }, true],
    ];
    for (const [taskQueue, activities, bundled] of queues) {
      const worker = await Worker.create({
        ...{ connection, namespace, taskQueue, activities: this.activities.counted(activities) },
        ...(bundled && { workflowBundle }),
      });
      this.workers.push({ worker, running: worker.run() });
    }
  }

  private publish(news: RoutingNews): void {
    this.news.push(...news.events);
  }

  private configured(resource: string): readonly { readonly id: string }[] {
    switch (resource) {
      case 'mrds':
        return BUILT_IN_MRDS.map((mrd) =>
          Mrd.parse({ ...mrd, ...(mrd.id === 'chat' && { onInterrupted: 'HOLD' }) }),
        );
      case 'queues':
        return this.scenario.queues;
      case 'routing-attributes':
        return this.scenario.routingAttributes;
      case 'agents':
        return this.agents.map(({ id, shift }) =>
          Agent.parse({
            ...{ id, attributes: shift.attributes },
            mrds: [{ mrdId: 'chat', maxTasks: shift.maxTasks }],
          }),
        );
      default:
        return [];
    }
  }

  /** What conversations keep is kept by nobody, in the order in which it comes. */
  private conversation(): Omit<
    ConversationActivities,
    'tellRouting' | 'takePlace' | 'estimateWait'
  > {
    return {
      loadOpening: async ({ customerId }) => ({
        customer: { id: customerId, name: null, anonymous: true, labelPriority: null },
        ...{ mergedInto: null, liveIn: null, previous: null },
      }),
      ...createConfigurationActivities({
        config: {
          settings: async (channelId) => this.settings(channelId),
          get: async (resource, id) =>
            (this.configured(resource).find((it) => it.id === id) ?? null) as never,
        },
      }),
      findArchived: async () => [],
      appendTimeline: async ({ head, entries }) => `${head.hash.slice(0, 8)}${entries.length}`,
      verifyArchive: async () => ({ ok: true, missing: [], wrong: [] }),
    };
  }

  /** One channel for each queue. */
  private settings(queueId: string): ChannelSettings {
    const channel = Channel.parse({
      ...{ id: queueId, channelType: 'WEB', serviceIdentifier: queueId, connectorId: 'simulated' },
      ...{ queueId, agentRequestTtlSeconds: this.scenario.requestTtlSeconds },
      wrapUp: {
        enabled: this.scenario.wrapUpSeconds > 0,
        seconds: this.scenario.wrapUpSeconds || 60,
      },
      ...{ customerInactivityTimeoutSeconds: 86_400, agentIdleSeconds: 0 },
    });
    return {
      ...channel,
      ...{
        channelId: channel.id,
        providerId: 'webchat',
        namespace: `web:${queueId}`,
        mrdId: 'chat',
      },
      ...{ customerInactivityTimeoutSeconds: 86_400, delivery: 'STREAM', window: null, bot: null },
      queue: queueFacts(this.scenario.queues.find(({ id }) => id === queueId) ?? {}),
      ...{ ambiguousSend: 'exactly-once-with-key', reportsOutcome: false },
    };
  }
}
