import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { type Document, MongoClient } from 'mongodb';
import { Registry } from 'prom-client';
import { createPrivacyActivities } from '../../activities/privacy';
import { createStartJob } from '../../api/privacy/start-job';
import { createCustomerRuns } from '../../infra/customer-runs';
import { createLogger } from '../../infra/logger';
import { createPayloadCodec } from '../../infra/payload-codec';
import { repeatErasures } from '../../infra/repeat-erasures';
import { scheduleRetention } from '../../infra/retention-schedule';
import { payloadsIn } from '../../scripts/unreadable';
import { erasureRules } from '../support/erasure-rules';
import { eventually, useLiveApi } from '../support/live-api';
import { aLiveConversation, customerWrites } from '../support/live-chat';
import { configureAll } from '../support/live-objects';
import { placesOf as documentsWith, dump, everyText, exactly } from '../support/planted/places';

const live = useLiveApi({ payloadEncryption: true });
let connector: string;
let agent: string;
beforeAll(async () => {
  await configureAll(live());
  connector = await live().tokenFor('connector', 'partner');
  agent = await live().tokenFor('agent', 'agt_ana');
});

const ask = async (method: string, path: string, token?: string | null, body?: unknown) => {
  const answer = await live().call(method, path, {
    ...(token === undefined ? {} : { token }),
    body,
  });
  const text = await answer.text();
  return { status: answer.status, body: (text ? JSON.parse(text) : {}) as Record<string, unknown> };
};
async function done(customerId: string, what: 'export' | 'erase') {
  const begun = await ask('POST', `/v1/customers/${customerId}/${what}`);
  expect(begun.status).toBe(202);
  return eventually(async () => {
    const { body } = await ask('GET', `/v1/jobs/${begun.body['jobId']}`);
    return body['state'] === 'COMPLETED' ? body : null;
  });
}

/** Puts back what a backup tool has read. */
async function restore(backup: ReadonlyMap<string, readonly Document[]>): Promise<void> {
  const client = await MongoClient.connect(live().mongodbUri);
  for (const { name } of await client.db().listCollections().toArray()) {
    const collection = client.db().collection(name);
    const [kept, ids] = [backup.get(name) ?? [], (backup.get(name) ?? []).map(({ _id }) => _id)];
    await collection.deleteMany({ _id: { $nin: ids } }, { hint: '_id_' });
    for (const document of kept)
      await collection.replaceOne({ _id: document['_id'] }, document, { upsert: true });
  }
  await client.close();
}

const placesOf = (text: string) => documentsWith(live().mongodbUri, text);
async function historiesOf(
  customerId: string,
  endedApart: readonly string[] = [],
): Promise<string[]> {
  const texts: string[] = [];
  const ids = [`conversation:${customerId}`, ...endedApart.map((id) => `closing:${id}`)];
  const query = `WorkflowId IN (${ids.map((id) => `"${id}"`).join()})`;
  for await (const { workflowId, runId } of live().temporal.workflow.list({ query })) {
    const handle = live().temporal.workflow.getHandle(workflowId, runId);
    const history = await handle.fetchHistory().catch(() => null); // the list lags behind
    if (history) texts.push(everyText(history));
  }
  return texts;
}
/** What whoever has the keys reads of the latest run: the input that it began with. */
async function firstWords(customerId: string): Promise<unknown> {
  const { workflow, options } = live().temporal;
  const { events } = await workflow.getHandle(`conversation:${customerId}`).fetchHistory();
  const sealed = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const [first] = await createPayloadCodec(live().stores.dataKeys).decode([...sealed]);
  return first && options.loadedDataConverter.payloadConverter.fromPayload(first);
}
/** A customer with a name, an attribute, an upload and words in two conversations, the second of them open. */
async function somebody(secret: string) {
  const identifier = `user-${randomUUID()}`;
  const first = await aLiveConversation(live(), `first ${secret}`, identifier);
  await ask('PATCH', `/v1/customers/${first.customerId}`, undefined, {
    name: `Name ${secret}`,
    attributes: { city: secret },
  });
  await ask('DELETE', first.path, undefined, { reason: 'done' });
  await eventually(async () => (await live().stores.conversations.get(first.id))?.closedAt);
  await customerWrites(live(), identifier, `second ${secret}`);
  const open = await eventually(() => live().stores.conversations.openOf(first.customerId));
  await ask('PATCH', `/v1/channels/generic/sessions/${identifier}`, connector, {
    channelData: { page: secret, browser: secret },
  });
  await ask('POST', `/v1/conversations/${open.id}/participants`, agent, {
    agentId: 'agt_ana',
    role: 'PRIMARY',
  });
  const data = await ask('PATCH', `/v1/conversations/${open.id}/data`, agent, { topic: secret });
  expect(data.status).toBe(200);
  await live().stores.unparsed.keep({
    channelId: 'generic',
    reason: 'the body cannot be read',
    raw: Buffer.from(`{"customer":{"identifier":"${identifier}"},"text":"${secret}"`),
    contentType: 'application/json',
  });
  return { ...first, second: open.id, secret };
}

