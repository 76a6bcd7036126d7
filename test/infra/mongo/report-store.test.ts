import { REPORT_COLUMNS } from '../../../domain/reporting/entities';
import { reportsOf } from '../../../infra/mongo/report-documents';
import type { ReportQuery } from '../../../infra/stores/reports';
import { aBatch, aProjection } from '../../support/archive';
import { anOpening, Story, someSettings } from '../../support/conversations';
import { collect } from '../../support/reports';
import { uniqueName, useDatabase } from '../../support/servers';
import { openStores } from '../../support/stores';

const database = useDatabase();
let stores: Awaited<ReturnType<typeof openStores>>;
beforeAll(async () => {
  stores = await openStores(database().uri);
});
afterAll(() => stores?.close());

const read = (entity: ReportQuery['entity'], query: Omit<ReportQuery, 'entity'> = {}) =>
  collect(stores.reports.rows({ entity, ...query }));

/** A conversation that began at a moment of its own, archived with all its rows. */
async function archived(
  act: (story: Story) => void,
  { now, settings = someSettings() }: { now: string; settings?: ReturnType<typeof someSettings> },
): Promise<Story> {
  const id = uniqueName('cnv_');
  const story = new Story(settings, {}, anOpening({ conversationId: id }), now);
  story.startSession();
  act(story);
  const { lastSeq, sessions } = story.state;
  const shown = sessions.map(({ settings: _, ...session }) => ({ ...session, expiresAt: null }));
  await stores.archive.append(
    aBatch(id, {
      entries: story.pending,
      fence: Date.parse(story.now),
      projection: aProjection(
        id,
        lastSeq,
        { createdAt: now, channelSessions: shown, data: story.state.data },
        { counters: { ...story.state.counters } },
      ),
    }),
  );
  return story;
}

describe('rows', () => {
  it('come by their beginning, from inclusive, to exclusive', async () => {
    const at = (minute: number) => `2026-04-01T10:0${minute}:00.000Z`;
    for (const minute of [3, 1, 2])
      await archived((story) => story.joins('a1'), { now: at(minute) });
    const rows = await read('agent_task', { from: at(1), to: at(3) });
    expect(rows.map((row) => row['answered_at'])).toEqual([at(1), at(2)]);
    expect(await read('agent_task', { from: at(3), to: at(3) })).toEqual([]);
    expect(rows[0]).toMatchObject({ record_creation_time: at(1), updated_at: at(1) });
  });

  it('have their columns and no others', async () => {
    await archived((story) => story.joins('a1'), { now: '2026-04-02T10:00:00.000Z' });
    for (const entity of Object.keys(REPORT_COLUMNS) as ReportQuery['entity'][])
      for (const row of await read(entity))
        expect(REPORT_COLUMNS[entity] as readonly string[]).toEqual(
          expect.arrayContaining(Object.keys(row)),
        );
  });

  it('of a supervisor of teams name their agents or nobody', async () => {
    const now = '2026-04-03T10:00:00.000Z';
    await archived((story) => story.joins('a1'), { now });
    await archived((story) => story.joins('b1'), { now });
    await archived((story) => story.findAgent(), { now });
    const range = { from: now, agentIds: ['a1'] };
    const agents = (await read('agent_task', range)).map((row) => row['agent_id']);
    expect(agents.sort()).toEqual(['a1', null]);
    expect(await read('channel_session', range)).toHaveLength(3);
  });

  it('are read through a cursor, however many they are', async () => {
    const many = Array.from({ length: 1700 }, (_, n) => ({
      agentId: 'many',
      mrdId: null,
      loginAt: null,
      state: 'READY',
      reason: null,
      startedAt: new Date(Date.UTC(2026, 4, 1) + n * 1000).toISOString(),
      endedAt: null,
    }));
    await stores.reports.writeAgentStates(many);
    const rows = await read('agent_state', { from: '2026-05-01T00:00:00.000Z' });
    expect(rows.map((row) => row['started_at'])).toEqual(many.map(({ startedAt }) => startedAt));
  });
});

describe('conversation and its data', () => {
  it('are made of the projection, a running one to its last message', async () => {
    const now = '2026-06-01T10:00:00.000Z';
    const story = await archived(
      (it) => {
        it.act({ type: 'UPDATE_CONVERSATION_DATA', set: { topic: 'billing', vip: true } });
        it.customerWrites();
        it.botSays('Hello');
        it.botSays('How can I help?');
      },
      { now },
    );
    expect(await read('conversation', { from: now, to: '2026-06-02T00:00:00.000Z' })).toMatchObject(
      [
        {
          conversation_id: story.state.conversationId,
          start_time: now,
          end_time: null,
          duration_seconds: null,
          customer_message_count: 1,
          bot_message_count: 2,
          agent_count: 0,
        },
      ],
    );
    expect(await read('conversation_data', { from: now })).toMatchObject([
      { conversation_id: story.state.conversationId, key: 'topic', value: 'billing' },
      { key: 'vip', value: true },
    ]);
    // The session's own row was written before the messages came.
    const session = await reportsOf(database().db).findOne({
      conversationId: story.state.conversationId,
      entity: 'channel_session',
    });
    expect(session?.row).toMatchObject({ customer_message_count: 0 });
    expect(await read('channel_session', { from: now })).toMatchObject([
      { customer_message_count: 1, bot_message_count: 2, agent_message_count: 0, end_time: null },
    ]);
  });
});

