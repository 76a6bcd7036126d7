import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { Stores } from '../../../infra/stores';
import { aBatch, aProjection, entriesOf } from '../../support/archive';
import { uniqueName } from '../../support/servers';
import { aChannel, openStores, SECRET, useStores } from '../../support/stores';

const opened = useStores();
const config = () => opened().stores.config;

async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (
    const giveUpAt = Date.now() + 120_000;
    ;
    await new Promise((resolve) => setTimeout(resolve, 20))
  ) {
    const value = await look();
    if (holds(value) || Date.now() > giveUpAt) return value;
  }
}

/** A connector and a channel on it. */
async function aConfiguredChannel(
  store: Stores['config'] = config(),
  given: Parameters<typeof aChannel>[1] = {},
) {
  const id = uniqueName('chn');
  const secret = randomBytes(12).toString('hex');
  await store.create('connectors', {
    id: `con-${id}`,
    providerId: 'fake',
    enabled: true,
    attributes: {
      baseUrl: 'https://provider.example',
      token: secret,
      smtp: { host: 'h', password: `smtp-${secret}` },
    },
  });
  const channel = aChannel('WHATSAPP', {
    id,
    serviceIdentifier: id,
    connectorId: `con-${id}`,
    ...given,
  });
  await store.create('channels', channel);
  return { id, secret };
}

