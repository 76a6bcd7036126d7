import { createHash } from 'node:crypto';
import { type EventSink, eventStream } from '../../api/streams/sse';
import { eventually, useLiveApi } from '../support/live-api';
import { aLiveConversation, customerWrites, EventReader } from '../support/live-chat';
import { configureAll } from '../support/live-objects';

const live = useLiveApi({ limits: { heartbeatSeconds: 1, streamsPerSubject: 3 } });
let agent: string;
beforeAll(async () => {
  await configureAll(live());
  agent = await live().tokenFor('agent', 'agt_ana');
});

const open = async (path: string, token?: string, headers = {}) => {
  const answer = await live().call('GET', path, { ...(token ? { token } : {}), headers });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  return new EventReader(answer);
};

describe('GET /v1/conversations/{id}/events', () => {
  it('gives the backlog, then what happens, and equals the timeline', async () => {
    const { path, identifier } = await aLiveConversation(live());
    const reader = await open(`${path}/events`);
    await reader.until((events) => events.length >= 3);
    for (const n of [1, 2, 3]) await customerWrites(live(), identifier, `live ${n}`);
    await reader.until(
      (events) => events.filter(({ data }) => data['type'] === 'CUSTOMER_MESSAGE').length === 4,
    );
    expect(reader.seqs).toEqual(reader.seqs.map((_seq, index) => index + 1));
    expect(
      reader.entries.every(
        ({ id, data, event }) => id === String(data['seq']) && event === 'message',
      ),
    ).toBe(true);
    const timeline = await live().call('GET', `${path}/timeline?limit=200`);
    const { items } = (await timeline.json()) as { items: unknown[] };
    expect(reader.entries.map(({ data }) => data)).toEqual(items.slice(0, reader.entries.length));
    await reader.close();
  });

  it('loses and repeats nothing over many reconnects under load', async () => {
    const { path, identifier } = await aLiveConversation(live());
    const total = 60;
    const writing = (async () => {
      for (let n = 0; n < total; n += 10)
        await Promise.all(
          Array.from({ length: 10 }, (_v, i) => customerWrites(live(), identifier, `n ${n + i}`)),
        );
    })();
    const seen: number[] = [];
    let last = '';
    const count = () => seen.length;
    await eventually(async () => {
      const reader = await open(
        `${path}/events${last === '' ? '' : '?after=0'}`,
        undefined,
        last === '' ? {} : { 'last-event-id': last },
      );
      // Cut at a random moment, in the backlog or live.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
      await reader.close();
      seen.push(...reader.seqs);
      if (reader.entries.length > 0) last = reader.lastId;
      const { body } = await timelineLength(path);
      return body >= total + 3 && count() >= body;
    });
    await writing;
    expect(seen).toEqual(seen.map((_seq, index) => index + 1));
  });

  async function timelineLength(path: string) {
    const answer = await live().call('GET', `${path}/timeline?limit=200`);
    const { items } = (await answer.json()) as { items: { type: string }[] };
    return { body: items.length };
  }

  it('M7, M13: beats, shows typing and delivery, and ends when the token is revoked', async () => {
    const { path } = await aLiveConversation(live());
    const joining = { agentId: 'agt_ana', role: 'PRIMARY' };
    await live().call('POST', `${path}/participants`, { token: agent, body: joining });
    const reader = await open(`${path}/events`);
    const body = { body: { type: 'PLAIN', text: 'on its way' } };
    const sent = (await (
      await live().call('POST', `${path}/messages`, { token: agent, body })
    ).json()) as { messageId: string };
    await reader.until((events) =>
      events.some(
        ({ event, data }) => event === 'delivery' && data['messageId'] === sent.messageId,
      ),
    );
    const delivery = reader.events.find(({ event }) => event === 'delivery');
    expect(delivery?.id).toBeNull();
    expect(delivery?.data['delivery']).toMatchObject({ state: expect.any(String) });
    await live().call('POST', `${path}/typing`, { token: agent, body: { typing: true } });
    await reader.until((events) => events.some(({ event }) => event === 'typing'));
    await eventually(async () => reader.comments.some((comment) => comment.includes('heartbeat')));
    await reader.close();

    const token = await live().tokenFor('supervisor', 'sup_sara');
    const watched = await open(`${path}/events`, token);
    const { id } = (await live().stores.tokens.find(hashOf(token))) ?? {};
    await live().stores.tokens.revoke(id ?? '');
    await eventually(async () => watched.closed);
    expect((await live().call('GET', `${path}/events`, { token })).status).toBe(401);
  });

  it('takes a one-use ticket in place of a token', async () => {
    const { path } = await aLiveConversation(live());
    const ticket = async () => {
      const answer = await live().call('POST', '/v1/stream-tickets', { body: {} });
      return ((await answer.json()) as { ticket: string }).ticket;
    };
    const once = await ticket();
    const first = await live().app.request(`${path}/events?ticket=${once}&after=1`);
    expect(first.status).toBe(200);
    await first.body?.cancel();
    expect((await live().app.request(`${path}/events?ticket=${once}`)).status).toBe(401);
  });

  it('counts streams by caller, and gives places back', async () => {
    const { path } = await aLiveConversation(live());
    const token = await live().tokenFor('supervisor', 'sup_sara');
    const readers = [
      await open(`${path}/events`, token),
      await open(`${path}/events`, token),
      await open(`${path}/events`, token),
    ];
    const fourth = await live().call('GET', `${path}/events`, { token });
    expect([fourth.status, fourth.headers.get('retry-after')]).toEqual([429, expect.any(String)]);
    await readers[0]?.close();
    const again = await open(`${path}/events`, token);
    await Promise.all([...readers.slice(1), again].map((reader) => reader.close()));
  });

  it('opens nothing for HEAD', async () => {
    const { path } = await aLiveConversation(live());
    const token = await live().tokenFor('supervisor', 'sup_head');
    for (let n = 0; n < 5; n += 1) {
      const answer = await live().call('HEAD', `${path}/events`, { token });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        'text/event-stream; charset=utf-8',
      ]);
    }
  });

  it.each(['x', '-1', '1.5', '99999999999999999999'])('refuses the cursor %s', async (cursor) => {
    const { path } = await aLiveConversation(live());
    const headers = { 'last-event-id': cursor };
    expect((await live().call('GET', `${path}/events`, { headers })).status).toBe(400);
    expect((await live().call('GET', `${path}/events?after=${cursor}`)).status).toBe(400);
  });
});

