import { createHmac, randomUUID } from 'node:crypto';
import { eventually, useLiveApi } from '../support/live-api';
import { EventReader } from '../support/live-chat';
import { configureAll, IDENTITY_SECRET } from '../support/live-objects';

const live = useLiveApi({ limits: { heartbeatSeconds: 1 } });
let agent: string;
beforeAll(async () => {
  await configureAll(live());
  agent = await live().tokenFor('agent', 'agt_ana');
});

interface Session {
  token: string;
  customerId: string;
  channelSessionIdentifier: string;
  expiresAt: string;
}
interface Own {
  delivery: { state: string } | null;
}
const form = { channelData: { formData: { topic: 'billing' } } };
const start = async (body: unknown = form, headers: Record<string, string> = {}) => {
  const answer = await live().call('POST', '/webchat/web/sessions', { token: null, body, headers });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Session;
};
const ask = async (token: string, method: string, path: string, body?: unknown, headers = {}) => {
  const answer = await live().call(method, path, { token, body, headers });
  const isJson = (answer.headers.get('content-type') ?? '').includes('json');
  return {
    status: answer.status,
    body: isJson ? JSON.parse(await answer.text()) : await answer.text(),
    headers: answer.headers,
  };
};
const say = (token: string, text: string, clientMessageId: string = randomUUID()) =>
  ask(token, 'POST', '/webchat/messages', { clientMessageId, body: { type: 'PLAIN', text } });
const open = async (token: string, after?: string) => {
  const answer = await live().call('GET', '/webchat/events', {
    token,
    headers: after ? { 'last-event-id': after } : {},
  });
  expect(answer.status).toBe(200);
  return new EventReader(answer);
};
const conversationOf = (customerId: string) =>
  eventually(() => live().stores.conversations.openOf(customerId));
const signed = (identifier: string, secret = IDENTITY_SECRET) => ({
  identifier,
  identifierHash: createHmac('sha256', secret).update(identifier).digest('hex'),
});
const textsOf = (items: { body?: { text?: string } | null }[]) =>
  items.flatMap(({ body }) => (body?.text ? [body.text] : []));

describe('POST /webchat/{channelId}/sessions', () => {
  it('makes an anonymous visitor with an identifier that nobody guesses', async () => {
    const [one, two] = [await start(), await start()];
    expect(one.channelSessionIdentifier).toMatch(/^visitor_[\w-]{22}$/);
    expect(two.customerId).not.toBe(one.customerId);
    const { data, channelSessions } = await eventually(async () => {
      const conversation = await conversationOf(one.customerId);
      return 'form.topic' in conversation.data ? conversation : null;
    });
    expect(data['form.topic']).toBe('billing');
    expect(channelSessions[0]?.customerIdentifier).toBe(one.channelSessionIdentifier);
    expect(await live().stores.customers.get(one.customerId)).toMatchObject({ anonymous: true });
  });

  it('believes an identifier only with its hash', async () => {
    const identifier = `ana-${randomUUID()}@example.com`;
    const known = await start({ ...form, customer: { ...signed(identifier), name: 'Ana' } });
    expect(known.channelSessionIdentifier).toBe(identifier);
    expect(await live().stores.customers.get(known.customerId)).toMatchObject({
      anonymous: false,
      name: 'Ana',
    });
    const again = await start({ ...form, customer: signed(identifier) });
    expect(again.customerId).toBe(known.customerId);
    for (const customer of [
      { identifier },
      { identifier, identifierHash: 'x' },
      signed(identifier, 'another secret'),
    ]) {
      const stranger = await start({ ...form, customer });
      expect(stranger.customerId).not.toBe(known.customerId);
      expect(stranger.channelSessionIdentifier).not.toBe(identifier);
    }
  });

  it('lets the same visitor come back with the earlier token, and nobody with another one', async () => {
    const first = await start();
    const back = await start(form, { authorization: `Bearer ${first.token}` });
    expect(back.channelSessionIdentifier).toBe(first.channelSessionIdentifier);
    expect(back.customerId).toBe(first.customerId);
    const stranger = await start(form, { authorization: 'Bearer rubbish' });
    expect(stranger.customerId).not.toBe(first.customerId);
  });

  it.each([
    [
      'a form without what it requires',
      { channelData: { formData: {} } },
      'channelData.formData.topic',
    ],
    ['a form that is none', { channelData: { formData: 'x' } }, 'channelData.formData'],
    ['an unknown key', { more: 1 }, 'more'],
    ['an operator', { customer: { identifier: { $gt: '' } } }, 'customer.identifier.$gt'],
  ])('refuses %s', async (_what, body, path) => {
    const answer = await live().call('POST', '/webchat/web/sessions', { token: null, body });
    const { errors } = (await answer.json()) as { errors: { path: string }[] };
    expect([answer.status, errors[0]?.path]).toEqual([400, path]);
  });

  it.each(['none', 'generic', 'off'])('knows no chat on channel %s', async (channelId) => {
    const answer = await live().call('POST', `/webchat/${channelId}/sessions`, {
      token: null,
      body: {},
    });
    expect(answer.status).toBe(404);
  });

  it('drops what a visitor may not claim', async () => {
    const { customerId } = await start({ channelData: { requestPriority: 10, browser: 'Lynx' } });
    const { channelSessions } = await conversationOf(customerId);
    expect(channelSessions[0]?.channelData).toEqual({ browser: 'Lynx' });
  });
});

