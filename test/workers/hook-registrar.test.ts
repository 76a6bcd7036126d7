import { connectorOf } from '../../connectors';
import { Channel } from '../../domain/channel/schema';
import { whyNotReachable } from '../../infra/public-url';
import type { StoredResource } from '../../infra/stores';
import type { HookRegistration } from '../../infra/stores/hook-registrations';
import { createHookRegistrar } from '../../workers/hook-registrar';
import { testApi } from '../support/api';
import { readAttributes } from '../support/connectors';
import { fakeStores } from '../support/fakes/stores';

const PROVIDERS = {
  viber: ['VIBER', { authToken: 'new,old', senderName: 'S' }],
  telegram: ['TELEGRAM', { botToken: 'b', secretToken: ['new', 'old'] }],
  line: ['LINE', { channelSecret: 's', channelAccessToken: 't' }],
  '360dialog': ['WHATSAPP', { apiKey: 'k', webhookSecret: 'shown' }],
  'whatsapp-cloud': [
    'WHATSAPP',
    { phoneNumberId: 'PN1', accessToken: 't', appSecret: 's', verifyToken: 'VT' },
  ],
  messenger: [
    'MESSENGER',
    { pageId: 'PAGE1', accessToken: 't', appSecret: 's', verifyToken: 'VT' },
  ],
  twilio: ['SMS', { accountSid: 'AC1', authToken: 't' }],
} as const;
type Provider = keyof typeof PROVIDERS;
type Call = { method: string; url: string; headers: Record<string, string>; body: unknown };

/** Channels, each named like its provider, and what the providers answer. */
function anInstallation(providers: readonly Provider[], whyNot: string | null = null) {
  const rows = new Map<string, HookRegistration>();
  const calls: Call[] = [];
  const world = {
    rows,
    calls,
    version: 1,
    now: new Date('2026-11-28T10:00:00.000Z'),
    enabled: true,
    answer: (_url: string): Response | Promise<Response> =>
      Response.json({ status: 0, ok: true, result: true }),
  };
  const channelOf = (id: Provider) => {
    const [channelType, attributes] = PROVIDERS[id];
    const connector = connectorOf(id);
    if (!connector) throw new Error(id);
    const channel = { id, channelType, serviceIdentifier: id, connectorId: id };
    return {
      channel: { ...Channel.parse(channel), enabled: world.enabled },
      connector: { id, providerId: id, enabled: true, ...readAttributes(connector, attributes) },
    };
  };
  const registrar = createHookRegistrar({
    config: {
      list: async () => ({
        items: providers.map((id) => ({ id }) as StoredResource),
        nextCursor: null,
      }),
      channel: async (id) => channelOf(id as Provider),
      get: async (_resource, id) => ({ id, version: world.version }) as StoredResource,
    },
    registrations: {
      get: async (id) => rows.get(id) ?? null,
      all: async () => [...rows.values()],
      save: async (row) => void rows.set(row.channelId, row),
      forget: async (id) => void rows.delete(id),
    },
    connectorOf,
    outgoing: {
      fetch: () => async (input, init) => {
        const headers = Object.fromEntries(new Headers(init?.headers));
        const body = JSON.parse(String(init?.body));
        calls.push({ method: init?.method ?? 'GET', url: String(input), headers, body });
        return world.answer(String(input));
      },
    },
    publicUrl: 'https://parley.example',
    whyNot,
    now: () => world.now,
    logger: { info: () => undefined, warn: () => undefined },
  });
  return Object.assign(world, {
    look: registrar.look,
    later: (seconds: number) => {
      world.now = new Date(world.now.getTime() + seconds * 1000);
    },
  });
}

describe('what a provider is told', () => {
  const url = (id: string) => `https://parley.example/webhooks/${id}`;
  it.each([
    [
      'viber',
      'POST',
      'https://chatapi.viber.com/pa/set_webhook',
      { 'x-viber-auth-token': 'new' },
      {
        url: url('viber'),
        event_types: expect.arrayContaining(['delivered', 'seen', 'conversation_started']),
      },
    ],
    [
      'telegram',
      'POST',
      'https://api.telegram.org/botb/setWebhook',
      {},
      {
        url: url('telegram'),
        secret_token: 'new',
        allowed_updates: expect.arrayContaining(['message_reaction']),
      },
    ],
    [
      'line',
      'PUT',
      'https://api.line.me/v2/bot/channel/webhook/endpoint',
      { authorization: 'Bearer t' },
      { endpoint: url('line') },
    ],
    [
      '360dialog',
      'POST',
      'https://waba-v2.360dialog.io/v1/configs/webhook',
      { 'd360-api-key': 'k' },
      { url: url('360dialog'), headers: { 'X-Secret': 'shown' } },
    ],
    [
      'whatsapp-cloud',
      'POST',
      'https://graph.facebook.com/v25.0/PN1',
      { authorization: 'Bearer t' },
      {
        webhook_configuration: { override_callback_uri: url('whatsapp-cloud'), verify_token: 'VT' },
      },
    ],
    [
      'messenger',
      'POST',
      'https://graph.facebook.com/v25.0/PAGE1/subscribed_apps',
      { authorization: 'Bearer t' },
      { subscribed_fields: expect.stringContaining('messaging_postbacks') },
    ],
  ] as const)('%s', async (id, method, address, headers, body) => {
    const world = anInstallation([id]);
    await world.look();
    expect(world.calls).toMatchObject([{ method, url: address, headers, body }]);
    expect(world.rows.get(id)).toMatchObject({ state: 'REGISTERED', reason: null });
  });

  it('is nothing where the provider has no call for it, and where the channel is off', async () => {
    const world = anInstallation(['twilio', 'line']);
    world.enabled = false;
    await world.look();
    expect([world.calls, [...world.rows]]).toEqual([[], []]);
  });
});