describe('writeAgentStates', () => {
  const state = {
    agentId: 'agt_s',
    mrdId: 'chat',
    loginAt: '2026-07-01T08:00:00.000Z',
    state: 'READY',
    reason: null,
    startedAt: '2026-07-01T08:00:00.000Z',
    endedAt: null,
  };
  const ended = { ...state, endedAt: '2026-07-01T08:10:00.000Z' };
  const mine = async () =>
    (await read('agent_mrd_state')).filter((row) => row['agent_id'] === 'agt_s');

  it('is idempotent in any order: what has ended stays ended', async () => {
    await stores.reports.writeAgentStates([ended]);
    await stores.reports.writeAgentStates([state, ended, state]);
    expect(await mine()).toMatchObject([
      { mrd_id: 'chat', state: 'READY', login_at: state.loginAt, duration_seconds: 600 },
    ]);
    await stores.reports.writeAgentStates([]);
  });

  it('keeps several states of one moment, and the agent apart from its MRDs', async () => {
    const before = await mine();
    await stores.reports.writeAgentStates([
      { ...state, state: 'NOT_READY', endedAt: state.startedAt },
      { ...state, mrdId: null },
    ]);
    const rows = await mine();
    expect(rows).toHaveLength(before.length + 1);
    expect(rows.find((row) => row['state'] === 'NOT_READY')).toMatchObject({ duration_seconds: 0 });
  });
});

describe('queue_interval', () => {
  it('is made of the tasks of a queue, measured as the queue did when they came', async () => {
    const queue = {
      id: 'fast',
      serviceLevelType: 2,
      serviceLevelThresholdSeconds: 5,
      serviceLevelClock: 'ANSWERED',
    };
    const { version } = await stores.config.create('queues', queue);
    const now = '2026-08-01T10:07:00.000Z';
    const settings = someSettings({ queueId: 'fast' });
    const answeredAfter = (seconds: number) => (story: Story) => {
      story.findAgent();
      story.wait(seconds).accepts('a1');
    };
    await archived(answeredAfter(3), { now, settings });
    await archived(answeredAfter(60), { now, settings });
    await stores.config.replace('queues', 'fast', version, {
      ...queue,
      serviceLevelThresholdSeconds: 600,
    });
    const expected = [
      {
        queue_id: 'fast',
        interval_start: '2026-08-01T10:00:00.000Z',
        offered: 2,
        answered: 2,
        answered_within: 1,
        service_level: 0.5,
        longest_wait_seconds: 60,
      },
    ];
    const range = { from: '2026-08-01T10:00:00.000Z', to: '2026-08-01T10:01:00.000Z' };
    expect(await read('queue_interval', range)).toMatchObject(expected);
    // An interval belongs to the range that it begins in, whole.
    expect(await read('queue_interval', { from: '2026-08-01T10:01:00.000Z' })).toEqual([]);
  });
});

