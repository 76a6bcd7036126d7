import type { ReportEntity } from '../../../domain/reporting/entities';
import type { RoutingEvent } from '../../../domain/routing/events';
import type { RoutingNews } from '../../../infra/stores/routing';
import { RoutingRun } from '../../../workflows/routing/routing-run';
import { collect } from '../../support/reports';
import { aRoutingConfig } from '../../support/routing';
import { useStores } from '../../support/stores';

const opened = useStores();
const routing = () => opened().stores.routing;

/** A routing domain as its workflow works on it, published to the real store. */
class Published {
  readonly run = new RoutingRun(aRoutingConfig(), null, Date.now());
  readonly news: RoutingNews[] = [];

  take(event: RoutingEvent): void {
    this.run.apply(event);
  }
  sets(agentId: string, state: 'READY' | 'NOT_READY' | 'LOGOUT', reason: string | null = null) {
    this.take({
      type: 'setAgentState',
      agentId,
      state,
      reason,
      by: { id: agentId, supervisor: false },
    });
  }
  asks(taskId: string): void {
    const now = Date.now();
    this.take({
      type: 'agentRequested',
      request: {
        taskId,
        conversationId: `cnv_${taskId}`,
        workflowId: `conversation:cus_${taskId}`,
        queueId: 'support',
        agentId: null,
        mrdId: 'chat',
        direction: 'INBOUND',
        priority: 1,
        attributes: {},
        queuedAt: now,
        waitingSince: now,
        ttlDueAt: now + 300_000,
        avoidAgentIds: [],
        presentAgentIds: [],
        prefer: null,
      },
    });
  }
  async publish(): Promise<RoutingNews> {
    const publication = this.run.publication();
    await routing().publish(publication.news);
    this.run.published(publication, { gone: [], stored: true });
    this.news.push(publication.news);
    return publication.news;
  }
}

async function rows(entity: ReportEntity, agentId: string) {
  const found = await collect(opened().stores.reports.rows({ entity }));
  const own = found.filter((row) => row['agent_id'] === agentId);
  return own.map(({ updated_at: _, ...row }) => row);
}

describe('what routing publishes', () => {
  it('agents as they stand, their events in order, why somebody was chosen', async () => {
    const published = new Published();
    published.sets('a1', 'READY');
    published.asks('tsk_1');
    await published.publish();
    expect(await routing().agent('a1')).toMatchObject({
      agentId: 'a1',
      state: 'READY',
      mrds: expect.arrayContaining([{ mrdId: 'chat', state: 'RESERVED', tasks: 1, maxTasks: 5 }]),
    });
    expect(await routing().agent('a9')).toBeNull();
    expect(await routing().agents(['a1', 'a9'])).toHaveLength(1);
    const events = await routing().events('a1', 0, 10);
    expect(events.map(({ type }) => type)).toEqual(['OFFER', 'STATE']);
    expect(events[0]).toMatchObject({ data: { taskId: 'tsk_1', queueId: 'support' } });
    expect(await routing().lastEvent('a1')).toBe(events[1]?.n);
    expect(await routing().events('a1', events[0]?.n ?? 0, 10)).toEqual([events[1]]);
    expect(await routing().decisions('cnv_tsk_1')).toMatchObject([
      { taskId: 'tsk_1', chosen: 'a1', candidates: ['a1'], stepsOpen: 1 },
    ]);
  });

  it('again, or older than what is known: nothing is added, nothing goes back', async () => {
    const published = new Published();
    published.sets('a2', 'READY');
    await published.publish();
    published.sets('a2', 'NOT_READY', 'lunch');
    await published.publish();
    const before = {
      agent: await routing().agent('a2'),
      events: await routing().events('a2', 0, 50),
      states: await rows('agent_state', 'a2'),
    };
    expect(before.agent).toMatchObject({ state: 'NOT_READY', reason: 'lunch' });
    for (const news of [...published.news, ...published.news].reverse())
      await routing().publish(news);
    expect({
      agent: await routing().agent('a2'),
      events: await routing().events('a2', 0, 50),
      states: await rows('agent_state', 'a2'),
    }).toEqual(before);
  });

  it('each state of an agent and of its MRDs is a row of reports, the running one without an end', async () => {
    const published = new Published();
    published.sets('a3', 'READY');
    await published.publish();
    published.sets('a3', 'NOT_READY', 'lunch');
    await published.publish();
    const running = (all: readonly Record<string, unknown>[]) =>
      all.filter((row) => row['duration_seconds'] === null).map((row) => row['state']);
    const agentRows = await rows('agent_state', 'a3');
    expect(agentRows.map((row) => row['state'])).toEqual(
      expect.arrayContaining(['READY', 'NOT_READY']),
    );
    expect(running(agentRows)).toEqual(['NOT_READY']);
    expect(agentRows.find((row) => row['duration_seconds'] === null)).toMatchObject({
      reason: 'lunch',
      login_at: expect.any(String),
    });
    const mrdRows = await rows('agent_mrd_state', 'a3');
    expect(mrdRows.map((row) => row['mrd_id'])).toEqual(
      expect.arrayContaining(['chat', 'email', 'voice']),
    );
    expect(running(mrdRows)).toEqual(['NOT_READY', 'NOT_READY', 'NOT_READY']);

    published.sets('a3', 'LOGOUT');
    await published.publish();
    const after = [...(await rows('agent_state', 'a3')), ...(await rows('agent_mrd_state', 'a3'))];
    expect(running(after)).toEqual([]); // nobody reports about being logged out
    expect(after.map((row) => row['state'])).not.toContain('LOGOUT');
    expect(await routing().agent('a3')).toMatchObject({ state: 'LOGOUT', loginAt: null, mrds: [] });
  });
});

describe('presence leases', () => {
  it('end 60 s after the last sign of life, which need not be the renewal; who has none is left out', async () => {
    const { presence } = opened().stores;
    const begun = Date.now();
    await presence.renew('a1');
    await presence.renew('a1');
    const leases = await presence.leases(['a1', 'a9']);
    expect([...leases.keys()]).toEqual(['a1']);
    const ends = Date.parse(leases.get('a1') ?? '') - begun;
    expect(ends).toBeGreaterThanOrEqual(62_000);
    expect(ends).toBeLessThan(120_000);
    expect(await presence.leases([])).toEqual(new Map());
  });
});
