import { createHmac, randomUUID } from 'node:crypto';
import type { ArchivedEntry } from '../../infra/stores';
import { eventually, useLiveApi } from '../support/live-api';
import { AUTH_TOKEN, configureAll, INBOUND_SECRET } from '../support/live-objects';

const live = useLiveApi();
let connector: string;
beforeAll(async () => {
  await configureAll(live());
  connector = await live().tokenFor('connector', 'partner');
});

const messages = '/v1/channels/generic/messages';
const aMessage = (given: Record<string, unknown> = {}) => ({
  providerMessageId: `p-${randomUUID()}`,
  customer: { identifier: `user-${randomUUID()}`, name: 'Ana' },
  body: { type: 'PLAIN', text: 'Hello' },
  ...given,
});
const post = (path: string, body: unknown, token: string | null = connector, headers = {}) =>
  live().call('POST', path, { token, body, headers });

/** All entries of the customer's conversations, once `count` messages of theirs are archived. */
async function timelineOf(customerId: string, count: number): Promise<readonly ArchivedEntry[]> {
  return eventually(async () => {
    const { items } = await live().stores.conversations.list({ customerId }, { limit: 50 });
    const read = items.map(({ id }) => live().stores.timeline.read(id, 0, 1000));
    const entries = (await Promise.all(read)).flat();
    const written = entries.filter(({ type }) => type === 'CUSTOMER_MESSAGE');
    return written.length >= count ? entries : null;
  });
}