describe('configuration', () => {
  it('is reported with its main fields, and stays when it is deleted', async () => {
    await stores.config.create('queues', {
      id: 'billing',
      name: 'Billing',
      priority: 3,
      secret: 'x',
    });
    const row = async () => (await read('queue')).filter(({ id }) => id === 'billing');
    expect(await row()).toMatchObject([
      {
        id: 'billing',
        name: 'Billing',
        priority: 3,
        is_deleted: false,
        created_at: expect.any(String),
      },
    ]);
    expect((await row())[0]).not.toHaveProperty('secret');
    await stores.config.remove('queues', 'billing');
    expect(await row()).toMatchObject([{ name: 'Billing', priority: 3, is_deleted: true }]);
    await stores.config.create('queues', { id: 'billing', name: 'Billing again' });
    expect(await row()).toMatchObject([{ name: 'Billing again', is_deleted: false }]);
  });

  it('leaves nothing of what is not there, or in use', async () => {
    await expect(stores.config.remove('lists', 'none')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await stores.config.create('mrds', { id: 'used' });
    await stores.config.create('lists', { id: 'holder', mrdId: 'used' });
    await expect(stores.config.remove('mrds', 'used')).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await read('mrd')).filter((row) => row['is_deleted'])).toEqual([]);
    expect((await read('list')).map(({ id }) => id)).toEqual(['holder']);
  });

  it('tells members of teams once, from whichever side, and those who have left', async () => {
    const { config } = stores;
    await config.create('agents', { id: 'agt_a', name: 'Ana', teamIds: ['red'] });
    await config.create('agents', { id: 'agt_b', name: 'Ben', teamIds: [] });
    const team = { id: 'red', memberIds: ['agt_a', 'agt_b'] };
    const { version } = await config.create('teams', team);
    const members = async () =>
      (await read('team_member')).map((row) => [row['id'], row['name'], row['is_deleted']]);
    expect(await members()).toEqual([
      ['red:agt_a', 'Ana', false],
      ['red:agt_b', 'Ben', false],
    ]);
    await config.replace('teams', 'red', version, { ...team, memberIds: [] });
    expect(await members()).toEqual([
      ['red:agt_a', 'Ana', false],
      ['red:agt_b', 'Ben', true],
    ]);
    const own = await read('team_member', { agentIds: ['agt_b'] });
    expect(own.map(({ id }) => id)).toEqual(['red:agt_b']);
  });

  it('knows the channel types that are built in', async () => {
    await stores.config.setChannelTypeMrd('SMS', 'email');
    const types = await read('channel_type');
    expect(types).toHaveLength(11);
    expect(types).toContainEqual(expect.objectContaining({ id: 'SMS', mrd_id: 'email' }));
    expect(types.find(({ id }) => id === 'WEB')).toMatchObject({
      created_at: expect.any(String),
      updated_at: expect.any(String),
      record_creation_time: expect.any(String),
      is_deleted: false,
    });
    const longAgo = { from: '2020-01-01T00:00:00.000Z', to: '2020-01-02T00:00:00.000Z' };
    expect(await read('channel_type', longAgo)).toHaveLength(11);
  });

  it('tells in a range what was there then, however old it is', async () => {
    const { config } = stores;
    const ids = async (query: object) => (await read('list', query)).map(({ id }) => id);
    await config.create('lists', { id: 'lasting' });
    await config.create('lists', { id: 'passing' });
    await config.remove('lists', 'passing');
    const [before, after] = ['2020-01-01T00:00:00.000Z', '2100-01-01T00:00:00.000Z'];
    expect(await ids({ from: before })).toEqual(expect.arrayContaining(['lasting', 'passing']));
    expect(await ids({ from: after })).toContain('lasting');
    expect(await ids({ from: after })).not.toContain('passing');
    expect(await ids({ to: before })).toEqual([]);
  });
});

describe('tasks', () => {
  it('are listed newest first, page by page, by what they are asked for', async () => {
    const at = (minute: number) => `2027-01-01T10:0${minute}:00.000Z`;
    const settings = someSettings({ queueId: 'tasks' });
    const stories: Story[] = [];
    for (const minute of [1, 2, 3])
      stories.push(
        await archived(
          (story) => {
            story.findAgent();
            if (minute === 2) story.accepts('tina');
          },
          { now: at(minute), settings },
        ),
      );
    const of = { queueId: 'tasks' };
    const first = await stores.tasks.list(of, { limit: 2 });
    expect(first.items.map(({ queuedAt }) => queuedAt)).toEqual([at(3), at(2)]);
    const second = await stores.tasks.list(of, { limit: 2, cursor: first.nextCursor ?? '' });
    expect([second.items.map(({ queuedAt }) => queuedAt), second.nextCursor]).toEqual([
      [at(1)],
      null,
    ]);

    const ids = async (filter: Parameters<typeof stores.tasks.list>[0]) =>
      (await stores.tasks.list(filter, { limit: 50 })).items.map(({ queuedAt }) => queuedAt);
    expect(await ids({ agentId: 'tina' })).toEqual([at(2)]);
    expect(await ids({ ...of, mediaState: 'QUEUED' })).toEqual([at(3), at(1)]);
    expect(await ids({ state: 'ACTIVE', queueId: 'tasks', agentId: 'tina' })).toEqual([at(2)]);
    expect(await ids({ state: 'WRAP_UP', ...of })).toEqual([]);
    expect(await ids({ conversationId: stories[0]?.state.conversationId })).toEqual([at(1)]);
    expect(await ids({ ...of, visibleToSupervisorOf: ['somebody'] })).toEqual([at(3), at(1)]);
    await expect(stores.tasks.list({}, { limit: 1, cursor: 'x' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });

    const id = stories[1]?.task(1).id ?? '';
    expect(await stores.tasks.get(id)).toMatchObject({
      id,
      conversationId: stories[1]?.state.conversationId,
      agentId: 'tina',
      media: [{ state: 'ACTIVE' }],
    });
    expect(await stores.tasks.get(id)).not.toHaveProperty('wrapUp');
    expect(await stores.tasks.get('tsk_none')).toBeNull();
  });

  it('are found by an index, not by looking through the reports', async () => {
    const reports = reportsOf(database().db);
    for (const [index, filter] of [
      ['task-agentId', { 'task.agentId': 'tina' }],
      ['task-queueId', { 'task.queueId': 'tasks' }],
      ['task-conversationId', { 'task.conversationId': 'cnv_none' }],
    ] as const) {
      const plan = await reports
        .find({ $and: [{ entity: 'agent_task' as const }, filter] })
        .sort({ at: -1, _id: -1 })
        .explain('queryPlanner');
      expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain(`"indexName":"${index}"`);
    }
  });
});
