import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { createRoutingActivities } from '../../../activities/routing';
import { createTellRoutingActivities } from '../../../activities/tell-routing';
import type { SendPart } from '../../../activities/types';
import { createConversationWorkflows } from '../../../infra/conversation-workflows';
import { createRoutingWorkflow } from '../../../infra/routing-workflow';
import { ActivityCount } from '../../../simulation/activity-count';
import * as m from '../../../workflows/conversation/messages';
import * as r from '../../../workflows/routing/messages';
import { MemoryArchive } from '../fakes/memory-archive';
import { createTimeSkipping } from '../temporal-env';
import { workflowBundle } from '../workflow-bundle';
import { LiveRun, TooSlow } from './live-run';
import type { LiveWorld } from './live-world';

/** Real time in which any virtual time goes by, ms. */
const STANDS_STILL_MS = 100_000;

/**
 * Level 2: the product's own conversation and routing workflows on the time-skipping server, one server and one set of workers for a
 * file. Each run has customers and collaborators of its own.
 */
export class Live {
  private world: LiveWorld | null = null;
  private last: LiveRun | null = null;
  private runs = 0;
  private count = new ActivityCount();
  private readonly workers: { readonly worker: Worker; readonly running: Promise<void> }[] = [];

  private constructor(private env: TestWorkflowEnvironment) {}

  static async open(): Promise<Live> {
    const live = new Live(await createTimeSkipping());
    await live.startWorkers();
    return live;
  }
  async close(): Promise<void> {
    const workers = this.workers.splice(0);
    for (const { worker } of workers) worker.shutdown();
    await Promise.all(workers.map(({ running }) => running));
    await this.env.teardown();
  }

  /** A run among customers that nobody has heard of yet. */
  async begins(world: LiveWorld): Promise<LiveRun> {
    // An activity that is given up with its workflow keeps the server from skipping time from then on.
    if (this.last && !this.last.over) await this.opensAnew();
    this.world = world;
    this.runs += 1;
    const { workflow } = this.env.client;
    const routing = r.routingWorkflowId();
    if (this.last) await workflow.getHandle(routing).terminate('the next run begins');
    await workflow.start('routingWorkflow', {
      taskQueue: r.ROUTING_TASK_QUEUE,
      workflowId: routing,
      args: [{ domainId: r.DEFAULT_ROUTING_DOMAIN }],
    });
    const run = new LiveRun(this, world, `_run${this.runs}`, await this.env.currentTimeMs());
    this.last = run;
    await run.settles();
    return run;
  }
  private async opensAnew(): Promise<void> {
    this.last = null;
    await this.close();
    this.env = await createTimeSkipping();
    this.count = new ActivityCount();
    await this.startWorkers();
  }

  get client() {
    return this.env.client;
  }
  now(): Promise<number> {
    return this.env.currentTimeMs();
  }
  /** Throws {@link TooSlow} when virtual time stands still. */
  async passes(ms: number): Promise<void> {
    if (ms <= 0) return;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TooSlow('virtual time stands still')), STANDS_STILL_MS);
    });
    await Promise.race([this.env.sleep(ms), tooLong]).finally(() => clearTimeout(timer));
  }
  /** Calls of activities that have begun, and whether all of them have ended. */
  get activities(): { readonly begun: number; readonly idle: boolean } {
    return this.count;
  }
  /** Conversations of a customer in the order of their beginnings. */
  readonly conversations = new Map<string, string[]>();

  private get present(): LiveWorld {
    if (!this.world) throw new Error('no run has begun');
    return this.world;
  }

  private async startWorkers(): Promise<void> {
    const { client, nativeConnection: connection } = this.env;
    const namespace = this.env.namespace ?? 'default';
    const bundle = await workflowBundle();
    const routingWorkflow = createRoutingWorkflow(client);
    const deps = () => this.present.routing.deps;
    const routing = createRoutingActivities({
      config: { list: (...args) => deps().config.list(...args) },
      routing: { publish: (news) => deps().routing.publish(news) },
      presence: { leases: (ids) => deps().presence.leases(ids) },
      workflow: routingWorkflow,
      logger: { warn: () => undefined },
    });
    const names = Object.keys(new MemoryArchive().activities());
    const archive = Object.fromEntries(
      names.map((name) => [
        name,
        (input: unknown) => {
          this.noteOpening(name, input);
          const call = this.present.archive.activities() as unknown as Record<string, Call>;
          return call[name]?.(input);
        },
      ]),
    );
    const sends = {
      sendPart: (input: SendPart) => this.present.sendPart(input),
      failMessage: (input: Parameters<LiveWorld['failMessage']>[0]) =>
        this.present.failMessage(input),
    };
    const { handOn } = createConversationWorkflows(client);
    const housekeeping = {
      handOn: ({ toCustomerId, inbox }: { toCustomerId: string; inbox: never }) =>
        handOn(toCustomerId, inbox),
    };
    const told = createTellRoutingActivities(routingWorkflow);
    const queues: readonly [string, object, boolean][] = [
      [m.CONVERSATION_TASK_QUEUE, { ...archive, ...told }, true],
      [r.ROUTING_TASK_QUEUE, routing, true],
      [m.HOUSEKEEPING_TASK_QUEUE, { ...archive, ...told, ...housekeeping }, false],
      [m.SEND_TASK_QUEUE, sends, false],
    ];
    for (const [taskQueue, activities, bundled] of queues) {
      const worker = await Worker.create({
        ...{ connection, namespace, taskQueue, activities: this.count.counted(activities) },
        ...(bundled && { workflowBundle: bundle }),
      });
      this.workers.push({ worker, running: worker.run() });
    }
  }

  /** The first step of a run says under which id a conversation is to begin. */
  private noteOpening(name: string, input: unknown): void {
    if (name !== 'findArchived') return;
    const { keys, except } = input as { keys: readonly { eventKey: string }[]; except?: string };
    const customer = this.writers.get(keys[0]?.eventKey ?? '');
    if (customer === undefined || except === undefined) return;
    const known = this.conversations.get(customer) ?? [];
    if (!known.includes(except)) this.conversations.set(customer, [...known, except]);
  }
  /** By event key: to whose workflow it was given. */
  readonly writers = new Map<string, string>();
}
type Call = (input: unknown) => Promise<unknown>;