describe('POST /v1/channels/{channelId}/messages', () => {
  it('takes a message, archives it once, and gives a repeat the first answer', async () => {
    const message = aMessage({
      channelData: { browser: 'Chrome' },
      sentAt: '2026-11-22T10:00:00.000Z',
      replyTo: 'SM122',
    });
    const first = await post(messages, message);
    expect(first.status).toBe(202);
    const { messageId, customerId } = (await first.json()) as Record<string, string>;
    expect(messageId).toMatch(/^msg_[a-z2-7]{26}$/);
    const [started, session, entry] = await timelineOf(customerId as string, 1);
    expect(started).toMatchObject({ seq: 1, type: 'CONVERSATION_STARTED' });
    expect(session).toMatchObject({ seq: 2, type: 'CHANNEL_SESSION_STARTED' });
    expect(entry).toMatchObject({
      seq: 3,
      type: 'CUSTOMER_MESSAGE',
      id: messageId,
      sentAt: '2026-11-22T10:00:00.000Z',
      replyTo: 'SM122',
      providerMessageId: message.providerMessageId,
      actor: { type: 'CUSTOMER', id: customerId },
    });
    const again = await post(messages, message);
    expect(again.status).toBe(202);
    expect(await again.json()).toEqual({ messageId, customerId });
    expect(await timelineOf(customerId as string, 1)).toHaveLength(
      (await timelineOf(customerId as string, 1)).length,
    );
    const { items } = await live().stores.conversations.list(
      { customerId: customerId as string },
      { limit: 10 },
    );
    expect(items).toHaveLength(1);
  });

  it('makes one conversation of a hundred first messages at once, and one entry of a hundred copies', async () => {
    const customer = { identifier: `user-${randomUUID()}` };
    const copies = aMessage({ customer });
    const bodies = Array.from({ length: 100 }, () => aMessage({ customer }));
    const answers = await Promise.all(
      [...bodies, ...Array.from({ length: 100 }, () => copies)].map((body) => post(messages, body)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const ids = (await Promise.all(answers.map((answer) => answer.json()))) as {
      messageId: string;
      customerId: string;
    }[];
    expect(new Set(ids.map(({ customerId }) => customerId)).size).toBe(1);
    expect(new Set(ids.map(({ messageId }) => messageId)).size).toBe(101);
    const entries = await timelineOf(ids[0]?.customerId ?? '', 101);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_entry, index) => index + 1));
    expect(entries.filter(({ type }) => type === 'CUSTOMER_MESSAGE')).toHaveLength(101);
  });

  it('reads MongoDB once for a message of somebody known, and for nothing else', async () => {
    const identifier = `user-${randomUUID()}`;
    const customer = { identifier };
    await post(messages, aMessage({ customer }));
    const asked: string[] = [];
    const recorded = Object.entries(live().stores).map(([name, store]) => [
      name,
      typeof store !== 'object'
        ? store
        : new Proxy(store as object, {
            get: (target, member) => {
              const value: unknown = Reflect.get(target, member);
              if (typeof value !== 'function') return value;
              return (...args: unknown[]) => {
                asked.push(`${name}.${String(member)}`);
                return value.apply(target, args) as unknown;
              };
            },
          }),
    ]);
    const api = live().another({ stores: Object.fromEntries(recorded) as never });
    const answer = await api.call('POST', messages, {
      token: connector,
      body: aMessage({ customer }),
    });
    expect(answer.status).toBe(202);
    // Answered from memory: who calls, which channel, who writes. Asked of the database: is it a copy?
    const cached = ['tokens.find', 'config.get', 'config.channel', 'customers.identify'];
    expect(asked.filter((call) => !cached.includes(call))).toEqual(['timeline.isArchived']);
  });

  it('cuts a text over its limit at a grapheme and keeps it whole', async () => {
    const family = '👨‍👩‍👧‍👦';
    const text = `${family.repeat(2000)}${'語'.repeat(24_000)}`;
    const { customerId } = (await (
      await post(messages, aMessage({ body: { type: 'PLAIN', text } }))
    ).json()) as { customerId: string };
    const entry = (await timelineOf(customerId, 1)).find(({ type }) => type === 'CUSTOMER_MESSAGE');
    const body = entry?.body;
    if (body?.type !== 'PLAIN' || !body.textMediaId) throw new Error('no whole text');
    expect(body.text.length).toBeLessThanOrEqual(32_000);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(65_536);
    expect(text.startsWith(body.text)).toBe(true);
    const kept = await live().call('GET', `/v1/media/${body.textMediaId}`);
    expect(await kept.text()).toBe(text);
  });

  it('stores lone surrogates in texts well-formed and refuses them in ids', async () => {
    const text = 'broken \ud83d text';
    const { customerId } = (await (
      await post(messages, aMessage({ body: { type: 'PLAIN', text } }))
    ).json()) as { customerId: string };
    const [, , entry] = await timelineOf(customerId, 1);
    expect(entry?.body).toEqual({ type: 'PLAIN', text: 'broken \ufffd text' });
    expect((await post(messages, aMessage({ providerMessageId: 'p\ud83d' }))).status).toBe(400);
  });

  it.each([
    ['an unknown key', aMessage({ more: 1 }), 400, 'more'],
    ['a wrong type', aMessage({ providerMessageId: 7 }), 400, 'providerMessageId'],
    [
      'an operator for an id',
      aMessage({ providerMessageId: { $gt: '' } }),
      400,
      'providerMessageId.$gt',
    ],
    [
      'an operator for a customer',
      aMessage({ customer: { identifier: { $ne: null } } }),
      400,
      'customer.identifier.$ne',
    ],
    [
      'a prototype key',
      `{"providerMessageId":"p","customer":{"identifier":"u"},"body":{"type":"PLAIN","text":"x"},"channelData":{"__proto__":{}}}`,
      400,
      'channelData.__proto__',
    ],
    ['no body', aMessage({ body: undefined }), 400, 'body'],
    [
      'a body that only the business sends',
      aMessage({ body: { type: 'BUTTON', text: 'x', choices: [{ id: '1', title: 'a' }] } }),
      400,
      'body.type',
    ],
    ['a bad date', aMessage({ sentAt: 'yesterday' }), 400, 'sentAt'],
    [
      'media that nobody uploaded',
      aMessage({ body: { type: 'IMAGE', mediaId: 'med_none' } }),
      400,
      'body.mediaId',
    ],
    ['300 KiB', aMessage({ body: { type: 'PLAIN', text: 'x'.repeat(300 * 1024) } }), 413, null],
    ['no JSON', '{', 400, ''],
  ])('refuses %s', async (_what, body, status, path) => {
    const answer = await post(messages, body);
    const problem = (await answer.json()) as { status: number; errors?: { path: string }[] };
    expect(answer.status).toBe(status);
    expect(problem.status).toBe(status);
    if (path !== null) expect(problem.errors?.map((fault) => fault.path)).toContain(path);
  });

  it('knows no channel that is unknown, switched off or of another connector', async () => {
    const answers = await Promise.all([
      post('/v1/channels/none/messages', aMessage()),
      post('/v1/channels/off/messages', aMessage()),
      post('/v1/channels/sms/messages', aMessage({ customer: { identifier: '+15550002222' } })),
    ]);
    const problems = (await Promise.all(answers.map((answer) => answer.json()))) as {
      requestId: string;
    }[];
    for (const { requestId: _id, ...problem } of problems)
      expect(problem).toMatchObject({ status: 404, detail: 'There is no such channel.' });
    const limited = await live().tokenFor('connector', 'partner', { channelIds: ['sms'] });
    expect((await post(messages, aMessage(), limited)).status).toBe(404);
    const other = aMessage({ customer: { identifier: '+1 (555) 000-2222' } });
    expect((await post('/v1/channels/sms/messages', other, limited)).status).toBe(202);
    const typed = aMessage({ customer: { identifier: '0555 123' } });
    expect((await post('/v1/channels/sms/messages', typed, limited)).status).toBe(400);
  });
});