/**
 * All documents that do not name this customer or a conversation of theirs, to the byte. What agents are shown of themselves is left
 * out: it changes as a conversation leaves them.
 */
async function notOf({ customerId, id, second, ...mine }: Awaited<ReturnType<typeof somebody>>) {
  const named = [customerId, id, second].flatMap((name) => [name, name.slice('cnv_'.length)]);
  const ids = [...named, mine.identifier];
  const all = exactly(await dump(live().mongodbUri));
  const isOthers = ([place, bytes]: readonly [string, string]) =>
    !/^agent_(statuses|events) /.test(place) && !ids.some((one) => bytes.includes(one));
  return new Map([...all].filter(isOthers));
}

it('exports everything of one customer and nothing of another', async () => {
  const mine = await somebody(`canary${randomUUID()}`);
  const theirs = await somebody(`canary${randomUUID()}`);
  // The same person under another name, and what they uploaded there and never sent.
  const other = await aLiveConversation(live(), `third ${mine.secret}`);
  await ask('PATCH', `/v1/customers/${other.customerId}`, undefined, {
    name: `Alias ${mine.secret}`,
  });
  const { mediaId } = await live().stores.media.put({
    stream: new Blob([`bytes ${mine.secret}`]).stream(),
    declaredType: 'text/plain',
    fileName: 'kept.txt',
    maxBytes: 1000,
    owner: { role: 'customer', subject: other.customerId, channelId: 'generic' },
  });
  const merge = { intoCustomerId: mine.customerId };
  expect(
    (await ask('POST', `/v1/customers/${other.customerId}/merge`, undefined, merge)).status,
  ).toBe(200);
  const job = await done(other.customerId, 'export'); // by either name
  expect(job['customerId']).toBe(mine.customerId);
  const url = new URL(String(job['url']));
  const file = await ask('GET', `${url.pathname}${url.search}`, null);
  expect(file.status).toBe(200);
  const text = JSON.stringify(file.body);
  for (const part of ['first', 'second', 'third', 'Name', 'Alias'])
    expect(text).toContain(`${part} ${mine.secret}`);
  expect(file.body['media']).toMatchObject([
    { mediaId, content: Buffer.from(`bytes ${mine.secret}`).toString('base64') },
  ]);
  expect(file.body['merged']).toMatchObject([{ id: other.customerId }]);
  for (const known of [theirs.secret, theirs.identifier, theirs.customerId])
    expect(text).not.toContain(known);
  expect(file.body['conversations']).toHaveLength(3);

  const audit = await ask('GET', `/v1/audit?target=customers/${mine.customerId}`);
  expect(audit.body['items']).toContainEqual(
    expect.objectContaining({ action: 'customer.export', actor: expect.anything() }),
  );
  // The link is good as it is, and for a while; nobody has the file by another way.
  const expires = Number(url.searchParams.get('expires'));
  expect(expires - Date.now() / 1000).toBeLessThanOrEqual(7 * 86_400);
  url.searchParams.set('expires', String(expires + 1));
  expect((await ask('GET', `${url.pathname}${url.search}`, null)).status).toBe(404);
  const direct = `/v1${url.pathname}`;
  expect((await ask('GET', direct, agent)).status).toBe(404);
  // As the workflow does after a week.
  await createPrivacyActivities(live().stores as never).deleteExport({
    jobId: String(job['id']),
    customerId: mine.customerId,
  });
  expect((await ask('GET', direct)).status).toBe(404);
  expect((await ask('GET', `/v1/jobs/${job['id']}`)).body['url']).toBeNull();
});

