import { randomInt } from 'node:crypto';
import { createAuditLog } from '../../../infra/mongo/audit-log';
import {
  conversationsOf,
  customersOf,
  identitiesOf,
  unparsedOf,
} from '../../../infra/mongo/collections';
import { createCustomerCache } from '../../../infra/mongo/customer-cache';
import { createCustomerStore } from '../../../infra/mongo/customer-store';
import { createDeliveryStore } from '../../../infra/mongo/delivery-store';
import { createErasureStore } from '../../../infra/mongo/erasure-store';
import { recipientKey, sendsOf, watermarksOf } from '../../../infra/mongo/send-documents';
import { createTicketStore } from '../../../infra/mongo/ticket-store';
import { createUnparsedStore } from '../../../infra/mongo/unparsed-store';
import { aProjection } from '../../support/archive';
import { uniqueName, useDatabase } from '../../support/servers';
import { aChannel } from '../../support/stores';

const database = useDatabase();
const now = () => new Date('2026-11-22T10:00:00.000Z');
const aNumber = () => `+1${randomInt(1e11, 1e12)}`;
const wa = aChannel('WHATSAPP');
const mail = aChannel('EMAIL');

const erasure = () => createErasureStore(database().db, { remove: async () => undefined }, now);
/** As one process has it; nobody tells it what others do. */
function aProcess() {
  const { client, db } = database();
  const cache = createCustomerCache(db);
  const audit = createAuditLog(db, now);
  const channels = new Map([wa, mail].map((channel) => [channel.id, channel]));
  const channelOf = (id: string) => channels.get(id) ?? null;
  return createCustomerStore({ client, db }, { cache, audit, channelOf, now });
}
const stored = (_id: string) => customersOf(database().db).findOne({ _id });
const contact = (identifier: string, name: string | null = null) => ({
  channel: wa,
  identifier,
  name,
});

describe('requests that nobody could read', () => {
  async function keep(raw: string | Buffer, channelId = 'elsewhere'): Promise<void> {
    const bytes = Buffer.from(raw as string);
    await createUnparsedStore(database().db, now).keep({
      channelId,
      reason: 'the body cannot be read',
      raw: bytes,
      contentType: null,
    });
  }
  const kept = async () =>
    (await unparsedOf(database().db).find().hint('ttl').toArray()).map(({ raw }) =>
      raw.toString('utf8').slice(0, 80),
    );

  it('go with whoever they name, under each of their addresses, and no others', async () => {
    const own = aProcess();
    const [number, address, earlier] = [aNumber(), `${uniqueName('ana')}@mail.example`, aNumber()];
    const { customerId } = await own.identify(contact(number, 'Ana'));
    const identity = { namespace: 'email', externalId: address, channelId: mail.id };
    await own.link(customerId, identity, 'agt_1');
    // An address that was unlinked since.
    await conversationsOf(database().db).insertOne({
      _id: uniqueName('cnv_'),
      customerId,
      createdAt: now().toISOString(),
      projection: aProjection('cnv_1', 1, {
        channelSessions: [{ channelId: wa.id, customerIdentifier: earlier }] as never,
      }),
    } as never);
    const others = aNumber();
    await keep(`{"from":"${number.slice(1)}","text":"secret"`);
    await keep(`Subject: x\r\nFrom: Ana <${address.toUpperCase()}>\r\n\r\nsecret`);
    await keep(`From=${encodeURIComponent(earlier)}&Body=secret`);
    await keep(`{"about":["${others}","${number}"]}`);
    const theirs = `{"from":"${others}","text":"theirs"`;
    await keep(theirs);
    // Cut off before it came to whom it is about: by where it came in.
    await keep(Buffer.alloc(1_048_577, 'a'), wa.id);
    await keep(Buffer.alloc(1_048_577, 'b'), 'elsewhere');
    await erasure().forgetCustomer(customerId);
    const left = [theirs, 'b'.repeat(80)];
    expect(await kept()).toEqual(left);
    await erasure().forgetCustomer(customerId);
    expect(await kept()).toEqual(left);
  });
});

describe('what is left of an erased customer', () => {
  async function erased(identifier = aNumber()) {
    const own = aProcess();
    const { customerId } = await own.identify(contact(identifier, 'Ana'));
    await erasure().forgetCustomer(customerId);
    return { own, customerId, identifier, tombstone: await stored(customerId) };
  }

  it('takes no identity, no merge and no name', async () => {
    const { own, customerId, tombstone } = await erased();
    const other = await own.identify(contact(aNumber(), 'Ben'));
    const before = await stored(other.customerId);
    const identity = { namespace: 'whatsapp', externalId: aNumber(), channelId: wa.id };
    const merge = (mergedId: string, survivorId: string) =>
      own.merge({ mergedId, survivorId, actorId: 'agt_1', requestId: 'run-1' });
    for (const act of [
      () => own.link(customerId, identity, 'agt_1'),
      () => merge(customerId, other.customerId),
      () => merge(other.customerId, customerId),
      () => own.update(customerId, { name: 'Ana', labels: ['vip'] }),
    ])
      await expect(act()).rejects.toMatchObject({
        code: 'CONFLICT',
        detail: 'The customer was erased.',
      });
    expect(await stored(customerId)).toEqual(tombstone);
    expect(await stored(other.customerId)).toEqual(before);
  });

  it('is nobody who writes, say a process that still remembers the address and one that does not', async () => {
    const { own, customerId, identifier, tombstone } = await erased();
    const news = { ...contact(identifier), attributes: { city: 'Lahore' } };
    const { customerId: fresh } = await own.identify(news);
    expect(fresh).not.toBe(customerId);
    expect((await aProcess().identify(contact(identifier))).customerId).toBe(fresh);
    expect(await stored(customerId)).toEqual(tombstone);
  });

  it('is not joined by an alias that a process still remembers', async () => {
    const own = aProcess();
    const [number, hidden, fresh] = [aNumber(), uniqueName('bsuid'), uniqueName('other')];
    const { customerId } = await own.identify({ ...contact(number), aliases: [hidden] });
    await erasure().forgetCustomer(customerId);
    const again = await own.identify({ ...contact(fresh), aliases: [hidden] });
    expect(again.customerId).not.toBe(customerId);
    expect((await stored(customerId))?.identities).toEqual([]);
  });

  it('loses an address that an older version linked to it', async () => {
    const { customerId, identifier } = await erased();
    await identitiesOf(database().db).insertOne({
      _id: { namespace: 'whatsapp', externalId: identifier },
      customerId,
      channelId: wa.id,
      linkedAt: now().toISOString(),
      suggestions: [],
    });
    const { customerId: fresh } = await aProcess().identify(contact(identifier));
    expect(fresh).not.toBe(customerId);
    expect(await aProcess().identify(contact(identifier))).toMatchObject({ customerId: fresh });
  });
});