describe('sessions, receipts and typing of a channel', () => {
  it('starts, updates and ends a session', async () => {
    const identifier = `user-${randomUUID()}`;
    const started = await post('/v1/channels/generic/sessions', {
      customer: { identifier },
      channelData: { formData: { topic: 'billing' } },
    });
    expect(started.status).toBe(202);
    const { customerId } = (await started.json()) as { customerId: string };
    const { id } = await eventually(() => live().stores.conversations.openOf(customerId));
    const path = `/v1/channels/generic/sessions/${identifier}`;
    const update = { token: connector, body: { channelData: { browser: 'Lynx' } } };
    expect((await live().call('PATCH', path, update)).status).toBe(202);
    expect(
      (await live().call('DELETE', `${path}?reason=NETWORK`, { token: connector })).status,
    ).toBe(202);
    const entries = await eventually(async () => {
      const read = await live().stores.timeline.read(id, 0, 100);
      return read.some(({ type }) => type === 'CHANNEL_SESSION_ENDED') ? read : null;
    });
    expect(entries.find(({ type }) => type === 'CHANNEL_SESSION_DATA_UPDATED')?.data).toEqual({
      set: { browser: 'Lynx' },
    });
    expect(entries.find(({ type }) => type === 'CHANNEL_SESSION_ENDED')?.data).toMatchObject({
      endReason: 'NETWORK',
    });
    const stored = await eventually(() => live().stores.conversations.get(id));
    expect(stored.data['form.topic']).toBe('billing');
  });

  it('makes no customer of a stranger who ends what never began', async () => {
    const path = '/v1/channels/generic/sessions/nobody-at-all';
    expect((await live().call('DELETE', path, { token: connector })).status).toBe(404);
    expect(
      (await live().call('PATCH', path, { token: connector, body: { channelData: {} } })).status,
    ).toBe(404);
    const found = await live().stores.customers.search(
      { channelId: 'generic', identifier: 'nobody-at-all' },
      { limit: 1 },
    );
    expect(found.items).toEqual([]);
  });

  it('takes a receipt before its message is known, and refuses one that names none', async () => {
    const receipts = '/v1/channels/generic/receipts';
    const early = { providerMessageId: `ext-${randomUUID()}`, status: 'DELIVERED' };
    expect((await post(receipts, early)).status).toBe(202);
    expect((await post(receipts, { status: 'DELIVERED' })).status).toBe(400);
    expect((await post(receipts, { messageId: 'm', status: 'PLAYED' })).status).toBe(400);
  });

  it('takes typing of anybody and keeps none of it', async () => {
    const sign = { customerIdentifier: 'a-stranger', typing: true };
    expect((await post('/v1/channels/generic/typing', sign)).status).toBe(202);
  });
});