it('shows nobody who reads the histories what was said', async () => {
  const mine = await somebody(`canary${randomUUID()}`);
  const histories = await historiesOf(mine.customerId);
  expect(histories.length).toBeGreaterThan(0);
  for (const text of histories) {
    expect(text).toContain('binary/encrypted');
    for (const known of [mine.secret, mine.identifier]) expect(text).not.toContain(known);
  }
  // The product itself reads on, the workflow's own answers included.
  const asked = await ask('GET', `/v1/conversations/${mine.second}?consistent=true`);
  expect(JSON.stringify(asked.body)).toContain(mine.secret);
});

it('names a customer in no log line and no figure when the database fails', async () => {
  const canary = `canary${randomUUID().replaceAll('-', '')}`;
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'trace' }, 'api', {
    write: (line) => void lines.push(line),
  });
  const metrics = new Registry();
  // A database that fails in the way that quotes what it was given.
  const quoting = new Error(
    `E11000 duplicate key error index: _id_ dup key: { externalId: "${canary}" }`,
  );
  const { stores } = live();
  const customers = { ...stores.customers, resolve: () => Promise.reject(quoting) };
  const broken = live().another({ logger, metrics, stores: { ...stores, customers } as never });
  const mine = await somebody(canary);
  const text = { type: 'PLAIN', text: canary };
  for (const [method, path, body] of [
    ['POST', `/v1/customers/${mine.customerId}/export`, {}],
    ['GET', `/v1/conversations?q=${canary}`, undefined],
    ['GET', `/v1/customers/${canary}/conversation`, undefined],
    ['POST', `/v1/conversations/${mine.second}/messages`, { body: { ...text, [canary]: canary } }],
    ['POST', `/webhooks/${canary}`, canary],
    ['POST', `/v1/channels/generic/messages`, `{"a": ${canary}`],
    ['GET', `/${canary}`, undefined],
  ] as const)
    await (await broken.call(method, path, { body })).text();
  expect(lines.join()).toContain('request failed');
  expect(lines.join()).not.toContain(canary);
  expect(await metrics.metrics()).not.toContain(canary);
});

it('says of no failure what it quotes', async () => {
  const canary = `canary${randomUUID()}`;
  const { id, path, customerId } = await aLiveConversation(live(), 'Hello');
  await ask('POST', `${path}/participants`, agent, { agentId: 'agt_ana', role: 'PRIMARY' });
  live().provider = () => new Response(`no such number ${canary}`, { status: 400 });
  const sent = await ask('POST', `${path}/messages`, agent, {
    body: { type: 'PLAIN', text: 'Hi' },
  });
  await eventually(async () => {
    const entries = await live().stores.timeline.read(id, 0, 200);
    const message = entries.find((entry) => entry.id === sent.body['messageId']);
    return message?.delivery?.state === 'FAILED';
  });
  live().provider = () => Response.json({});
  const history = await eventually(async () => {
    const [newest = ''] = await historiesOf(customerId);
    return newest.includes('Encoded failure') && newest; // of the activity
  });
  expect(history).not.toContain(canary);
  // Errors of workflow code are told to those who have the keys, and to nobody else.
  const actor = { type: 'AGENT', id: 'agt_ana', name: null };
  const refused = (client: Client) =>
    client.workflow
      .getHandle(`conversation:${customerId}`)
      .executeUpdate('resume', { args: [{ conversationId: id, actor }] as never })
      .then(
        () => 'done',
        (error: Error) => (error.cause instanceof Error ? error.cause : error).message,
      );
  const { connection, options } = live().temporal;
  const stranger = new Client({ connection, namespace: options.namespace });
  expect(await refused(live().temporal)).toBe('The conversation is not held.');
  expect(await refused(stranger)).toMatch(/encrypted|Encoded failure/);
});

