import { randomInt } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { createAuditLog } from '../../../infra/mongo/audit-log';
import { connectMongo } from '../../../infra/mongo/client';
import { customersOf, identitiesOf } from '../../../infra/mongo/collections';
import { createCustomerCache } from '../../../infra/mongo/customer-cache';
import { createCustomerStore } from '../../../infra/mongo/customer-store';
import { uniqueName, useDatabase } from '../../support/servers';
import { aChannel } from '../../support/stores';

const database = useDatabase();
const now = () => new Date('2026-11-22T10:00:00.000Z');
/** A number that no other test has. */
const aNumber = () => `+1${randomInt(1e11, 1e12)}`;
const wa = aChannel('WHATSAPP');
const sms = aChannel('SMS');
const web = aChannel('WEB');

function storeOn(client: MongoClient) {
  const db = client.db();
  const channels = new Map([wa, sms, web].map((channel) => [channel.id, channel]));
  const cache = createCustomerCache(db);
  const audit = createAuditLog(db, now);
  const channelOf = (id: string) => channels.get(id) ?? null;
  const customers = createCustomerStore({ client, db }, { cache, audit, channelOf, now });
  return { ...customers, ...cache };
}
const store = () => storeOn(database().client);

async function counted<T>(
  work: (client: MongoClient) => Promise<T>,
): Promise<{ readonly result: T; readonly reads: number }> {
  const client = new MongoClient(database().uri, { monitorCommands: true });
  let reads = 0;
  client.on('commandStarted', ({ commandName }) => {
    if (commandName === 'find' || commandName === 'aggregate') reads += 1;
  });
  try {
    return { result: await work(client), reads };
  } finally {
    await client.close();
  }
}