it('goes on with the survivor when the customer was merged meanwhile', async () => {
  const own = aProcess();
  const [ana, number] = [await own.create({ name: 'Ana' }), aNumber()];
  const { customerId: mergedId } = await own.identify(contact(number, 'A.'));
  await own.merge({ mergedId, survivorId: ana.id, actorId: 'agt_1', requestId: 'run-1' });
  await erasure().forgetCustomer(mergedId);
  for (const id of [mergedId, ana.id])
    expect(await stored(id)).toMatchObject({ name: null, erasedAt: expect.any(String) });
  expect([...(await erasure().everyIdOf(mergedId))].sort()).toEqual([mergedId, ana.id].sort());
  expect(await erasure().isErased(mergedId)).toBe(true);
  expect((await aProcess().identify(contact(number))).customerId).not.toBe(ana.id);
});

it('knows every workflow that may hold something of a customer, also where it became no conversation', async () => {
  const own = aProcess();
  const [ana, other] = [await own.create({ name: 'Ana' }), await own.create({ name: 'A.' })];
  await own.merge({ mergedId: other.id, survivorId: ana.id, actorId: 'agt_1', requestId: 'run-1' });
  const conversationId = uniqueName('cnv_');
  await conversationsOf(database().db).insertOne({
    _id: conversationId,
    customerId: ana.id,
    createdAt: now().toISOString(),
    projection: aProjection(conversationId, 1, { workflowId: `conversation:${other.id}` }),
  } as never);
  const named = [ana.id, other.id].flatMap((id) => [`conversation:${id}`, `merge:${id}`]);
  expect([...(await erasure().workflowsOf(ana.id))].sort()).toEqual(
    [...named, `closing:${conversationId}`].sort(),
  );
});

it('takes the tickets of a visitor’s streams, and nobody else’s', async () => {
  const tickets = createTicketStore(database().db, () => new Date());
  const [mine, theirs] = [uniqueName('cus_'), uniqueName('cus_')];
  const ticketOf = (subject: string) =>
    tickets.issue({ principal: { role: 'customer', subject, identifier: 'a' }, path: null }, 'api');
  const [lost, kept] = [await ticketOf(mine), await ticketOf(theirs)];
  await erasure().blankTraces(mine);
  expect(await tickets.redeem(lost, 'api')).toBeNull();
  expect(await tickets.redeem(kept, 'api')).not.toBeNull();
});

it('keeps of deliveries how far they got, and takes no more news of them', async () => {
  const { db } = database();
  const own = aProcess();
  const number = aNumber();
  const { customerId } = await own.identify(contact(number, 'Ana'));
  const conversationId = uniqueName('cnv_');
  const key = recipientKey(wa.id, number);
  const at = now().toISOString();
  const messageId = uniqueName('msg_');
  await sendsOf(db).insertOne({
    _id: `${messageId}-1`,
    ...{ messageId, conversationId, channelId: wa.id, seq: 1, n: 1, parts: 1, status: 'settled' },
    ...{ attempt: 1, callingSince: at, unknownSince: null, notifyHook: false, createdAt: at },
    plan: [{ type: 'PLAIN', text: 'secret' }],
    error: null,
    providerMessageIds: ['wamid.secret'],
    recipientKey: key,
    reports: [
      {
        ...{ key: 'FAILED|wamid.secret|no secret here', state: 'FAILED', at },
        ...{ reasonCode: 'no secret here', providerCode: 'secret' },
      },
    ],
  });
  await watermarksOf(db).insertMany([{ _id: key, READ: at }, { _id: 'of another' }]);
  await erasure().forgetCustomer(customerId);
  await erasure().blankConversation(conversationId);
  const left = await sendsOf(db).findOne({ _id: `${messageId}-1` });
  expect(JSON.stringify(left)).not.toContain('secret');
  expect(JSON.stringify(left)).not.toContain(key);
  expect(await watermarksOf(db).find().hint('_id_').toArray()).toEqual([{ _id: 'of another' }]);
  const deliveries = createDeliveryStore(db, now);
  expect((await deliveries.of([messageId])).get(messageId)).toMatchObject({ state: 'FAILED' });
  const news = { channelId: wa.id, messageId, partId: null, providerMessageId: 'wamid.secret' };
  expect(
    await deliveries.report({ ...news, state: 'FAILED', reasonCode: 'another secret', at }),
  ).toEqual({ known: true, signal: null });
  await erasure().blankConversation(conversationId);
  expect(await sendsOf(db).findOne({ _id: `${messageId}-1` })).toEqual(left);
});