describe('objects', () => {
  it('an agent who is logged in stays', async () => {
    const agentId = uniqueName('agt');
    const { routing } = opened().stores;
    const at = '2026-11-22T10:00:00.000Z';
    const none = { events: [], decisions: [], states: [] };
    const becomes = (n: number, state: 'READY' | 'LOGOUT') => {
      const status = { agentId, state, reason: null, since: at, loginAt: at, mrds: [], n };
      return routing.publish({ agents: [status], ...none });
    };
    await config().create('agents', { id: agentId });
    await becomes(1, 'READY');
    await expect(config().remove('agents', agentId)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await config().get('agents', agentId)).not.toBeNull();
    await becomes(2, 'LOGOUT');
    await config().remove('agents', agentId);
    expect(await config().get('agents', agentId)).toBeNull();
  });

  it('are made, read, replaced under their version, listed in pages and removed', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}-${uniqueName('q')}`);
    for (const id of ids) await config().create('calendars', { id, timeZone: 'UTC' });
    const [id = ''] = ids;
    const made = await config().get('calendars', id);
    expect(made).toMatchObject({ id, version: 1, timeZone: 'UTC' });
    const replaced = await config().replace('calendars', id, 1, { id, timeZone: 'Asia/Karachi' });
    expect(replaced).toMatchObject({
      version: 2,
      timeZone: 'Asia/Karachi',
      createdAt: made?.createdAt,
    });
    await expect(config().replace('calendars', id, 1, { id })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    await expect(config().replace('calendars', 'none', 1, {})).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(config().create('calendars', { id })).rejects.toMatchObject({ code: 'CONFLICT' });
    const listed: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page: Awaited<ReturnType<Stores['config']['list']>> = await config().list('calendars', {
        limit: 2,
        cursor: cursor ?? undefined,
      });
      listed.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(listed).toEqual([...ids].sort());
    await config().remove('calendars', id);
    expect(await config().get('calendars', id)).toBeNull();
    await expect(config().remove('calendars', id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(config().list('calendars', { limit: 2, cursor: 'bad' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it('have built-in MRDs, to which types belong until they are moved', async () => {
    const mrds = await config().list('mrds', { limit: 10 });
    expect(mrds.items.map(({ id, maxTasks }) => [id, maxTasks])).toEqual([
      ['chat', 5],
      ['email', 5],
      ['voice', 1],
    ]);
    expect(await config().channelTypeMrd('EMAIL')).toBe('email');
    await config().setChannelTypeMrd('VIBER', 'voice');
    expect(await config().channelTypeMrd('VIBER')).toBe('voice');
  });

  it('refuse a second channel with the same address, and name what it is', async () => {
    const { id } = await aConfiguredChannel();
    const twin = aChannel('WHATSAPP', {
      id: `${id}-2`,
      serviceIdentifier: id,
      connectorId: `con-${id}`,
    });
    await expect(config().create('channels', twin)).rejects.toMatchObject({
      code: 'CONFLICT',
      detail: 'Another object has the same channelType and serviceIdentifier.',
    });
  });
});

describe('remove', () => {
  it('names the objects that use it', async () => {
    const { id } = await aConfiguredChannel();
    await expect(config().remove('connectors', `con-${id}`)).rejects.toMatchObject({
      code: 'CONFLICT',
      detail: `In use by channels/${id}.`,
    });
    await expect(config().remove('mrds', 'email')).rejects.toMatchObject({
      code: 'CONFLICT',
      detail: 'In use by channel-types/EMAIL.',
    });
  });

  it('names conversations with a started session or an open task, and customers with the label', async () => {
    const { id } = await aConfiguredChannel();
    const conversationId = uniqueName('cnv_');
    const session = { id: 'ses_1', channelId: id, channelType: 'WHATSAPP', state: 'STARTED' };
    const task = {
      id: 'tsk_1',
      state: 'ACTIVE',
      mediaState: 'QUEUED',
      queueId: 'busy',
      listId: null,
      mrdId: 'chat',
      agentId: null,
    };
    const write = (fence: number, given: object) =>
      opened().stores.archive.append(
        aBatch(conversationId, {
          fence,
          entries: entriesOf(conversationId, 1, 1),
          projection: aProjection(conversationId, 1, given),
        }),
      );
    await config().create('queues', { id: 'busy', mrdId: 'chat' });
    await config().create('customer-labels', { id: 'vip', priority: 3 });
    const { id: customerId } = await opened().stores.customers.create({ labels: ['vip'] });
    await write(1, { channelSessions: [session], tasks: [task] });
    const used = { code: 'CONFLICT', detail: `In use by conversations/${conversationId}.` };
    await expect(config().remove('channels', id)).rejects.toMatchObject(used);
    await expect(config().remove('queues', 'busy')).rejects.toMatchObject(used);
    await expect(config().remove('customer-labels', 'vip')).rejects.toMatchObject({
      detail: `In use by customers/${customerId}.`,
    });
    await write(2, {
      channelSessions: [{ ...session, state: 'ENDED' }],
      tasks: [{ ...task, state: 'CLOSED' }],
    });
    await config().remove('channels', id);
    await config().remove('queues', 'busy');
  });
});

describe('the attributes of a connector', () => {
  it.each([
    ['come with the defaults of its provider', {}, { baseUrl: 'https://provider.example' }, true],
    [
      'stay as they are stored where its schema takes them no more',
      { baseUrl: 5 },
      { baseUrl: 5 },
      false,
    ],
  ])('%s', async (_name, attributes, cfg, valid) => {
    const id = uniqueName('con');
    await config().create('connectors', { id, providerId: 'fake', enabled: true, attributes });
    await config().create(
      'channels',
      aChannel('SMS', { id, serviceIdentifier: id, connectorId: id }),
    );
    expect((await config().channel(id))?.connector).toMatchObject({ cfg, valid });
  });
});

describe('secrets', () => {
  it('are readable in the process and in no dump', async () => {
    const { id, secret } = await aConfiguredChannel();
    await config().create('bots', { id: `bot-${id}`, kind: 'WEBHOOK', secret: `whsec_${secret}` });
    expect((await config().channel(id))?.connector.cfg).toMatchObject({
      token: secret,
      smtp: { password: `smtp-${secret}` },
    });
    const client = await MongoClient.connect(opened().uri);
    try {
      const collections = await client.db().collections();
      const dump = await Promise.all(collections.map((collection) => collection.find().toArray()));
      const text = JSON.stringify(dump);
      expect(text).toContain(id);
      expect(text).not.toContain(secret);
      expect(text).not.toContain(SECRET);
    } finally {
      await client.close();
    }
  });

  it('survive a rotation, and their object is absent without the secret they were sealed with', async () => {
    const { id, secret } = await aConfiguredChannel();
    const rotated = await openStores(opened().uri, {
      secrets: ['a new secret, also long enough', SECRET],
    });
    expect((await rotated.config.channel(id))?.connector.cfg['token']).toBe(secret);
    await rotated.close();
    const lost: string[] = [];
    const stranger = await openStores(opened().uri, {
      secrets: ['somebody else’s secret, long enough'],
      logger: {
        warn: () => undefined,
        error: (fields: unknown) => void lost.push((fields as { key: string }).key),
      } as never,
    });
    expect(await stranger.config.channel(id)).toBeNull();
    await expect(stranger.config.settings(id)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(lost).toContain(`con-${id}`);
    await stranger.close();
  });
});

describe('settings', () => {
  it('are made of channel, connector, bot, queue and namespace', async () => {
    const name = uniqueName('s');
    await config().create('queues', {
      id: name,
      mrdId: 'chat',
      agentSlaSeconds: 30,
      reservationSeconds: 15,
      agentSlaThresholds: [{ percent: 50, action: 'WARNING' }],
    });
    await config().create('bots', { id: name, kind: 'HOOK', enabled: true });
    const { id } = await aConfiguredChannel(config(), {
      queueId: name,
      botId: name,
      ambiguousSend: 'at-least-once',
    });
    expect(await config().settings(id)).toMatchObject({
      channelId: id,
      connectorId: `con-${id}`,
      providerId: 'fake',
      namespace: 'whatsapp',
      mrdId: 'chat',
      delivery: 'SEND',
      window: { hours: 24, outside: 'template' },
      bot: { id: name, kind: 'HOOK' },
      queue: {
        agentSlaSeconds: 30,
        reservationSeconds: 15,
        agentSlaThresholds: [{ percent: 50, action: 'WARNING' }],
      },
      ambiguousSend: 'at-least-once',
      reportsOutcome: true,
      customerInactivityTimeoutSeconds: 600,
      wrapUp: { enabled: true, seconds: 60, formId: null },
    });
    const bot = await config().get('bots', name);
    await config().replace('bots', name, bot?.version ?? 0, {
      id: name,
      kind: 'HOOK',
      enabled: false,
    });
    expect((await config().settings(id))?.bot).toBeNull();
    expect(await config().settings('none')).toBeNull();
  });
});

describe('another process', () => {
  it('sees changes by itself', async () => {
    const other = await openStores(opened().uri);
    try {
      const { id } = await aConfiguredChannel();
      expect((await other.config.channel(id))?.channel.id).toBe(id);
      const stored = await config().get('channels', id);
      await config().replace('channels', id, 1, { ...stored, language: 'ur' });
      await until(
        () => other.config.channel(id),
        (found) => found?.channel.language === 'ur',
      );
      expect((await other.config.channel(id))?.channel.language).toBe('ur');
      await config().remove('channels', id);
      expect(
        await until(
          () => other.config.channel(id),
          (found) => found === null,
        ),
      ).toBeNull();
    } finally {
      await other.close();
    }
  });
});