describe('identify', () => {
  it('makes one customer of 100 first messages at once', async () => {
    const identifier = aNumber();
    const own = store();
    const calls = Array.from({ length: 100 }, (_, i) =>
      (i % 2 ? own : store()).identify({ channel: wa, identifier, name: 'Ana' }),
    );
    const found = new Set((await Promise.all(calls)).map(({ customerId }) => customerId));
    expect(found.size).toBe(1);
    expect(await customersOf(database().db).countDocuments({ phones: identifier })).toBe(1);
  });

  it('reads at most four times for a new identity, once for a known one, never for one it remembers', async () => {
    const identifier = aNumber();
    const first = await counted((client) =>
      storeOn(client).identify({ channel: wa, identifier, name: null }),
    );
    expect(first.reads).toBeLessThanOrEqual(4);
    const known = await counted((client) =>
      storeOn(client).identify({ channel: wa, identifier, name: null }),
    );
    expect(known.reads).toBe(1);
    expect(known.result).toEqual(first.result);
    const remembered = await counted(async (client) => {
      const own = storeOn(client);
      await own.identify({ channel: wa, identifier, name: null });
      return own.identify({ channel: wa, identifier, name: null });
    });
    expect(remembered.reads).toBe(1);
  });

  it('knows a user by every name that the provider has for them, and merges nobody', async () => {
    const [number, hidden] = [aNumber(), `US.${randomInt(1e11, 1e12)}`];
    const contact = { channel: wa, name: null };
    const aliases = [number.slice(1), hidden];
    const ana = await store().identify({ ...contact, identifier: number, aliases });
    expect(ana).toMatchObject(await store().identify({ ...contact, identifier: hidden }));
    const { identities } = (await store().get(ana.customerId)) ?? { identities: [] };
    expect(identities.map(({ externalId }) => externalId)).toEqual([number, hidden]);
    // An unknown number of a known user, as a provider answers to a send.
    const other = aNumber();
    await store().identify({ ...contact, identifier: number, aliases: [other] });
    expect((await store().identify({ ...contact, identifier: other })).customerId).toBe(
      ana.customerId,
    );
    // Two who are known stay two.
    const bo = await store().identify({ ...contact, identifier: aNumber() });
    const [boKey] = ((await store().get(bo.customerId)) ?? { identities: [] }).identities;
    const alias = boKey?.externalId ?? '';
    const again = await store().identify({ ...contact, identifier: hidden, aliases: [alias] });
    expect(again.customerId).toBe(ana.customerId);
    expect((await store().identify({ ...contact, identifier: alias })).customerId).toBe(
      bo.customerId,
    );
  });

  it('an unknown name joins the customer of a known alias, also a hundred times at once', async () => {
    const [number, hidden] = [aNumber(), `US.${randomInt(1e11, 1e12)}`];
    const ana = await store().identify({ channel: wa, identifier: hidden, name: 'Ana' });
    const calls = Array.from({ length: 100 }, () =>
      store().identify({ channel: wa, identifier: number, aliases: [hidden], name: null }),
    );
    const found = new Set((await Promise.all(calls)).map(({ customerId }) => customerId));
    expect(found).toEqual(new Set([ana.customerId]));
    const { identities } = (await store().get(ana.customerId)) ?? { identities: [] };
    expect(identities).toHaveLength(2);
  });

  it('joins a provider-asserted number that one customer has', async () => {
    const phone = aNumber();
    const ana = await store().identify({ channel: wa, identifier: phone.slice(1), name: 'Ana' });
    const again = await store().identify({ channel: sms, identifier: phone, name: null });
    expect(again.customerId).toBe(ana.customerId);
    const customer = await store().get(ana.customerId);
    expect(
      customer?.identities.map(({ namespace, externalId }) => [namespace, externalId]),
    ).toEqual([
      ['whatsapp', phone],
      ['sms', phone],
    ]);
  });

  it('suggests instead when several match or links are off', async () => {
    const phone = aNumber();
    const [one, two] = [
      await store().create({ attributes: { phone } }),
      await store().create({ attributes: { phone } }),
    ];
    const several = await store().identify({ channel: wa, identifier: phone, name: null });
    expect(several).toMatchObject({ anonymous: true, suggestions: [one.id, two.id] });
    const off = aChannel('SMS', { id: 'sms-off', identification: { autoLink: false } });
    const other = await store().identify({ channel: off, identifier: phone, name: null });
    expect(other.suggestions).toHaveLength(3);
    expect(await store().identify({ channel: off, identifier: phone, name: null })).toEqual(other);
  });

  it('never matches what a visitor claims about themselves', async () => {
    const phone = aNumber();
    const visitor = await store().identify({
      channel: web,
      identifier: uniqueName('v'),
      name: null,
      attributes: { phone },
    });
    const caller = await store().identify({ channel: wa, identifier: phone, name: null });
    expect(caller.customerId).not.toBe(visitor.customerId);
    expect(caller.suggestions).toEqual([]);
  });

  it('keeps names and attributes that were not known, and overwrites none', async () => {
    const identifier = uniqueName('v');
    const own = store();
    const { customerId } = await own.identify({
      channel: web,
      identifier,
      name: null,
      attributes: { city: 'Lahore' },
    });
    const named = await own.identify({
      channel: web,
      identifier,
      name: 'Ana',
      attributes: { city: 'Quetta', plan: 'gold' },
    });
    expect(named).toMatchObject({ customerId, name: 'Ana', anonymous: true });
    expect((await own.identify({ channel: web, identifier, name: 'Bo' })).name).toBe('Ana');
    expect((await own.get(customerId))?.attributes).toEqual({ city: 'Lahore', plan: 'gold' });
  });

  it('ends anonymity with a verified identifier', async () => {
    const identifier = uniqueName('v');
    const own = store();
    expect((await own.identify({ channel: web, identifier, name: null })).anonymous).toBe(true);
    expect(
      (await own.identify({ channel: web, identifier, name: null, verified: true })).anonymous,
    ).toBe(false);
    expect(
      (
        await own.identify({
          channel: web,
          identifier: uniqueName('v'),
          name: null,
          verified: true,
        })
      ).anonymous,
    ).toBe(false);
  });
});