it('erases one customer everywhere and leaves another untouched', async () => {
  const mine = await somebody(`canary${randomUUID()}`);
  const theirs = await somebody(`canary${randomUUID()}`);
  const closed = await live().stores.timeline.read(mine.id, 0, 200);
  const places = await placesOf(mine.secret);
  const rules = await erasureRules();
  const held = new Set(places.map((place) => place.split(' ')[0] ?? ''));
  expect([...held].filter((name) => rules.get(name) === 'kept')).toEqual([]);
  expect([...held]).toEqual(expect.arrayContaining(['timeline', 'customers', 'unparsed']));
  for (const name of (await dump(live().mongodbUri)).keys()) expect(rules.get(name)).toBeDefined();
  const [others, histories] = [await notOf(mine), await historiesOf(theirs.customerId)];
  expect(others.size).toBeGreaterThan(50);
  await done(mine.customerId, 'export'); // the file goes with the rest
  expect((await placesOf(`conversation:${mine.customerId}`)).join()).toContain('data_keys');
  const job = await done(mine.customerId, 'erase');
  expect((await placesOf(`conversation:${mine.customerId}`)).join()).not.toContain('data_keys');

  expect(await placesOf(mine.secret)).toEqual([]);
  expect(await placesOf(mine.identifier)).toEqual([]);
  // Byte for byte: what there was of all others is there, and there is nothing new but on the audit trail and of the jobs.
  const after = await notOf(mine);
  for (const [place, bytes] of others) expect([place, after.get(place)]).toEqual([place, bytes]);
  expect([...after.keys()].filter((place) => !others.has(place))).toEqual([]);
  // Their histories are there and open, and nobody can read them any more.
  const { kept, deleted } = job['histories'] as { kept: number; deleted: number };
  expect(kept).toBeGreaterThan(0);
  expect(deleted).toBe(0);
  // A conversation whose customer wrote again before it was sealed has ended in a workflow of its own.
  const ended = [mine.id, mine.second];
  await eventually(async () => (await historiesOf(mine.customerId, ended)).length === kept);
  expect(await firstWords(mine.customerId)).toEqual({ erased: true });
  expect(await firstWords(theirs.customerId)).toMatchObject({ customerId: theirs.customerId });
  expect(await historiesOf(theirs.customerId)).toEqual(histories);

  // It still opens: numbers, types, times and hashes are there, and its chain still verifies.
  for (const id of [mine.id, mine.second])
    expect(await ask('GET', `/v1/conversations/${id}`)).toMatchObject({
      status: 200,
      body: { state: 'CLOSED', customerId: mine.customerId, erasedAt: expect.any(String) },
    });
  const list = await ask('GET', `/v1/customers/${mine.customerId}/conversations`);
  expect(list.body['items']).toEqual([
    expect.objectContaining({ id: mine.second, customerName: null, erasedAt: expect.any(String) }),
    expect.objectContaining({ id: mine.id, customerName: null, erasedAt: expect.any(String) }),
  ]);
  const erased = await live().stores.timeline.read(mine.id, 0, 200);
  expect(erased.map(({ seq, type, at, hash }) => [seq, type, at, hash])).toEqual(
    closed.map(({ seq, type, at, hash }) => [seq, type, at, hash]),
  );
  for (const { body, data, erasedAt } of erased)
    expect([body, data, erasedAt]).toEqual([null, null, expect.any(String)]);
  const last = erased.at(-1);
  const head = { seq: last?.seq ?? 0, hash: last?.hash ?? '' };
  expect(
    await live().stores.archive.verify({ conversationId: mine.id, head, fence: Date.now() }),
  ).toEqual({ ok: true, missing: [], wrong: [] });
  expect(
    (await live().call('GET', `/v1/conversations/${mine.id}/transcript?format=text`)).status,
  ).toBe(200);

  // Nothing is joined to what is left, from neither side.
  const customer = `/v1/customers/${mine.customerId}`;
  const tombstone = await ask('GET', customer);
  expect(tombstone.body).toMatchObject({ name: null, erasedAt: expect.any(String) });
  const address = { channelId: 'generic', identifier: mine.identifier };
  const intoTheirs = { intoCustomerId: theirs.customerId };
  const intoMine = { intoCustomerId: mine.customerId };
  for (const [method, path, body] of [
    ['POST', `${customer}/identities`, address],
    ['POST', `${customer}/merge`, intoTheirs],
    ['POST', `/v1/customers/${theirs.customerId}/merge`, intoMine],
    ['PATCH', customer, { name: 'Ana' }],
  ] as const)
    expect(await ask(method, path, undefined, body)).toMatchObject({
      status: 409,
      body: { type: 'urn:parley:problem:CONFLICT', detail: 'The customer was erased.' },
    });
  expect(await ask('GET', customer)).toEqual(tombstone);
  // Whoever writes from the same address is somebody new.
  const fresh = await customerWrites(live(), mine.identifier, 'hello again');
  expect(fresh).not.toBe(mine.customerId);
  // And once more changes nothing.
  await done(mine.customerId, 'erase');
  expect(await ask('GET', customer)).toMatchObject({ status: 200, body: { name: null } });
  const { id } = await eventually(() => live().stores.conversations.openOf(fresh));
  expect(await live().stores.timeline.read(id, 0, 200)).toContainEqual(
    expect.objectContaining({ body: { type: 'PLAIN', text: 'hello again' } }),
  );
  const audit = await ask('GET', `/v1/audit?target=customers/${mine.customerId}`);
  expect(JSON.stringify(audit.body)).toContain('customer.erase');
});

