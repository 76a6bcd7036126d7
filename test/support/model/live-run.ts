import { WorkflowNotFoundError } from '@temporalio/client';
import type { TimelineActivity } from '../../../domain/conversation/timeline-activity';
import { conversationWorkflowId } from '../../../domain/ids';
import * as m from '../../../workflows/conversation/messages';
import * as r from '../../../workflows/routing/messages';
import type { Act, ConversationName, Standing } from './acts';
import { CAPACITY } from './commands';
import type { Live } from './live';
import { LiveDeeds } from './live-deeds';
import type { LiveWorld } from './live-world';
import { SLACK_MS } from './slow';

/** Virtual time went at the pace of a machine that was too slow: the acts met other deadlines than planned. */
export class TooSlow extends Error {}

/** An act that took longer than a call of the product waits for its answer, ms, or nearly so. */
const DISTURBED_MS = 3_000;
/** Real time within which workflows do what they were told, ms. */
const PATIENCE_MS = 60_000;

/** Plays acts, one after the other, each when all that the one before brought about is done. */
export class LiveRun extends LiveDeeds {
  /** The machine had other work: something may have gone otherwise for that alone. */
  disturbed = false;
  /** It came to its end: nothing of it runs any more. */
  over = false;

  constructor(
    live: Live,
    world: LiveWorld,
    suffix: string,
    private readonly begunAt: number,
  ) {
    super(live, world, suffix);
  }

  /** What went otherwise than at level 1; nothing when all is well. Throws {@link TooSlow}. */
  async plays(act: Act): Promise<readonly string[]> {
    const since = Date.now();
    try {
      return await this.acts(act);
    } finally {
      this.disturbed ||= Date.now() - since > DISTURBED_MS;
    }
  }

  private async acts({ at, later, deed, given, reached }: Act): Promise<readonly string[]> {
    await this.goesOnTo(at, later);
    const before = this.differences(given);
    if (before.length > 0) return before;
    const found = await this.does(deed);
    const { delivered } = this.world;
    const sent = () => delivered.calls >= reached.calls && this.world.failed >= reached.failed;
    await this.settles();
    if (!sent()) {
      await this.until(sent, 'what was to be sent');
      await this.settles();
    }
    await this.looksAtTheClock(at);
    return [...found, ...this.crowded];
  }

  /** Each conversation's archived timeline, by name. */
  get timelines(): ReadonlyMap<ConversationName, readonly TimelineActivity[]> {
    return new Map(
      [...this.live.conversations].flatMap(([customer, ids]) =>
        customer.endsWith(this.suffix)
          ? ids.map(
              (id, n) =>
                [
                  `${customer.slice(0, -this.suffix.length)}/${n + 1}` as ConversationName,
                  this.world.archive.of(id),
                ] as const,
            )
          : [],
      ),
    );
  }
  /** What conversations decided last, for whoever looks for the difference. */
  async explains(): Promise<readonly string[]> {
    const all = [...this.workflowIds()].map(async (id) => {
      const handle = this.live.client.workflow.getHandle(id);
      const { decisions } = await handle.query(m.explainQuery);
      return decisions.map(({ at, event, outcome }) => `${id} ${at} ${event}: ${outcome}`);
    });
    const told = await Promise.allSettled(all);
    return told.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  }
  /** What has not come to its end. */
  async unfinished(): Promise<readonly string[]> {
    const { workflow } = this.live.client;
    const routing = workflow.getHandle(r.routingWorkflowId());
    const [queues, agents] = await Promise.all([
      routing.query(r.getQueuesQuery),
      routing.query(r.getAgentsQuery),
    ]);
    const open = [...this.timelines].filter(
      ([, entries]) => entries.at(-1)?.data?.['to'] !== 'CLOSED',
    );
    const found = [
      ...open.map(([name]) => `stuck: ${name} is not sealed`),
      ...queues
        .filter(({ waiting, ringing }) => waiting + ringing > 0)
        .map(({ queueId }) => `stuck: somebody waits in ${queueId}`),
      ...agents
        .filter(({ mrds }) => mrds.some(({ tasks }) => tasks > 0))
        .map(({ agentId }) => `stuck: ${agentId} is at work`),
    ];
    this.over = found.length === 0;
    return found;
  }

  /**
   * Until nobody has anything to do. A query is answered after all that its workflow was told before, but not after the local activities
   * that this began: all must have ended, and none have begun during a whole look.
   */
  async settles(): Promise<void> {
    for (let before = -1; before !== this.live.activities.begun || !this.live.activities.idle; ) {
      before = this.live.activities.begun;
      await Promise.all([...this.workflowIds()].map((id) => this.looksAt(id)));
      await this.looksAtAgents();
    }
  }
  /** I5. */
  private async looksAtAgents(): Promise<void> {
    const routing = this.live.client.workflow.getHandle(r.routingWorkflowId());
    for (const { agentId, mrds } of await routing.query(r.getAgentsQuery))
      if (mrds.some(({ tasks }) => tasks > CAPACITY))
        this.crowded.push(`over-capacity: ${agentId}`);
  }
  private readonly crowded: string[] = [];

  *workflowIds(): Iterable<string> {
    for (const customer of this.customers) yield conversationWorkflowId(customer);
  }

  private async looksAt(workflowId: string): Promise<void> {
    // It has ended, and nobody has written since.
    if (this.views.get(workflowId)?.state === 'CLOSED') return;
    const view = await this.live.client.workflow
      .getHandle(workflowId)
      .query(m.getConversationQuery)
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      });
    this.views.set(workflowId, view);
  }

  private async goesOnTo(at: number, later: boolean): Promise<void> {
    await this.live.passes(this.begunAt + at - (await this.live.now()));
    if (!later) return;
    await this.settles();
    await this.looksAtTheClock(at);
  }
  private async looksAtTheClock(at: number): Promise<void> {
    const ahead = (await this.live.now()) - this.begunAt - at;
    if (ahead >= SLACK_MS)
      throw new TooSlow(`this machine is too slow to compare: ${ahead} ms ahead of the plan`);
  }
  private async until(look: () => boolean, what: string): Promise<void> {
    const patience = Date.now() + PATIENCE_MS;
    while (!look()) {
      if (Date.now() > patience) throw new Error(`${what} never came`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  private differences({ entries, calls, failed }: Standing): readonly string[] {
    const { archive, delivered } = this.world;
    const here = [...this.timelines].map(([name, list]) => [name, list.length] as const);
    const written = archive.writesFail ? [] : here;
    return [
      ...written.flatMap(([name, count]) =>
        (entries[name] ?? 0) === count
          ? []
          : [`${name} has ${count} entries, at level 1 ${entries[name] ?? 0}`],
      ),
      ...(archive.writesFail ? [] : Object.keys(entries))
        .filter((name) => !here.some(([other]) => other === name))
        .map((name) => `there is no ${name}`),
      ...(delivered.calls === calls ? [] : [`${delivered.calls} calls, at level 1 ${calls}`]),
      ...(this.world.failed === failed
        ? []
        : [`${this.world.failed} failed, at level 1 ${failed}`]),
    ];
  }
}