describe('M18: origins', () => {
  it.each([
    ['https://shop.example', 'https://shop.example'],
    ['https://evil.example', null],
    ['https://shop.example.evil.example', null],
    ['null', null],
  ])('answers %s with %s, in refusals, too', async (origin, allowed) => {
    const preflight = await live().app.request('/webchat/messages', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(allowed);
    const { token } = await start();
    const requests = [
      live().call('POST', '/webchat/web/sessions', {
        token: null,
        body: form,
        headers: { origin },
      }),
      live().call('GET', '/webchat/messages', { token, headers: { origin } }),
      live().call('GET', '/webchat/messages', { token: 'rubbish', headers: { origin } }),
      live().call('GET', '/webchat/web/settings', { token: null, headers: { origin } }),
    ];
    for (const answer of await Promise.all(requests)) {
      expect(answer.headers.get('access-control-allow-origin')).toBe(allowed);
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      expect(answer.headers.get('vary')).toContain('Origin');
    }
  });
});

describe('a visitor’s chat', () => {
  it('goes both ways, once, by seq, and shows nothing of what is inside', async () => {
    const { token, customerId } = await start();
    const reader = await open(token);
    const clientMessageId = randomUUID();
    const first = await say(token, 'Hello', clientMessageId);
    expect(first.status).toBe(202);
    expect((await say(token, 'Hello', clientMessageId)).body).toEqual(first.body);
    const { id } = await conversationOf(customerId);
    const path = `/v1/conversations/${id}`;
    await ask(agent, 'POST', `${path}/participants`, { agentId: 'agt_ana', role: 'PRIMARY' });
    await ask(agent, 'POST', `${path}/whispers`, { text: 'SECRET whisper' });
    await ask(agent, 'POST', `${path}/notes`, { text: 'SECRET note' });
    await ask(agent, 'POST', `${path}/messages`, { body: { type: 'PLAIN', text: 'Hi, Ana here' } });
    await reader.until((events) => events.some(({ data }) => data['type'] === 'AGENT_MESSAGE'));
    expect((await say(token, 'Hello', clientMessageId)).body).toEqual(first.body);
    expect(reader.entries.every((event) => event.id === String(event.data['seq']))).toBe(true);
    const types = reader.entries.map(({ data }) => data['type']);
    expect(types.slice(0, 3)).toEqual([
      'CONVERSATION_STARTED',
      'CHANNEL_SESSION_STARTED',
      'CUSTOMER_MESSAGE',
    ]);
    expect(types).toContain('AGENT_SUBSCRIBED');
    const own = reader.entries.find(({ data }) => data['type'] === 'CUSTOMER_MESSAGE');
    expect(own?.data['providerMessageId']).toBe(clientMessageId);
    const page = await ask(token, 'GET', '/webchat/messages');
    expect(page.body.items.map(({ seq }: { seq: number }) => seq)).toEqual(reader.seqs);
    const everything = JSON.stringify([page.body, reader.events]);
    for (const secret of [
      'SECRET',
      'queueId',
      'taskId',
      'channelData',
      'hash"',
      'customerSuggestions',
    ])
      expect(everything).not.toContain(secret);
    // What was written to the stream is delivered; what the visitor has read is read.
    const state = async () => {
      const { body } = await ask(agent, 'GET', `${path}/timeline?limit=200`);
      return body.items.find(({ type }: { type: string }) => type === 'AGENT_MESSAGE')?.delivery
        ?.state;
    };
    await eventually(async () => (await state()) === 'DELIVERED');
    expect((await ask(token, 'POST', '/webchat/read', { seq: reader.seqs.at(-1) })).status).toBe(
      202,
    );
    await eventually(async () => (await state()) === 'READ');
    await reader.close();
  });

  it('tells the visitor what agents have read: at once, after a reload, and to nobody else', async () => {
    const [ana, other] = [await start(), await start()];
    const [reader, stranger] = [await open(ana.token), await open(other.token)];
    await say(other.token, 'me too');
    const ids = ['one', 'two', 'three'].map((id) => `${id}-${randomUUID()}`);
    for (const id of ids) await say(ana.token, id, id);
    const { id: conversationId } = await conversationOf(ana.customerId);
    const path = `/v1/conversations/${conversationId}`;
    const written = (id: string) =>
      reader.entries.find(({ data }) => data['providerMessageId'] === id);
    await reader.until(() => ids.every(written));
    const [one, two, three] = ids.map((id) => Number(written(id)?.data['seq']));
    await ask(agent, 'POST', `${path}/participants`, { agentId: 'agt_ana', role: 'PRIMARY' });

    const reads = (from: EventReader) =>
      from.events.filter(({ event }) => event === 'read').map(({ data }) => data['seq']);
    // Twice and out of order; and further than there is anything to read.
    for (const seq of [two, two, one])
      expect((await ask(agent, 'POST', `${path}/read`, { seq })).status).toBe(202);
    await reader.until(() => reads(reader).includes(two));
    await ask(agent, 'POST', `${path}/read`, { seq: 1_000_000 });
    await reader.until(() => reads(reader).includes(three));
    await ask(agent, 'POST', `${path}/read`, { seq: two });
    await reader.close();

    const states = async (token: string) => {
      const { body } = await ask(token, 'GET', '/webchat/messages');
      const own = body.items.filter(({ type }: { type: string }) => type === 'CUSTOMER_MESSAGE');
      return [own.map(({ delivery }: Own) => delivery?.state ?? null), body.reads];
    };
    const messageId = written(ids[2] ?? '')?.data['id'];
    const mark = { conversationId, seq: three, messageId };
    expect(await states(ana.token)).toEqual([['READ', 'READ', 'READ'], [mark]]);
    await say(ana.token, 'four');
    await eventually(async () => (await states(ana.token))[0].length === 4);
    expect((await states(ana.token))[0]).toEqual(['READ', 'READ', 'READ', null]);
    expect(await states(other.token)).toEqual([[null], []]);
    const back = await open(ana.token, String(three));
    await back.until(() => reads(back).length > 0);
    expect(reads(back)).toEqual([three]);
    expect(reads(stranger)).toEqual([]);
    await Promise.all([back.close(), stranger.close()]);
  });

  it('shows typing of agents whom the visitor sees, to both sides, and keeps none', async () => {
    const { token, customerId } = await start();
    const { id } = await conversationOf(customerId);
    const path = `/v1/conversations/${id}`;
    await ask(agent, 'POST', `${path}/participants`, { agentId: 'agt_ana', role: 'PRIMARY' });
    const [visitor, staff] = [
      await open(token),
      new EventReader(await live().call('GET', `${path}/events`)),
    ];
    await eventually(async () => {
      await ask(agent, 'POST', `${path}/typing`, { typing: true });
      return visitor.events.some(({ event }) => event === 'typing');
    });
    await eventually(async () => {
      await ask(token, 'POST', '/webchat/typing', { typing: true });
      return staff.events.some(
        ({ event, data }) =>
          event === 'typing' && (data['actor'] as { type: string }).type === 'CUSTOMER',
      );
    });
    expect(visitor.events.find(({ event }) => event === 'typing')).toMatchObject({
      id: null,
      data: { typing: true, actor: { id: 'agt_ana' } },
    });
    await Promise.all([visitor.close(), staff.close()]);
  });

  it('resumes without loss or repeat, also across conversations', async () => {
    const { token, customerId } = await start();
    const seen: string[] = [];
    let last: string | undefined;
    const look = async (enough: () => boolean) => {
      await eventually(async () => {
        const reader = await open(token, last);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 250));
        await reader.close();
        seen.push(...reader.entries.map(({ data }) => `${data['conversationId']}:${data['seq']}`));
        last = reader.entries.at(-1)?.id ?? last;
        return enough();
      });
    };
    const chats = new Set<string>();
    for (let round = 1; round <= 3; round += 1) {
      const writing = Promise.all(
        Array.from({ length: 8 }, (_value, n) => say(token, `${round}.${n}`)),
      );
      await writing;
      const { id } = await conversationOf(customerId);
      chats.add(id);
      await look(() => seen.some((key) => key.startsWith(id)));
      await live().call('DELETE', `/v1/conversations/${id}`, { body: {} });
      await eventually(async () => (await live().stores.conversations.get(id))?.state === 'CLOSED');
    }
    const whole = async () => {
      const { body } = await ask(token, 'GET', '/webchat/messages?limit=200');
      return (body.items as { conversationId: string; seq: number }[]).map(
        ({ conversationId, seq }) => `${conversationId}:${seq}`,
      );
    };
    const expected = await whole();
    await look(() => seen.length >= expected.length);
    expect(chats.size).toBe(3);
    expect(seen).toHaveLength(new Set(seen).size);
    expect([...seen].sort()).toEqual([...expected].sort());
    // In pages, with the cursor of each.
    const paged: string[] = [];
    for (let cursor: string | null = '0'; cursor !== null; ) {
      const { body } = await ask(token, 'GET', `/webchat/messages?limit=5&after=${cursor}`);
      paged.push(
        ...body.items.map(
          ({ conversationId, seq }: { conversationId: string; seq: number }) =>
            `${conversationId}:${seq}`,
        ),
      );
      cursor = body.nextCursor;
    }
    expect(paged).toEqual(expected);
  });

  it('ends, and begins anew with the next message', async () => {
    const { token, customerId } = await start();
    await say(token, 'one');
    const { id } = await conversationOf(customerId);
    expect((await ask(token, 'DELETE', '/webchat/session')).status).toBe(202);
    await eventually(async () => (await live().stores.conversations.get(id))?.state === 'CLOSED');
    expect((await ask(token, 'DELETE', '/webchat/session')).status).toBe(202);
    await say(token, 'two');
    const next = await conversationOf(customerId);
    expect(next.id).not.toBe(id);
    const page = await eventually(async () => {
      const { body } = await ask(token, 'GET', '/webchat/messages');
      return textsOf(body.items).length === 2 ? body : null;
    });
    expect(textsOf(page.items)).toEqual(['one', 'two']);
  });

  it.each(['x', '-3', 'cnv_a', 'cnv_a:x', 'a:1,b'])('refuses the cursor %s', async (cursor) => {
    const { token } = await start();
    expect((await ask(token, 'GET', `/webchat/messages?after=${cursor}`)).status).toBe(400);
    expect(
      (await ask(token, 'GET', '/webchat/events', undefined, { 'last-event-id': cursor })).status,
    ).toBe(400);
  });

  it.each([
    ['no client id', { body: { type: 'PLAIN', text: 'x' } }],
    ['mail', { clientMessageId: '1', body: { type: 'EMAIL', text: 'x' } }],
    ['what we cannot read', { clientMessageId: '1', body: { type: 'UNSUPPORTED', kind: 'x' } }],
    ['a channel', { clientMessageId: '1', channelId: 'sms', body: { type: 'PLAIN', text: 'x' } }],
  ])('refuses a message with %s', async (_what, body) => {
    const { token } = await start();
    expect((await ask(token, 'POST', '/webchat/messages', body)).status).toBe(400);
  });
});

