import { MongoClient } from 'mongodb';
import { Webhook } from 'standardwebhooks';
import { entryView } from '../../api/conversations/views';
import { signatureHeaders } from '../../connectors/standard-webhooks';
import type { OpenStores } from '../../infra/mongo/stores';
import { createOutgoing } from '../../infra/outgoing';
import { createWebhookDispatcher } from '../../workers/webhook-dispatcher';
import { serveWebhooks } from '../../workers/webhooks';
import { testApi } from '../support/api';
import { aBatch, anEntry } from '../support/archive';
import { type FakeBot as Receiver, startFakeBot as startReceiver } from '../support/fakes/bots';
import { eventually } from '../support/live-api';
import { uniqueName, useDatabase } from '../support/servers';
import { openStores } from '../support/stores';

const database = useDatabase();
const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
let stores: OpenStores;
let receiver: Receiver;
/** How far this file's clock is ahead, ms. */
let ahead = 0;
const now = () => new Date(Date.now() + ahead);

/** A worker process, as far as webhooks go. */
function startWorker(own: OpenStores) {
  const stop = new AbortController();
  const dispatcher = createWebhookDispatcher({
    ...own,
    outgoing: createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] }),
    view: entryView,
    signed: (id, body, at, secret) => signatureHeaders(id, body, at, [secret]),
    everyMs: 20,
    now,
    random: () => 0.5,
  });
  const { webhookLease: lease, webhookArchive: archive } = own;
  const logger = { warn: () => undefined } as never;
  const done = serveWebhooks({ lease, archive, dispatcher, logger, renewEveryMs: 50 }, stop.signal);
  return {
    async end() {
      stop.abort();
      await done;
    },
  };
}
const heads = new Map<string, { seq: number; hash: string }>();
/** Archives entries of these types, as the conversation's next. */
async function archived(conversationId: string, ...types: readonly string[]): Promise<void> {
  const head = heads.get(conversationId) ?? { seq: 0, hash: conversationId };
  const entries = types.map((type, index) => ({
    entry: anEntry({
      conversationId,
      seq: head.seq + index + 1,
      type: type as 'CUSTOMER_MESSAGE',
      at: now().toISOString(),
    }),
  }));
  const batch = aBatch(conversationId, { head, entries, fence: Date.now() });
  const hash = await stores.archive.append(batch);
  heads.set(conversationId, { seq: head.seq + types.length, hash });
}
async function subscribe(types: readonly string[]): Promise<string> {
  const id = uniqueName('sub');
  const url = `${receiver.url}/${id}`;
  await stores.config.create('webhook-subscriptions', {
    id,
    url,
    types,
    secret: SECRET,
    enabled: true,
  });
  return id;
}
const callsTo = (id: string) => receiver.calls.filter(({ path }) => path === `/${id}`);
const idsTo = (id: string) => callsTo(id).map(({ headers }) => headers.get('webhook-id'));
const arrived = (id: string, count: number) =>
  eventually(async () => callsTo(id).length >= count && callsTo(id));
const newConversation = () => uniqueName('cnv_');
const states = async (id: string) =>
  (await stores.webhooks.list(id, undefined, { limit: 50 })).items.map(({ state }) => state);

beforeAll(async () => {
  stores = (await openStores(database().uri, { now })) as OpenStores;
  receiver = await startReceiver(() => ({}));
});
afterAll(async () => {
  await receiver.close();
  await stores.close();
});
afterEach(async () => {
  for (const { id } of (await stores.config.list('webhook-subscriptions', { limit: 50 })).items)
    await stores.config.remove('webhook-subscriptions', id);
  ahead = 0;
});

