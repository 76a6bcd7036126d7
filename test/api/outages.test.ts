import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { AppDeps } from '../../api/context';
import { ProblemError } from '../../domain/errors';
import type { Stores } from '../../infra/stores';
import type { TestApi } from '../support/api';
import { eventually, useLiveApi } from '../support/live-api';
import { aLiveConversation, customerWrites } from '../support/live-chat';
import { configureAll } from '../support/live-objects';

const live = useLiveApi();
beforeAll(() => configureAll(live()));

const messages = '/v1/channels/generic/messages';
const aMessage = (identifier: string, text = 'Hello') => ({
  providerMessageId: `p-${randomUUID()}`,
  customer: { identifier },
  body: { type: 'PLAIN', text },
});
const problemOf = async (answer: Response) => {
  const { code } = (await answer.json()) as { code: string };
  return { status: answer.status, code, retryAfter: Number(answer.headers.get('retry-after')) };
};
const unavailable = { status: 503, code: 'UNAVAILABLE', retryAfter: expect.any(Number) };

describe('while no worker runs', () => {
  it('takes messages, answers reads, refuses acts, and ends what hears nothing', async () => {
    const { path, id, identifier, customerId } = await aLiveConversation(live(), 'before');
    const agent = await live().tokenFor('agent', 'agt_ana');
    await live().call('POST', `${path}/participants`, {
      token: agent,
      body: { agentId: 'agt_ana', role: 'PRIMARY' },
    });
    await eventually(async () => (await live().stores.conversations.get(id))?.state === 'ACTIVE');
    await live().stopWorkers();

    await customerWrites(live(), identifier, 'unheard');
    // Each waits for its own deadline: all at once.
    const [note, plain, consistent] = await Promise.all([
      live().call('POST', `${path}/notes`, { token: agent, body: { text: 'x' } }),
      live().call('GET', path),
      live().call('GET', `${path}?consistent=true`),
    ]);
    expect(await problemOf(note)).toEqual(unavailable);
    expect(plain.status).toBe(200);
    expect(await problemOf(consistent)).toEqual(unavailable);

    // An order, and a minute later the same again: the run has not taken the first.
    const end = (api: Pick<TestApi, 'call'>) =>
      api.call('DELETE', path, { body: { reason: 'stuck' } });
    expect((await end(live())).status).toBe(202);
    expect((await end(live())).status).toBe(202);
    const workflow = live().temporal.workflow.getHandle(`conversation:${customerId}`);
    expect((await workflow.describe()).status.name).toBe('RUNNING');
    const { runId } = await workflow.describe();
    const later = live().another({ now: () => new Date(Date.now() + 60_000) });
    expect((await end(later)).status).toBe(202);
    const first = live().temporal.workflow.getHandle(`conversation:${customerId}`, runId);
    expect((await first.describe()).status.name).toBe('TERMINATED');

    await live().startWorkers();
    const closed = await eventually(async () => {
      const stored = await live().stores.conversations.get(id);
      return stored?.state === 'CLOSED' ? stored : null;
    });
    expect(closed).toMatchObject({
      closeReason: 'FORCE_CLOSED',
      timers: [],
      workflowId: `conversation:${customerId}`,
    });
    expect(closed.participants.every(({ leftAt }) => leftAt !== null)).toBe(true);
    const timeline = await live().stores.timeline.read(id, 0, 500);
    expect(timeline.map(({ seq }) => seq)).toEqual(timeline.map((_entry, index) => index + 1));
    expect(timeline.at(-1)).toMatchObject({
      type: 'TOPIC_STATE_CHANGED',
      data: { to: 'CLOSED', archive: 'VERIFIED' },
    });
    // What the customer said meanwhile opens the next one; what was archived is not said twice.
    const next = await eventually(() => live().stores.conversations.openOf(customerId));
    expect(next.previousConversationId === id || next.previousConversationId === null).toBe(true);
    const said = await eventually(async () => {
      const entries = await live().stores.timeline.read(next.id, 0, 500);
      const texts = entries.flatMap(({ body }) => (body?.type === 'PLAIN' ? [body.text] : []));
      return texts.length > 0 ? texts : null;
    });
    expect(said.filter((text) => text === 'before' || text === 'unheard')).toEqual(['unheard']);
  }, 120_000);
});

describe('while Temporal does not answer', () => {
  it('refuses what it would have to store, and goes on reading', async () => {
    const { path } = await aLiveConversation(live());
    // Never closed: the client goes on trying until its deadlines, and finds nothing to close.
    const connection = Connection.lazy({ address: '127.0.0.1:1', connectTimeout: 200 });
    const api = live().another({ temporal: new Client({ connection }) });
    const token = await live().tokenFor('connector', 'partner');
    const [post, read, end] = await Promise.all([
      api.call('POST', messages, { token, body: aMessage('somebody') }),
      api.call('GET', path),
      api.call('DELETE', path, { body: {} }),
    ]);
    expect(await problemOf(post)).toEqual(unavailable);
    expect(read.status).toBe(200);
    expect(await problemOf(end)).toEqual(unavailable);
  }, 120_000);
});