describe('telling', () => {
  it('happens once for each configuration', async () => {
    const world = anInstallation(['line', 'viber']);
    await world.look();
    await world.look();
    expect(world.calls).toHaveLength(2);
    world.version = 2;
    await world.look();
    expect(world.calls).toHaveLength(4);
  });

  it('is tried again with growing pauses, the reason at hand, and holds nobody else up', async () => {
    const world = anInstallation(['viber', 'line']);
    world.answer = (url) =>
      url.includes('viber')
        ? Response.json({ status: 2, status_message: 'invalidAuthToken' })
        : new Response('{}');
    await world.look();
    expect(world.rows.get('line')).toMatchObject({ state: 'REGISTERED' });
    expect(world.rows.get('viber')).toMatchObject({
      state: 'FAILED',
      attempts: 1,
      reason: expect.stringContaining('ChannelStopped'),
      nextAttemptAt: '2026-11-28T10:00:05.000Z',
    });
    world.later(4);
    await world.look();
    world.later(1);
    await world.look();
    expect(world.rows.get('viber')).toMatchObject({
      attempts: 2,
      nextAttemptAt: '2026-11-28T10:00:15.000Z',
    });
    expect(world.calls).toHaveLength(3);
    world.answer = () => Response.json({ status: 0 });
    world.later(10);
    await world.look();
    expect(world.rows.get('viber')).toMatchObject({
      state: 'REGISTERED',
      attempts: 0,
      reason: null,
      nextAttemptAt: null,
    });
  });

  it('an error that nobody foresaw is kept without its words', async () => {
    const world = anInstallation(['telegram']);
    world.answer = () => {
      throw new Error('https://api.telegram.org/botSECRET/setWebhook');
    };
    await world.look();
    expect(world.rows.get('telegram')).toMatchObject({ state: 'FAILED' });
    expect(JSON.stringify([...world.rows])).not.toContain('SECRET');
  });

  it('is left out where no provider could call, and says so', async () => {
    const world = anInstallation(['line'], 'PARLEY_PUBLIC_URL names localhost');
    await world.look();
    await world.look();
    expect(world.calls).toEqual([]);
    expect(world.rows.get('line')).toMatchObject({
      state: 'SKIPPED',
      reason: 'PARLEY_PUBLIC_URL names localhost',
    });
  });
});

it.each([
  ['https://parley.example.com', null],
  ['https://8.8.8.8', null],
  ['http://parley.example.com', 'not https'],
  ['http://127.0.0.1:8080', 'names 127.0.0.1'],
  ['https://10.0.0.1', 'names 10.0.0.1'],
  ['https://[::1]:8080', 'names ::1'],
  ['https://localhost', 'names localhost'],
  ['https://parley.local', 'names parley.local'],
] as const)('%s: %s', (url, why) => {
  if (why === null) expect(whyNotReachable(url)).toBeNull();
  else expect(whyNotReachable(url)).toContain(why);
});

it('an admin sees how it stands, and has it done again', async () => {
  const rows = new Map<string, HookRegistration>();
  const [channelType, attributes] = PROVIDERS.line;
  const stores = fakeStores({
    hookRegistrations: {
      get: async (id) => rows.get(id) ?? null,
      all: async () => [...rows.values()],
      save: async (row) => void rows.set(row.channelId, row),
      forget: async (id) => void rows.delete(id),
    },
  });
  const at = { version: 1, createdAt: '', updatedAt: '' };
  for (const [id, providerId] of [
    ['line', 'line'],
    ['sms', 'twilio'],
  ] as const) {
    await stores.config.create('connectors', { ...at, id, providerId, enabled: true, attributes });
    await stores.config.create('channels', {
      ...at,
      id,
      channelType,
      serviceIdentifier: id,
      connectorId: id,
      enabled: true,
    });
  }
  const connectors = new Map(['line', 'twilio'].map((id) => [id, connectorOf(id) as never]));
  const api = testApi({ stores, connectors });
  const ask = async (method: string, path: string) => {
    const answer = await api.call(method, `/v1/channels/${path}`);
    return [answer.status, await answer.json()];
  };
  const pending = { channelId: 'line', state: 'PENDING', url: 'http://localhost/webhooks/line' };
  expect(await ask('GET', 'line/webhook')).toMatchObject([200, pending]);
  const failed = {
    channelId: 'line',
    fingerprint: 'f',
    url: 'u',
    state: 'FAILED',
    reason: 'no',
  } as const;
  rows.set('line', { ...failed, attempts: 3, lastAttemptAt: null, nextAttemptAt: null });
  expect(await ask('GET', 'line/webhook')).toEqual([
    200,
    {
      channelId: 'line',
      url: 'u',
      state: 'FAILED',
      reason: 'no',
      attempts: 3,
      lastAttemptAt: null,
      nextAttemptAt: null,
    },
  ]);
  expect(await ask('POST', 'line/webhook/register')).toMatchObject([202, pending]);
  expect(rows.size).toBe(0);
  expect(await ask('GET', 'sms/webhook')).toMatchObject([200, { state: 'MANUAL' }]);
  expect(await ask('POST', 'sms/webhook/register')).toMatchObject([409, { code: 'ILLEGAL_STATE' }]);
  expect((await ask('GET', 'none/webhook'))[0]).toBe(404);
});