it('deletes a history of which anything can be read without their key', async () => {
  const secret = `canary${randomUUID()}`;
  const { id, path, customerId } = await aLiveConversation(live(), `Hello ${secret}`);
  // By an operator's tool that seals nothing.
  const { connection, options } = live().temporal;
  const clear = new Client({ connection, namespace: options.namespace });
  const actor = { type: 'OPERATOR', id: 'ops', name: null };
  const order = { conversationId: id, actor, force: true, reason: secret };
  await clear.workflow.getHandle(`conversation:${customerId}`).signal('endConversation', order);
  await eventually(async () => (await live().stores.conversations.get(id))?.closedAt);
  expect((await historiesOf(customerId)).join()).toContain(secret);

  const job = await done(customerId, 'erase');
  expect(job['histories']).toMatchObject({ deleted: 1 });
  // Temporal deletes after it has said yes.
  await eventually(async () => (await historiesOf(customerId)).length === 0);
  expect(await ask('GET', path)).toMatchObject({ status: 200, body: { state: 'CLOSED' } });
});

it('makes dark what a merge told of who survives it', async () => {
  const name = `canary${randomUUID()}`;
  const aCustomer = async (called: string) =>
    String((await ask('POST', '/v1/customers', undefined, { name: called })).body['id']);
  const [mergedId, survivorId] = [await aCustomer('A.'), await aCustomer(name)];
  const into = { intoCustomerId: survivorId };
  const merged = await ask('POST', `/v1/customers/${mergedId}/merge`, undefined, into);
  expect(merged.status).toBe(200);
  const told = async () => {
    const { events } = await live().temporal.workflow.getHandle(`merge:${mergedId}`).fetchHistory();
    const codec = createPayloadCodec(live().stores.dataKeys);
    const all = await codec.decode([...payloadsIn(events)]);
    return all.map(({ data }) => Buffer.from(data ?? []).toString('utf8')).join();
  };
  expect(await told()).toContain(name);
  const job = await done(survivorId, 'erase');
  expect(job['histories']).toEqual({ kept: 1, deleted: 0 });
  expect(await told()).not.toContain(name);
  expect(await told()).toContain('{"erased":true}');
});

it('erases again what a restored backup brings back, before it serves', async () => {
  const mine = await somebody(`canary${randomUUID()}`);
  const theirs = await somebody(`canary${randomUUID()}`);
  const backup = await dump(live().mongodbUri);
  const restored = await placesOf(theirs.secret);
  await done(mine.customerId, 'erase');
  expect(await live().erasures.all()).toContainEqual({
    customerId: mine.customerId,
    at: expect.any(String),
  });

  await restore(backup);
  expect((await placesOf(mine.secret)).length).toBeGreaterThan(3);
  const startJob = createStartJob(live());
  const again = () =>
    repeatErasures({
      ...live().stores,
      list: live().erasures,
      runs: createCustomerRuns(live().temporal, live().stores.dataKeys),
      startErasure: (customerId) => startJob('ERASE', customerId),
      logger: { info: () => undefined, error: () => undefined },
    });
  // The key of what was left dark is back.
  expect(await firstWords(mine.customerId)).toMatchObject({ customerId: mine.customerId });
  await again();
  // Before the job has done anything.
  expect(await firstWords(mine.customerId)).toEqual({ erased: true });
  expect(await placesOf(mine.secret)).toEqual([]);
  expect(await placesOf(mine.identifier)).toEqual([]);
  expect(await placesOf(theirs.secret)).toEqual(restored);
  expect(restored.join()).toContain('unparsed ');
  // What was open in the backup is closed: nothing runs it any more.
  expect((await ask('GET', `/v1/conversations/${mine.second}`)).body['state']).toBe('CLOSED');
  await eventually(
    async () => !(await placesOf(`conversation:${mine.customerId}`)).join().includes('data_keys'),
  );
  const audit = await ask('GET', `/v1/audit?target=customers/${mine.customerId}`);
  expect(audit.body['items']).toContainEqual(
    expect.objectContaining({
      actor: { type: 'APP', id: 'restore' },
      action: 'customer.erase',
    }),
  );
  const rows = (audit.body['items'] as unknown[]).length;
  await again(); // nobody is back: nothing happens
  const same = await ask('GET', `/v1/audit?target=customers/${mine.customerId}`);
  expect(same.body['items']).toHaveLength(rows);
});