describe('while MongoDB is down', () => {
  it('takes 200 messages of a known customer, then no more, and goes on acting', async () => {
    const { path, identifier, id, customerId } = await aLiveConversation(live());
    const other = await aLiveConversation(live());
    const agent = await live().tokenFor('agent', 'agt_ana');
    const token = await live().tokenFor('connector', 'partner');
    const outage = { down: false };
    const api = live().another({
      stores: failing(live().stores, outage, [identifier, other.identifier]) as AppDeps['stores'],
    });
    const join = { agentId: 'agt_ana', role: 'PRIMARY' };
    expect(
      (await api.call('POST', `${path}/participants`, { token: agent, body: join })).status,
    ).toBe(200);
    outage.down = true;

    const sent = [];
    for (let n = 0; n < 201; n += 10)
      sent.push(
        ...(await Promise.all(
          Array.from({ length: Math.min(10, 201 - n) }, (_value, i) =>
            api.call('POST', messages, { token, body: aMessage(identifier, `n ${n + i}`) }),
          ),
        )),
      );
    const statuses = sent.map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(200);
    expect(statuses.filter((status) => status === 503)).toHaveLength(1);
    // Another customer has a budget of their own, in bytes as well.
    const big = { ...aMessage(other.identifier), channelData: { blob: 'x'.repeat(200_000) } };
    expect((await api.call('POST', messages, { token, body: big })).status).toBe(202);
    expect(
      (await api.call('POST', messages, { token, body: { ...big, providerMessageId: 'b2' } }))
        .status,
    ).toBe(202);
    expect(
      (await api.call('POST', messages, { token, body: { ...big, providerMessageId: 'b3' } }))
        .status,
    ).toBe(503);
    expect((await api.call('POST', messages, { token, body: aMessage('a-stranger') })).status).toBe(
      503,
    );

    const note = await api.call('POST', `${path}/notes`, {
      token: agent,
      body: { text: 'in the dark' },
    });
    expect(note.status).toBe(200);
    // Desks send each message with a key, whose store is down as well: the workflow knows the message again.
    const reply = () =>
      api.call('POST', `${path}/messages`, {
        token: agent,
        body: { body: { type: 'PLAIN', text: 'answered in the dark' } },
        headers: { 'idempotency-key': 'in-the-dark' },
      });
    const replies = [await reply(), await reply()];
    expect(replies.map(({ status }) => status)).toEqual([202, 202]);
    const [first, second] = (await Promise.all(replies.map((answer) => answer.json()))) as {
      messageId: string;
    }[];
    expect(second?.messageId).toBe(first?.messageId);
    expect(await problemOf(await api.call('GET', path))).toEqual(unavailable);
    expect(
      await problemOf(
        await api.call('POST', `${other.path}/notes`, { token: agent, body: { text: 'x' } }),
      ),
    ).toEqual(unavailable);

    outage.down = false;
    // The look-up answers again: the budget is whole again.
    await eventually(
      async () =>
        (await api.call('POST', messages, { token, body: aMessage(identifier) })).status === 202,
    );
    const all = await eventually(async () => {
      const entries = await live().stores.timeline.read(id, 0, 1000);
      return entries.filter(({ type }) => type === 'CUSTOMER_MESSAGE').length >= 202
        ? entries
        : null;
    });
    expect(all.some(({ type }) => type === 'NOTE_ADDED')).toBe(true);
    expect(all.filter(({ type }) => type === 'AGENT_MESSAGE')).toHaveLength(1);
    const audited = await eventually(async () => {
      const { items } = await live().stores.audit.list(
        { target: `conversations/${id}` },
        { limit: 50 },
      );
      return items.some((row) => row['action'] === 'conversation.addNote') ? items : null;
    });
    expect(audited.length).toBeGreaterThan(0);
    const { items } = await live().stores.conversations.list({ customerId }, { limit: 10 });
    expect(items).toHaveLength(1);
  }, 120_000);
});

/** What every process has in memory: everything else throws while MongoDB is down. */
const REMEMBERED: Readonly<Record<string, readonly string[]>> = {
  config: ['channel', 'get'],
  tokens: ['find'],
};

/** The stores as they are while MongoDB is down, with these customers' identities cached. */
function failing(
  stores: Stores,
  outage: { readonly down: boolean },
  cached: readonly string[],
): Stores {
  const remembers = (name: string, member: string, input: unknown) =>
    REMEMBERED[name]?.includes(member) ||
    (member === 'identify' && cached.includes((input as { identifier: string }).identifier));
  const wrap = (name: string, store: object) =>
    new Proxy(store, {
      get(target, member) {
        const value: unknown = Reflect.get(target, member);
        if (typeof value !== 'function' || name === 'feed') return value;
        return async (...args: unknown[]) => {
          if (outage.down && !remembers(name, String(member), args[0]))
            throw new ProblemError('UNAVAILABLE', 'MongoDB is down in this test.');
          return value.apply(target, args) as unknown;
        };
      },
    });
  return Object.fromEntries(
    Object.entries(stores).map(([name, store]) => [
      name,
      typeof store === 'object' ? wrap(name, store) : store,
    ]),
  ) as unknown as Stores;
}