describe('POST /webhooks/{channelId}', () => {
  const hook = (body: string, headers: Record<string, string>, path = '/webhooks/generic') =>
    live().app.request(path, { method: 'POST', body, headers });
  function signed(event: unknown, given: { id?: string; at?: number; secret?: string } = {}) {
    const { id = `evt-${randomUUID()}`, at = Math.floor(Date.now() / 1000) } = given;
    const body = typeof event === 'string' ? event : JSON.stringify(event);
    const key = Buffer.from((given.secret ?? INBOUND_SECRET).replace('whsec_', ''), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
    return {
      body,
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(at),
        'webhook-signature': `v1,${signature}`,
        'content-type': 'application/json',
      },
    };
  }
  const created = (data: Record<string, unknown> = {}) => ({
    type: 'message.created',
    timestamp: new Date().toISOString(),
    data: {
      id: `ext-${randomUUID()}`,
      user: { id: `user-${randomUUID()}`, name: 'Ben' },
      content: { type: 'text', text: 'hi' },
      ...data,
    },
  });
  const customerBehind = async (identifier: string) =>
    (await live().stores.customers.search({ channelId: 'generic', identifier }, { limit: 1 }))
      .items[0];

  it('takes a signed event once, however often it comes', async () => {
    const event = created();
    const request = signed(event);
    const first = await hook(request.body, request.headers);
    expect([first.status, await first.json()]).toEqual([200, { accepted: 1, duplicates: 0 }]);
    const customer = await customerBehind((event.data.user as { id: string }).id);
    const entries = await timelineOf(customer?.id ?? '', 1);
    const again = await hook(request.body, request.headers);
    expect([again.status, await again.json()]).toEqual([200, { accepted: 0, duplicates: 1 }]);
    const other = signed(event);
    expect(await (await hook(other.body, other.headers)).json()).toEqual({
      accepted: 0,
      duplicates: 1,
    });
    expect(await timelineOf(customer?.id ?? '', 1)).toHaveLength(entries.length);
  });

  it.each([
    ['no signature', { 'webhook-signature': undefined }],
    ['another secret', 'secret'],
    ['an old timestamp', 'old'],
    ['a flipped bit', 'flipped'],
  ])('refuses %s without any effect', async (_what, fault) => {
    const event = created();
    const request = signed(event, {
      ...(fault === 'secret' ? { secret: 'whsec_b3RoZXI=' } : {}),
      ...(fault === 'old' ? { at: Math.floor(Date.now() / 1000) - 301 } : {}),
    });
    const headers: Record<string, string> = { ...request.headers };
    if (typeof fault === 'object') delete headers['webhook-signature'];
    const body = fault === 'flipped' ? request.body.replace('"hi"', '"ho"') : request.body;
    expect((await hook(body, headers)).status).toBe(401);
    expect(await customerBehind((event.data.user as { id: string }).id)).toBeUndefined();
  });

  it('M1: answers Twilio in its own words and by its own status', async () => {
    const from = '+15550003333';
    const params = {
      MessageSid: `SM${randomUUID()}`,
      From: from,
      To: '+15550001111',
      Body: 'Hi & bye',
    };
    const url = `http://localhost/webhooks/sms?mid=1`;
    const tail = Object.keys(params)
      .sort()
      .map((key) => key + params[key as keyof typeof params])
      .join('');
    const signature = createHmac('sha1', AUTH_TOKEN)
      .update(url + tail)
      .digest('base64');
    const send = (value: string) =>
      live().app.request('/webhooks/sms?mid=1', {
        method: 'POST',
        body: new URLSearchParams(params).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': value,
          'x-forwarded-host': 'evil.example',
        },
      });
    expect((await send('wrong')).status).toBe(403);
    const taken = await send(signature);
    expect([taken.status, await taken.text()]).toEqual([200, '<Response/>']);
    const { items } = await live().stores.customers.search(
      { channelId: 'sms', identifier: from },
      { limit: 1 },
    );
    const [, , entry] = await timelineOf(items[0]?.id ?? '', 1);
    expect(entry?.body).toEqual({ type: 'PLAIN', text: 'Hi & bye' });
  });

  it('verifies the query as it came over the wire, not as it is normalised', async () => {
    const params = {
      MessageSid: `SM${randomUUID()}`,
      From: '+15550004444',
      To: '+15550001111',
      Body: 'Hi',
    };
    const target = "/webhooks/sms?mid=it's";
    const tail = Object.entries(params).sort().flat().join('');
    const signature = createHmac('sha1', AUTH_TOKEN)
      .update(`http://localhost${target}${tail}`)
      .digest('base64');
    const init = {
      method: 'POST',
      body: new URLSearchParams(params).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': signature,
      },
    };
    const normalised = target.replace("'", '%27'); // as node-server shows it
    expect((await live().app.request(normalised, init)).status).toBe(403);
    const overTheWire = { incoming: { url: target } };
    expect((await live().app.request(normalised, init, overTheWire)).status).toBe(200);
  });

  it('keeps what it cannot read and says so to the partner', async () => {
    const request = signed('{"type":"message.created","data":{}}');
    expect((await hook(request.body, request.headers)).status).toBe(400);
  });

  it('M2: lets no address of a provider in', async () => {
    const event = created({
      content: { type: 'image', url: 'http://169.254.169.254/x', caption: 'look' },
    });
    const request = signed(event);
    expect((await hook(request.body, request.headers)).status).toBe(200);
    const customer = await customerBehind((event.data.user as { id: string }).id);
    const [, , entry] = await timelineOf(customer?.id ?? '', 1);
    expect(entry?.body).toEqual({
      type: 'IMAGE',
      mediaId: expect.stringMatching(/^med_/),
      caption: 'look',
    });
  });

  it.each(['none', 'off', 'web'])('answers like a stranger on channel %s', async (channelId) => {
    const request = signed(created());
    const answer = await hook(request.body, request.headers, `/webhooks/${channelId}`);
    expect(answer.status).toBe(channelId === 'web' ? 401 : 404);
  });

  it('M19 (album): ten webhooks of one unknown customer at once make one conversation with ten entries', async () => {
    const user = { id: `user-${randomUUID()}` };
    const requests = Array.from({ length: 10 }, (_, n) =>
      signed(created({ user, content: { type: 'text', text: `picture ${n}` } })),
    );
    const answers = await Promise.all(requests.map(({ body, headers }) => hook(body, headers)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const entries = await timelineOf((await customerBehind(user.id))?.id ?? '', 10);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_entry, index) => index + 1));
    const texts = entries.flatMap(({ body }) => (body?.type === 'PLAIN' ? [body.text] : []));
    expect(texts.sort()).toEqual(requests.map((_, n) => `picture ${n}`));
  });

  it('keeps the order of one user and takes out-of-order receipts', async () => {
    const user = { id: `user-${randomUUID()}` };
    for (const n of [1, 2, 3]) {
      const request = signed(created({ user, content: { type: 'text', text: String(n) } }));
      expect((await hook(request.body, request.headers)).status).toBe(200);
    }
    const status = signed({ type: 'message.status', data: { id: 'ext-unknown', state: 'read' } });
    expect((await hook(status.body, status.headers)).status).toBe(200);
    const entries = await timelineOf((await customerBehind(user.id))?.id ?? '', 3);
    const texts = entries.flatMap(({ body }) => (body?.type === 'PLAIN' ? [body.text] : []));
    expect(texts).toEqual(['1', '2', '3']);
  });
});
