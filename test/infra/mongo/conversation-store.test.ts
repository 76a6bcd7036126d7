import { MongoClient } from 'mongodb';
import { createConversationStore } from '../../../infra/mongo/conversation-store';
import type { ConversationFilter } from '../../../infra/stores';
import { aBatch, anEntry, aProjection } from '../../support/archive';
import { uniqueName } from '../../support/servers';
import { useStores } from '../../support/stores';

const opened = useStores();
const conversations = () => opened().stores.conversations;

interface Given {
  readonly id?: string;
  readonly text?: string;
  readonly projection?: Record<string, unknown>;
  readonly [field: string]: unknown;
}
async function aStored({
  id = uniqueName('cnv_'),
  text = 'hello',
  projection = {},
  ...conversation
}: Given = {}): Promise<string> {
  const entries = [
    { entry: anEntry({ conversationId: id, seq: 1, body: { type: 'PLAIN', text } }) },
  ];
  await opened().stores.archive.append(
    aBatch(id, {
      customerId: String(conversation['customerId'] ?? 'cus_1'),
      entries,
      projection: aProjection(id, 1, conversation, projection),
    }),
  );
  return id;
}
async function idsOf(filter: ConversationFilter, limit = 50): Promise<string[]> {
  return (await conversations().list(filter, { limit })).items.map(({ id }) => id);
}
const agent = (id: string, leftAt: string | null = null) => ({
  id,
  type: 'AGENT',
  role: 'PRIMARY',
  name: id,
  leftAt,
});