describe('link and unlink', () => {
  const identity = (externalId = aNumber()) => ({ namespace: 'sms', externalId, channelId: 'sms' });

  it('adds a free identity once, and audits it', async () => {
    const own = store();
    const { id } = await own.create({ name: 'Ana' });
    const free = identity();
    const linked = await own.link(id, free, 'agt_1');
    expect(linked).toMatchObject({
      merge: null,
      customer: { anonymous: false, identities: [{ externalId: free.externalId }] },
    });
    expect((await own.link(id, free, 'agt_1')).customer.identities).toHaveLength(1);
    const rows = await createAuditLog(database().db, now).list({ target: id }, { limit: 10 });
    expect(rows.items).toMatchObject([
      { action: 'customer.link', actor: { id: 'agt_1' }, before: [] },
    ]);
    expect(
      (await own.identify({ channel: sms, identifier: free.externalId, name: null })).customerId,
    ).toBe(id);
  });

  it('asks for a merge when the identity is all that an anonymous customer has', async () => {
    const own = store();
    const number = aNumber();
    const stranger = await own.identify({ channel: sms, identifier: number, name: null });
    const { id } = await own.create({ name: 'Ana' });
    expect((await own.link(id, identity(number), 'agt_1')).merge).toBe(stranger.customerId);
  });

  it('refuses an identity of anybody else', async () => {
    const own = store();
    const taken = identity();
    await own.link((await own.create({ name: 'Ana' })).id, taken, 'agt_1');
    const bo = await own.create({ name: 'Bo' });
    await expect(own.link(bo.id, taken, 'agt_1')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('refuses the eleventh identity of a kind', async () => {
    const own = store();
    const { id } = await own.create({ name: 'Ana' });
    for (let i = 0; i < 10; i += 1) await own.link(id, identity(), 'agt_1');
    await expect(own.link(id, identity(), 'agt_1')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('frees an identity for the next one who comes with it', async () => {
    const own = store();
    const { id } = await own.create({ name: 'Ana' });
    const free = identity();
    await own.link(id, free, 'agt_1');
    expect((await own.unlink(id, free, 'agt_1')).identities).toEqual([]);
    await expect(own.unlink(id, free, 'agt_1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(
      (await own.identify({ channel: sms, identifier: free.externalId, name: null })).customerId,
    ).not.toBe(id);
  });
});

describe('merge', () => {
  async function pair() {
    const own = store();
    const number = aNumber();
    const merged = await own.identify({
      channel: web,
      identifier: number,
      name: null,
      attributes: { city: 'Lahore', plan: 'gold' },
    });
    const survivor = await own.create({
      name: 'Ana',
      attributes: { city: 'Quetta' },
      labels: ['vip'],
    });
    await own.update(merged.customerId, { labels: ['new'] });
    return { own, number, mergedId: merged.customerId, survivorId: survivor.id };
  }
  const asked = { actorId: 'agt_1', requestId: 'run-1' };

  it('moves identities and labels, keeps the survivor’s values and what differs beside them', async () => {
    const { own, number, mergedId, survivorId } = await pair();
    const result = await own.merge({ mergedId, survivorId, ...asked });
    expect(result).toEqual({
      survivor: { id: survivorId, name: 'Ana', anonymous: false },
      homes: { merged: mergedId, survivor: survivorId },
      settled: false,
    });
    expect(await own.get(survivorId)).toMatchObject({
      attributes: { city: 'Quetta', plan: 'gold' },
      mergedAttributes: { city: ['Lahore'] },
      labels: ['vip', 'new'],
      identities: [{ externalId: number }],
    });
    expect(await own.get(mergedId)).toMatchObject({ mergedInto: survivorId, identities: [] });
    expect((await own.resolve(mergedId))?.id).toBe(survivorId);
    expect(await own.historyOf(survivorId)).toEqual([survivorId, mergedId]);
    expect(await identitiesOf(database().db).countDocuments({ customerId: mergedId })).toBe(0);
  });

  it('sends messages of both to where the conversation may go on, until that is settled', async () => {
    const { own, number, mergedId, survivorId } = await pair();
    const stale = store();
    await stale.identify({ channel: web, identifier: number, name: null });
    await own.merge({ mergedId, survivorId, ...asked });
    expect(await own.identify({ channel: web, identifier: number, name: null })).toMatchObject({
      customerId: survivorId,
      signalTo: mergedId,
    });
    stale.forget();
    expect(
      (await stale.identify({ channel: web, identifier: number, name: null })).customerId,
    ).toBe(survivorId);
    await own.setLiveIn(survivorId, null);
    expect((await own.identify({ channel: web, identifier: number, name: null })).signalTo).toBe(
      survivorId,
    );
  });

  it('changes nothing the second time', async () => {
    const { own, mergedId, survivorId } = await pair();
    const first = await own.merge({ mergedId, survivorId, ...asked });
    const before = await customersOf(database().db)
      .find({ _id: { $in: [mergedId, survivorId] } })
      .toArray();
    expect(await own.merge({ mergedId, survivorId, ...asked })).toEqual(first);
    await own.setLiveIn(survivorId, null);
    expect(await own.merge({ mergedId, survivorId, actorId: 'agt_2', requestId: 'run-2' })).toEqual(
      { ...first, settled: true },
    );
    const after = await customersOf(database().db)
      .find({ _id: { $in: [mergedId, survivorId] } })
      .toArray();
    expect(after.map((customer) => ({ ...customer, liveIn: null }))).toEqual(
      before.map((customer) => ({ ...customer, liveIn: null })),
    );
    expect(
      (await createAuditLog(database().db, now).list({ target: mergedId }, { limit: 10 })).items,
    ).toHaveLength(1);
  });

  it('refuses a merge into itself, into a merged customer, and of a merged one into a third', async () => {
    const { own, mergedId, survivorId } = await pair();
    const third = await own.create({ name: 'Cy' });
    const conflict = { code: 'CONFLICT' };
    await expect(own.merge({ mergedId, survivorId: mergedId, ...asked })).rejects.toMatchObject(
      conflict,
    );
    await own.merge({ mergedId, survivorId, ...asked });
    await expect(
      own.merge({ mergedId: third.id, survivorId: mergedId, ...asked }),
    ).rejects.toMatchObject(conflict);
    await expect(own.merge({ mergedId, survivorId: third.id, ...asked })).rejects.toMatchObject(
      conflict,
    );
    await expect(own.merge({ mergedId: 'cus_none', survivorId, ...asked })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('leaves everything as it was when a limit forbids it', async () => {
    const own = store();
    const [a, b] = [await own.create({ name: 'A' }), await own.create({ name: 'B' })];
    for (let i = 0; i < 6; i += 1) {
      await own.link(a.id, { namespace: 'sms', externalId: aNumber(), channelId: 'sms' }, 'agt_1');
      await own.link(b.id, { namespace: 'sms', externalId: aNumber(), channelId: 'sms' }, 'agt_1');
    }
    await expect(own.merge({ mergedId: a.id, survivorId: b.id, ...asked })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(await own.get(a.id)).toMatchObject({ mergedInto: null });
    expect((await own.get(b.id))?.identities).toHaveLength(6);
  });

  it('follows merges of merges', async () => {
    const { own, number, mergedId, survivorId } = await pair();
    const last = await own.create({ name: 'Cy' });
    await own.merge({ mergedId, survivorId, ...asked });
    await own.setLiveIn(survivorId, null);
    await own.settleMerge({ mergedId, survivorId });
    await own.merge({ mergedId: survivorId, survivorId: last.id, ...asked });
    await own.setLiveIn(last.id, null);
    expect(
      (await store().identify({ channel: web, identifier: number, name: null })).customerId,
    ).toBe(last.id);
    expect((await own.resolve(mergedId))?.id).toBe(last.id);
    expect(await own.historyOf(last.id)).toEqual([last.id, survivorId, mergedId]);
  });

  it('lets merges about one customer follow each other, unless one was given up', async () => {
    const { own, mergedId, survivorId } = await pair();
    const last = await own.create({ name: 'Cy' });
    await own.merge({ mergedId, survivorId, ...asked });
    const further = { mergedId: survivorId, survivorId: last.id, ...asked };
    const another = { mergedId: last.id, survivorId, ...asked };
    for (const next of [further, another])
      await expect(own.merge(next)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await own.standing(survivorId)).toMatchObject({ mergedInto: null });
    await own.settleMerge({ mergedId: last.id, survivorId }); // of no merge under way
    await expect(own.merge(further)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const longAgo = { mergedId, since: '2000-01-01T00:00:00.000Z' };
    await customersOf(database().db).updateOne({ _id: survivorId }, { $set: { merging: longAgo } });
    expect(await own.merge(further)).toMatchObject({ settled: false });
  });

  it('remembers where an earlier merge let the conversation live', async () => {
    const { own, mergedId, survivorId } = await pair();
    const last = await own.create({ name: 'Cy' });
    await own.merge({ mergedId, survivorId, ...asked });
    await own.settleMerge({ mergedId, survivorId });
    const { homes } = await own.merge({
      mergedId: survivorId,
      survivorId: last.id,
      actorId: 'agt_1',
      requestId: 'run-2',
    });
    expect(homes).toEqual({ merged: mergedId, survivor: last.id });
    expect((await own.standing(last.id))?.liveIn).toBe(mergedId);
  });
});

describe('search', () => {
  it('finds the beginning of every word, newest first, in stable pages', async () => {
    const own = store();
    const family = uniqueName('fam').replaceAll('-', '');
    const ids: string[] = [];
    for (let i = 0; i < 7; i += 1) ids.push((await own.create({ name: `Ana ${family} ${i}` })).id);
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof own.search>> = await own.search(
        { q: `an ${family.slice(0, 10)}` },
        { limit: 3, cursor: cursor ?? undefined },
      );
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(found.sort()).toEqual(ids.sort());
    expect((await own.search({ q: '.*' }, { limit: 3 })).items).toEqual([]);
    expect((await own.search({ q: 'a\0b' }, { limit: 3 })).items).toEqual([]);
    await expect(own.search({}, { limit: 3, cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it('finds by channel and identifier, and by label', async () => {
    const own = store();
    const number = aNumber();
    const { customerId } = await own.identify({ channel: wa, identifier: number, name: null });
    const label = uniqueName('label');
    await own.update(customerId, { labels: [label] });
    const ids = async (filter: Parameters<typeof own.search>[0]) =>
      (await own.search(filter, { limit: 5 })).items.map(({ id }) => id);
    expect(await ids({ channelId: 'whatsapp', identifier: number.slice(1) })).toEqual([customerId]);
    expect(await ids({ identifier: number })).toEqual([customerId]);
    expect(await ids({ label })).toEqual([customerId]);
    expect(await ids({ channelId: 'whatsapp', identifier: aNumber() })).toEqual([]);
    expect(await ids({ channelId: 'nowhere', identifier: number })).toEqual([]);
  });
});

describe('update', () => {
  it('removes attributes that are null, vouches for numbers, ends anonymity', async () => {
    const own = store();
    const phone = aNumber();
    const { customerId } = await own.identify({
      channel: web,
      identifier: uniqueName('v'),
      name: null,
      attributes: { city: 'Lahore' },
    });
    const spaced = `${phone.slice(0, 5)} ${phone.slice(5)}`;
    expect(
      await own.update(customerId, { attributes: { city: null, phone: spaced } }),
    ).toMatchObject({ anonymous: false, attributes: { phone: spaced } });
    expect((await own.identify({ channel: wa, identifier: phone, name: null })).customerId).toBe(
      customerId,
    );
    await expect(own.update('cus_none', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

it('connects by the name in the address', async () => {
  const { client, db } = await connectMongo(database().uri);
  expect(db.databaseName).toBe(database().db.databaseName);
  await client.close();
});