describe('retention', () => {
  /** A closed conversation on the channel that keeps them for 30 days. */
  async function closed(text: string, identifier = `user-${randomUUID()}`) {
    const conversation = await opened(text, identifier);
    await ask('DELETE', conversation.path, undefined, { reason: 'done' });
    await eventually(
      async () => (await live().stores.conversations.get(conversation.id))?.closedAt,
    );
    return conversation;
  }
  async function opened(text: string, identifier: string) {
    const answer = await ask('POST', '/v1/channels/brief/messages', connector, {
      providerMessageId: `p-${randomUUID()}`,
      customer: { identifier },
      body: { type: 'PLAIN', text },
    });
    const customerId = String(answer.body['customerId']);
    const { id } = await eventually(() => live().stores.conversations.openOf(customerId));
    return { id, customerId, path: `/v1/conversations/${id}` };
  }
  const texts = async (id: string) =>
    (await live().stores.timeline.read(id, 0, 200)).flatMap(({ body }) =>
      body && 'text' in body ? body.text : [],
    );
  const isErased = (id: string) =>
    eventually(async () => {
      const [first] = await live().stores.timeline.read(id, 0, 1);
      return first?.erasedAt;
    });
  beforeAll(() =>
    live().configure('channels', {
      id: 'brief',
      channelType: 'GENERIC',
      serviceIdentifier: 'brief',
      connectorId: 'partner',
      queueId: 'support',
      wrapUp: { enabled: false },
      retentionDays: 30,
    }),
  );

  it('erases by a schedule what closed too long ago, and nothing else', async () => {
    const [secret, young] = [`canary${randomUUID()}`, `canary${randomUUID()}`];
    const identifier = `user-${randomUUID()}`;
    const old = await closed(secret, identifier);
    const next = await opened(young, identifier);
    const other = await closed(young);
    const client = await MongoClient.connect(live().mongodbUri);
    const closedAt = new Date(Date.now() - 31 * 86_400_000).toISOString();
    await client
      .db()
      .collection('conversations')
      .updateOne({ _id: old.id as never }, { $set: { closedAt } });
    await client.close();

    await scheduleRetention(live().temporal);
    await isErased(old.id);
    await eventually(async () => !(await placesOf(secret)).length);
    expect(await ask('GET', old.path)).toMatchObject({ status: 200, body: { state: 'CLOSED' } });
    const list = await ask('GET', `/v1/conversations?customerId=${old.customerId}`);
    expect(JSON.stringify(list.body)).toContain(old.id);
    expect([await texts(next.id), await texts(other.id)]).toEqual([[young], [young]]);
    // The customer's next conversation goes on, sealed with the same key.
    const asked = await ask('GET', `${next.path}?consistent=true`);
    expect(asked).toMatchObject({ status: 200, body: { id: next.id } });
    const audit = await eventually(async () => {
      const { body } = await ask('GET', `/v1/audit?target=conversations/${old.id}`);
      return JSON.stringify(body).includes('conversation.retired') && body;
    });
    expect(JSON.stringify(audit)).toContain('"id":"retention"');
    // A second worker that starts finds the schedule and changes nothing.
    await scheduleRetention(live().temporal);
    const { spec, info } = await live().temporal.schedule.getHandle('retention:daily').describe();
    expect(spec.intervals?.[0]?.every).toBe(86_400_000);
    expect(info.numActionsTaken).toBeGreaterThan(0);
  });

  it('is done with what it has erased', async () => {
    const { id } = await closed(`canary${randomUUID()}`);
    const inAYear = new Date(Date.now() + 365 * 86_400_000).toISOString();
    const run = () =>
      live().temporal.workflow.execute('retentionWorkflow', {
        taskQueue: 'housekeeping',
        workflowId: `retention:${randomUUID()}`,
        args: [{ at: inAYear }],
      });
    expect(await run()).toBeGreaterThan(0);
    await isErased(id);
    expect(await run()).toBe(0);
  });
});

it('knows whom it may not find', async () => {
  for (const what of ['export', 'erase'])
    expect((await ask('POST', `/v1/customers/cus_none/${what}`)).status).toBe(404);
  expect((await ask('GET', '/v1/jobs/job_none')).status).toBe(404);
  expect((await ask('POST', '/v1/customers/cus_none/erase', agent)).status).toBe(403);
});