describe('webhook subscriptions', () => {
  it('get the entries they asked for, signed, in order, once', async () => {
    const worker = startWorker(stores);
    const id = await subscribe(['CUSTOMER_MESSAGE', 'AGENT_MESSAGE']);
    const conversation = newConversation();
    await archived(conversation, 'CUSTOMER_MESSAGE', 'NOTE_ADDED', 'AGENT_MESSAGE');
    await archived(conversation, 'CUSTOMER_MESSAGE');
    const calls = await arrived(id, 3);
    expect(idsTo(id)).toEqual([1, 3, 4].map((seq) => `${conversation}:${seq}`));
    for (const { raw, headers } of calls)
      expect(new Webhook(SECRET).verify(raw, Object.fromEntries(headers))).toBeTruthy();
    const [entry] = await stores.timeline.read(conversation, 0, 1);
    expect(calls[0]?.body).toEqual({
      type: 'CUSTOMER_MESSAGE',
      timestamp: entry?.at,
      data: entry && JSON.parse(JSON.stringify(entryView(entry))),
    });
    await eventually(async () => (await states(id)).every((state) => state === 'DELIVERED'));
    await worker.end();
  });

  it('event-out: that do not take one hold up its conversation alone, under the same id', async () => {
    const worker = startWorker(stores);
    const id = await subscribe(['CUSTOMER_MESSAGE']);
    const [held, other] = [newConversation(), newConversation()];
    receiver.script.next(
      { type: 'answer', status: 500 },
      { type: 'answer', status: 302, headers: { location: '/' } },
    );
    await archived(held, 'CUSTOMER_MESSAGE', 'CUSTOMER_MESSAGE');
    await arrived(id, 1);
    await eventually(async () => (await states(id)).length === 2);
    ahead += 5_000;
    await arrived(id, 2);
    await archived(other, 'CUSTOMER_MESSAGE');
    await eventually(async () => idsTo(id).includes(`${other}:1`));
    ahead += 5_000;
    await arrived(id, 5);
    const ofHeld = idsTo(id).filter((one) => one?.startsWith(held));
    expect(ofHeld).toEqual([`${held}:1`, `${held}:1`, `${held}:1`, `${held}:2`]);
    await worker.end();
  });

  it('lose an entry to DEAD after 24 hours, and get it again by hand', async () => {
    const worker = startWorker(stores);
    const id = await subscribe(['CUSTOMER_MESSAGE']);
    const conversation = newConversation();
    receiver.script.next({ type: 'answer', status: 503 }, { type: 'answer', status: 503 });
    await archived(conversation, 'CUSTOMER_MESSAGE');
    await arrived(id, 1);
    await eventually(
      async () =>
        (await stores.webhooks.list(id, 'PENDING', { limit: 1 })).items[0]?.attempts === 1,
    );
    ahead += 24 * 3_600_000;
    const api = testApi({ stores: stores as never });
    const path = `/v1/webhook-subscriptions/${id}/deliveries`;
    const dead = await eventually(async () => {
      const answer = await (await api.call('GET', `${path}?state=DEAD`)).json();
      return (answer as { items: Record<string, unknown>[] }).items[0];
    });
    expect(dead).toMatchObject({
      id: `${conversation}:1`,
      attempts: 2,
      lastError: 'HTTP 503',
      nextAttemptAt: null,
    });

    const retry = `${path}/${dead['id']}/retry`;
    expect((await api.call('POST', retry)).status).toBe(202);
    await eventually(async () => (await states(id)).join() === 'DELIVERED');
    expect(idsTo(id)).toEqual([1, 1, 1].map((seq) => `${conversation}:${seq}`));
    expect((await api.call('POST', retry)).status).toBe(409);
    expect((await api.call('POST', `${path}/cnv_none:1/retry`)).status).toBe(404);
    expect((await api.call('GET', '/v1/webhook-subscriptions/none/deliveries')).status).toBe(404);
    await worker.end();
  });

  it('miss nothing while no worker runs, and two workers are as one', async () => {
    const id = await subscribe(['CUSTOMER_MESSAGE']);
    const conversation = newConversation();
    await archived(conversation, 'CUSTOMER_MESSAGE');
    const second = (await openStores(database().uri, { now })) as OpenStores;
    const workers = [startWorker(stores), startWorker(second)];
    await arrived(id, 1);
    await Promise.all(workers.map((worker) => worker.end()));
    await archived(conversation, 'CUSTOMER_MESSAGE');
    const next = startWorker(second);
    await arrived(id, 2);
    expect(idsTo(id)).toEqual([`${conversation}:1`, `${conversation}:2`]);
    await next.end();
    await second.close();
  });

  it('miss nothing when the database has forgotten the place', async () => {
    const id = await subscribe(['CUSTOMER_MESSAGE']);
    const conversation = newConversation();
    const client = new MongoClient(database().uri);
    await client
      .db()
      .collection<{ _id: string }>('webhook_cursors')
      .updateOne(
        { _id: 'archive' },
        { $set: { token: { _data: '82' }, at: new Date() } },
        { upsert: true },
      );
    await client.close();
    await archived(conversation, 'CUSTOMER_MESSAGE');
    const worker = startWorker(stores);
    await eventually(async () => idsTo(id).includes(`${conversation}:1`));
    await archived(conversation, 'CUSTOMER_MESSAGE');
    await eventually(async () => idsTo(id).includes(`${conversation}:2`));
    await worker.end();
  });
});