describe('eventStream', () => {
  const stopping = new AbortController().signal;
  const options = {
    heartbeatSeconds: 3600,
    stillAllowed: async () => true,
    onError: () => undefined,
    stopping,
  };

  it('drops a reader who lets more than 256 KiB wait', async () => {
    let sink: EventSink | undefined;
    let closed = 0;
    const answer = eventStream({
      ...options,
      onClose: () => {
        closed += 1;
      },
      run: async (given) => {
        sink = given;
      },
    });
    const data = 'x'.repeat(1000);
    let sent = 0;
    while (sink?.send({ id: String(sent), data })) sent += 1;
    expect(sent).toBeGreaterThan(200);
    expect(sent).toBeLessThan(270);
    expect([sink?.closed, closed]).toEqual([true, 1]);
    await expect(new Response(answer.body).text()).rejects.toThrow();
  });

  it('waits for a reader in the backlog, and tells when all is taken', async () => {
    const order: string[] = [];
    const answer = eventStream({
      ...options,
      onClose: () => order.push('closed'),
      run: async (sink) => {
        for (let n = 0; n < 1000; n += 1) {
          await sink.ready();
          sink.send({ id: String(n), data: 'x'.repeat(1000) });
        }
        order.push('written');
        await sink.flushed();
        order.push('flushed');
        sink.close();
      },
    });
    const text = await answer.text();
    expect(text.match(/^id: /gm)).toHaveLength(1000);
    expect(order).toEqual(['written', 'flushed', 'closed']);
  });

  it('ends when the process stops, telling readers to come back', async () => {
    const stop = new AbortController();
    const answer = eventStream({
      ...options,
      stopping: stop.signal,
      onClose: () => undefined,
      run: () => new Promise(() => undefined),
    });
    const text = answer.text();
    stop.abort();
    expect(await text).toContain('retry:');
  });
});

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