describe('one visitor and another', () => {
  it('M4, M9: keeps them apart: ids, cursors, media, client ids', async () => {
    const [ana, ben] = [await start(), await start()];
    await say(ana.token, 'mine', 'same-id');
    await say(ben.token, 'his', 'same-id');
    const theirs = await conversationOf(ben.customerId);
    const upload = new FormData();
    upload.set('file', new File(['<svg onload="x"/>'], 'a "b".svg', { type: 'image/svg+xml' }));
    const media = await live().app.request('/webchat/media', {
      method: 'POST',
      headers: { authorization: `Bearer ${ben.token}` },
      body: upload,
    });
    expect(media.status).toBe(201);
    const { mediaId, url, mimeType } = (await media.json()) as Record<string, string>;
    expect([url, mimeType]).toEqual([`/webchat/media/${mediaId}`, 'image/svg+xml']);
    const cursor = `${theirs.id}:1`;
    expect((await ask(ana.token, 'GET', `/webchat/messages?after=${cursor}`)).status).toBe(404);
    expect(
      (await ask(ana.token, 'GET', '/webchat/events', undefined, { 'last-event-id': cursor }))
        .status,
    ).toBe(404);
    expect(
      (await ask(ana.token, 'POST', '/webchat/read', { seq: 1, conversationId: theirs.id })).status,
    ).toBe(404);
    const [foreign, unknown] = [
      await ask(ana.token, 'GET', `/webchat/media/${mediaId}`),
      await ask(ana.token, 'GET', '/webchat/media/med_none'),
    ];
    expect([foreign.status, { ...foreign.body, requestId: '' }]).toEqual([
      404,
      { ...unknown.body, requestId: '' },
    ]);
    const resend = { clientMessageId: 'x', body: { type: 'FILE', mediaId } };
    expect((await ask(ana.token, 'POST', '/webchat/messages', resend)).status).toBe(400);
    const own = await ask(ben.token, 'GET', `/webchat/media/${mediaId}`);
    expect(own.headers.get('content-disposition')).toMatch(/^attachment; filename="a__b_.svg"/);
    expect(own.headers.get('x-content-type-options')).toBe('nosniff');
    expect(own.headers.get('content-type')).toBe('application/octet-stream');
    expect((await ask(ben.token, 'POST', '/webchat/messages', resend)).status).toBe(202);
    // Now staff who may read the conversation may read the file.
    await eventually(async () => (await live().call('GET', `/v1/media/${mediaId}`)).status === 200);
    expect((await ask(agent, 'GET', `/v1/media/${mediaId}`)).status).toBe(404);
    const shown = await eventually(async () => {
      const { body } = await ask(ben.token, 'GET', '/webchat/messages');
      return body.items.find(({ media }: { media: unknown[] }) => media.length > 0);
    });
    expect(shown.media).toEqual([
      { mediaId, state: 'READY', mimeType, size: expect.any(Number), fileName: expect.any(String) },
    ]);
    const mine = await eventually(async () => {
      const { body } = await ask(ana.token, 'GET', '/webchat/messages');
      return textsOf(body.items).length > 0 ? body : null;
    });
    expect(textsOf(mine.items)).toEqual(['mine']);
  });

  it('lets no visitor into staff routes and no staff into theirs', async () => {
    const { token, customerId } = await start();
    const { id } = await conversationOf(customerId);
    for (const path of [
      `/v1/conversations/${id}`,
      '/v1/conversations',
      `/v1/customers/${customerId}`,
      `/v1/conversations/${id}/events`,
    ])
      expect((await ask(token, 'GET', path)).status).toBe(403);
    for (const path of ['/webchat/messages', '/webchat/events'])
      expect((await ask(agent, 'GET', path)).status).toBe(403);
  });
});

describe('the widget', () => {
  it('brings its channel’s settings along, as data', async () => {
    const answer = await live().call('GET', '/widget.js?channelId=web', { token: null });
    if (answer.status === 404) throw new Error('the widget is not built: npm run build:web');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const [first] = (await answer.text()).split('\n');
    expect(first).toContain('"title":"Talk </script> to us"');
    const settings = await live().call('GET', '/webchat/web/settings', { token: null });
    expect(await settings.json()).toEqual({
      channelId: 'web',
      title: 'Talk </script> to us',
      preChatFields: [{ key: 'topic', label: 'Topic', required: true }],
      language: 'en',
    });
    expect((await live().call('GET', '/widget.js?channelId=none', { token: null })).status).toBe(
      404,
    );
  });

  it('has a page that shows it under a strict policy', async () => {
    const answer = await live().call('GET', '/webchat/web/demo', { token: null });
    expect(answer.status).toBe(200);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const page = await answer.text();
    expect(page).toContain('/widget.js?channelId=web');
    expect(page).not.toContain('{{');
  });
});