describe('list', () => {
  it('is newest first, in pages that new conversations do not disturb', async () => {
    const queueId = uniqueName('q');
    const task = {
      id: 'tsk',
      state: 'CLOSED',
      mediaState: 'CLOSED',
      queueId,
      listId: null,
      mrdId: 'chat',
      agentId: null,
    };
    const ids: string[] = [];
    // Three of them in the same millisecond.
    for (const minute of [10, 11, 12, 12, 12, 13, 14])
      ids.push(await aStored({ tasks: [task], createdAt: `2026-11-22T10:${minute}:00.000Z` }));
    const found: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page: Awaited<ReturnType<ReturnType<typeof conversations>['list']>> =
        await conversations().list({ queueId }, { limit: 2, cursor: cursor ?? undefined });
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      await aStored({ tasks: [task], createdAt: '2026-11-22T11:00:00.000Z' });
    } while (cursor);
    expect(new Set(found)).toEqual(new Set(ids));
    expect(found).toHaveLength(ids.length);
    await expect(conversations().list({}, { limit: 2, cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it('reads no more than a page, whatever the collection holds', async () => {
    const channelId = uniqueName('chn');
    const session = { id: 'ses', channelId, channelType: 'WEB', state: 'ENDED' };
    for (let i = 10; i < 40; i += 1)
      await aStored({ channelSessions: [session], createdAt: `2026-11-22T10:${i}:00.000Z` });
    const client = await MongoClient.connect(opened().uri);
    try {
      const db = client.db();
      await db.command({ profile: 2 });
      await createConversationStore(db, { historyOf: async (id) => [id] }).list(
        { channelId },
        { limit: 5 },
      );
      await db.command({ profile: 0 });
      const [query] = await db
        .collection('system.profile')
        .find({ op: 'query', 'command.filter.$and.channelIds': channelId })
        .toArray();
      expect(query).toMatchObject({ docsExamined: 6, keysExamined: 6 });
    } finally {
      await client.close();
    }
  });

  it('filters by state, customer, agent, channel, type, queue and time', async () => {
    const customerId = uniqueName('cus_');
    const channelId = uniqueName('chn');
    const id = await aStored({
      customerId,
      state: 'ON_HOLD',
      createdAt: '2025-01-01T00:00:00.000Z',
      channelSessions: [{ id: 'ses', channelId, channelType: 'VIBER', state: 'STARTED' }],
      participants: [agent(`${channelId}-agent`, '2025-01-02T00:00:00.000Z')],
    });
    await aStored({ customerId: uniqueName('cus_') });
    expect(await idsOf({ state: 'ON_HOLD', customerId })).toEqual([id]);
    expect(await idsOf({ state: 'ACTIVE', customerId })).toEqual([]);
    expect(await idsOf({ agentId: `${channelId}-agent` })).toEqual([id]);
    expect(await idsOf({ channelId, channelType: 'VIBER' })).toEqual([id]);
    expect(await idsOf({ channelType: 'LINE', channelId })).toEqual([]);
    expect(
      await idsOf({ from: '2025-01-01T00:00:00.000Z', to: '2025-01-01T00:00:00.001Z' }),
    ).toEqual([id]);
  });

  it('tells what is open, and who is there now from who has been there', async () => {
    const [here, gone] = [uniqueName('agt_'), uniqueName('agt_')];
    const left = agent(gone, '2025-01-02T00:00:00.000Z');
    const open = await aStored({ state: 'ACTIVE', participants: [agent(here), left] });
    const closed = await aStored({ state: 'CLOSED', participants: [agent(here)] });
    expect(await idsOf({ agentId: here, open: true })).toEqual([open]);
    expect(await idsOf({ agentId: gone, open: true })).toEqual([]);
    expect(await idsOf({ agentId: here })).toEqual(expect.arrayContaining([open, closed]));
    const all = await idsOf({ open: true }, 200);
    expect([all.includes(open), all.includes(closed)]).toEqual([true, false]);
  });

  it('finds every word of a transcript, in whatever script, while it is live and after it closed', async () => {
    const word = uniqueName('w').replaceAll('-', '');
    const id = uniqueName('cnv_');
    const texts = [`Order ${word} is -late- "now"`, 'and the €5 Déjà-vu refund', 'آپ کا شکریہ'];
    const entries = texts.map((text, i) => ({
      entry: anEntry({ conversationId: id, seq: i + 1, body: { type: 'PLAIN', text } }),
    }));
    const hash = await opened().stores.archive.append(
      aBatch(id, { entries, projection: aProjection(id, 3) }),
    );
    const searches = async () => [
      await idsOf({ q: `${word} refund` }),
      await idsOf({ q: `${word} deja شکریہ` }),
      await idsOf({ q: `-${word.toUpperCase()}"` }),
      await idsOf({ q: `${word} missing` }),
      await idsOf({ q: '"' }),
      await idsOf({ q: word, state: 'ON_HOLD' }),
    ];
    const expected = [[id], [id], [id], [], [], []];
    expect(await searches()).toEqual(expected);
    const head = { seq: 3, hash };
    await opened().stores.archive.verify({ conversationId: id, head, fence: 2000 });
    expect(await searches()).toEqual(expected);
    const closed = aProjection(id, 3, { state: 'CLOSED' });
    await opened().stores.archive.append(
      aBatch(id, { head, fence: 3000, entries: [], projection: closed }),
    );
    expect(await searches()).toEqual(expected);
  });

  it('pages through live and closed ones that say the same', async () => {
    const word = uniqueName('w').replaceAll('-', '');
    const ids: string[] = [];
    for (let i = 10; i < 17; i += 1) {
      const id = await aStored({
        text: word,
        createdAt: `2026-11-22T10:${i}:00.000Z`,
        state: i % 2 ? 'CLOSED' : 'ACTIVE',
      });
      if (i % 2)
        await opened().stores.archive.verify({
          conversationId: id,
          head: { seq: 1, hash: '' },
          fence: 2000,
        });
      ids.unshift(id);
    }
    const found: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page: Awaited<ReturnType<ReturnType<typeof conversations>['list']>> =
        await conversations().list({ q: word }, { limit: 3, cursor: cursor ?? undefined });
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(found).toEqual(ids);
  });

  it('shows an agent what they hold, held, what rings for them or waits on a list, and all of whom they serve', async () => {
    const me = uniqueName('agt');
    const [mine, theirs] = [uniqueName('cus_'), uniqueName('cus_')];
    const task = {
      id: 'tsk',
      state: 'ACTIVE',
      mediaState: 'RESERVED',
      queueId: null,
      listId: null,
      mrdId: 'chat',
      agentId: me,
    };
    const holds = await aStored({ customerId: mine, participants: [agent(me)] });
    const earlier = await aStored({ customerId: mine, state: 'CLOSED' });
    const held = await aStored({
      customerId: theirs,
      participants: [agent(me, '2026-11-22T10:00:00.000Z')],
    });
    const rings = await aStored({ customerId: theirs, tasks: [task] });
    const other = await aStored({ customerId: theirs });
    const visible = await idsOf({ visibleToAgent: me });
    expect(visible).toEqual(expect.arrayContaining([holds, earlier, held, rings]));
    expect(visible).not.toContain(other);
  });

  it('shows a supervisor what their agents hold and what nobody holds, a bot its own', async () => {
    const customerId = uniqueName('cus_');
    const [ours, foreign] = [uniqueName('agt'), uniqueName('agt')];
    const mine = await aStored({ customerId, participants: [agent(ours)] });
    const free = await aStored({ customerId });
    await aStored({ customerId, participants: [agent(foreign)] });
    await aStored({
      customerId,
      state: 'CLOSED',
      participants: [agent(foreign, '2026-11-22T10:00:00.000Z')],
    });
    const bot = uniqueName('bot');
    const botted = await aStored({ customerId, projection: { botId: bot } });
    expect((await idsOf({ customerId, visibleToSupervisorOf: [ours] })).sort()).toEqual(
      [mine, free, botted].sort(),
    );
    expect(await idsOf({ visibleToBot: bot })).toEqual([botted]);
  });
});

describe('openOf and previousOf', () => {
  it('count conversations of merged customers', async () => {
    const { customers } = opened().stores;
    const [merged, survivor] = [
      await customers.create({ name: 'M' }),
      await customers.create({ name: 'X' }),
    ];
    const closed = (id: string, closedAt: string) =>
      aStored({
        customerId: id,
        state: 'CLOSED',
        closedAt,
        data: { plan: 'gold' },
        projection: { lastAgentId: 'agt_1' },
      });
    await closed(merged.id, '2026-11-20T10:00:00.000Z');
    const last = await closed(merged.id, '2026-11-21T10:00:00.000Z');
    await closed(survivor.id, '2026-11-19T10:00:00.000Z');
    const open = await aStored({ customerId: survivor.id });
    await customers.merge({
      mergedId: merged.id,
      survivorId: survivor.id,
      actorId: 'agt_1',
      requestId: 'run',
    });
    expect((await conversations().openOf(survivor.id))?.id).toBe(open);
    expect(await conversations().openOf(merged.id)).toBeNull();
    expect(await conversations().previousOf(survivor.id)).toEqual({
      conversationId: last,
      closedAt: '2026-11-21T10:00:00.000Z',
      data: { plan: 'gold' },
      lastAgentId: 'agt_1',
    });
    expect(await idsOf({ customerId: survivor.id })).toHaveLength(4);
  });
});
