import { createHash } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { ArchiveError } from '../../../domain/archive/archive-error';
import { hashOf } from '../../../infra/mongo/archive-documents';
import { createArchiveStore } from '../../../infra/mongo/archive-store';
import { conversationsOf, timelineOf } from '../../../infra/mongo/collections';
import { aBatch, anEntry, aProjection, entriesOf } from '../../support/archive';
import { uniqueName, useDatabase } from '../../support/servers';

const database = useDatabase();
const alarms: ArchiveError[] = [];
const archive = () => createArchiveStore(database().db, { alarm: (error) => alarms.push(error) });
const timeline = () => timelineOf(database().db);
const stored = (conversationId: string) =>
  timeline().find({ conversationId }).sort({ seq: 1 }).toArray();
const texts = async (conversationId: string) =>
  (await stored(conversationId)).map(({ body }) => (body?.type === 'PLAIN' ? body.text : null));
const newId = () => uniqueName('cnv_');

beforeEach(() => {
  alarms.length = 0;
});

describe('append', () => {
  it.each([1, 2, 500])('sends two commands for a batch of %i', async (count) => {
    const client = new MongoClient(database().uri, { monitorCommands: true });
    const commands: string[] = [];
    try {
      const db = client.db();
      await db.command({ ping: 1 });
      client.on('commandStarted', ({ commandName }) => commands.push(commandName));
      const id = newId();
      const hash = await createArchiveStore(db, { alarm: () => undefined }).append(
        aBatch(id, { entries: entriesOf(id, 1, count) }),
      );
      await createArchiveStore(db, { alarm: () => undefined }).append(
        aBatch(id, {
          head: { seq: count, hash },
          fence: 2000,
          entries: entriesOf(id, count + 1, count),
        }),
      );
      expect(commands).toEqual(['insert', 'update', 'insert', 'update']);
    } finally {
      await client.close();
    }
  });

  it('makes the chain of domain.md 11.2', async () => {
    const id = newId();
    const at = '2026-11-22T10:00:00.000Z';
    const entry = anEntry({ conversationId: id, seq: 1, at, data: null, channelSessionId: null });
    const canonical = `{"actor":{"id":"cus_1","name":"Ana","type":"CUSTOMER"},"at":"${at}","body":{"text":"message 1","type":"PLAIN"},"conversationId":"${id}","id":"${entry.id}","seq":1,"type":"CUSTOMER_MESSAGE"}`;
    const hash = await archive().append(aBatch(id, { entries: [{ entry }] }));
    expect(hash).toBe(
      createHash('sha256')
        .update(id + canonical)
        .digest('hex'),
    );
  });

  it('stores lone surrogates well-formed and chains what it stored', async () => {
    const id = newId();
    const body = { type: 'PLAIN' as const, text: 'half \ud83d of a pair' };
    const hash = await archive().append(
      aBatch(id, { entries: [{ entry: anEntry({ conversationId: id, seq: 1, body }) }] }),
    );
    expect(await texts(id)).toEqual(['half \ufffd of a pair']);
    expect(
      await archive().verify({ conversationId: id, head: { seq: 1, hash }, fence: 2000 }),
    ).toMatchObject({ ok: true });
  });

  it('absorbs a repeat of the same call, and a repeat with a later fence', async () => {
    const id = newId();
    const batch = aBatch(id, { entries: entriesOf(id, 1, 3) });
    const hash = await archive().append(batch);
    expect(await archive().append(batch)).toBe(hash);
    expect(await archive().append({ ...batch, fence: 1500 })).toBe(hash);
    expect(await texts(id)).toEqual(['message 1', 'message 2', 'message 3']);
    expect(alarms).toEqual([]);
  });

  it('completes a batch of which a part was written', async () => {
    const id = newId();
    await archive().append(aBatch(id, { entries: entriesOf(id, 1, 2) }));
    const hash = await archive().append(aBatch(id, { entries: entriesOf(id, 1, 5) }));
    expect(await texts(id)).toHaveLength(5);
    expect(
      await archive().verify({ conversationId: id, head: { seq: 5, hash }, fence: 2000 }),
    ).toEqual({ ok: true, missing: [], wrong: [] });
  });

  it.each([
    ['other content', 3, 3],
    ['fewer entries', 5, 2],
    ['more entries', 2, 5],
  ])('replaces what a lost attempt left: %s', async (_name, lost, now) => {
    const id = newId();
    const first = await archive().append(aBatch(id, { entries: entriesOf(id, 1, 2) }));
    const head = { seq: 2, hash: first };
    await archive().append(
      aBatch(id, { head, fence: 2000, entries: entriesOf(id, 3, lost, ' lost') }),
    );
    const hash = await archive().append(
      aBatch(id, { head, fence: 3000, entries: entriesOf(id, 3, now, ' now') }),
    );
    expect(await texts(id)).toEqual([
      'message 1',
      'message 2',
      ...Array.from({ length: now }, (_, i) => `message ${i + 3} now`),
    ]);
    const last = { seq: now + 2, hash };
    expect(await archive().verify({ conversationId: id, head: last, fence: 4000 })).toMatchObject({
      ok: true,
    });
    expect((await conversationsOf(database().db).findOne({ _id: id }))?.lastSeq).toBe(now + 2);
  });

  it('replaces an event that a lost attempt put under another sequence number', async () => {
    const id = newId();
    const [a, b] = entriesOf(id, 1, 2);
    if (!a || !b) throw new Error('two entries');
    await archive().append(aBatch(id, { entries: [a, b] }));
    const swapped = [
      { ...b, entry: { ...b.entry, seq: 1 } },
      { ...a, entry: { ...a.entry, seq: 2 } },
    ];
    const hash = await archive().append(aBatch(id, { fence: 2000, entries: swapped }));
    expect(await texts(id)).toEqual(['message 2', 'message 1']);
    expect(
      await archive().verify({ conversationId: id, head: { seq: 2, hash }, fence: 3000 }),
    ).toMatchObject({ ok: true });
  });

  it('refuses a stale attempt and changes nothing', async () => {
    const id = newId();
    await archive().append(aBatch(id, { fence: 3000, entries: entriesOf(id, 1, 2, ' now') }));
    const stale = archive().append(
      aBatch(id, {
        fence: 2000,
        entries: entriesOf(id, 1, 4, ' stale'),
        projection: aProjection(id, 4),
      }),
    );
    await expect(stale).rejects.toMatchObject({ type: 'StaleArchiveWrite', seq: 1 });
    expect(await texts(id)).toEqual(['message 1 now', 'message 2 now']);
    expect((await conversationsOf(database().db).findOne({ _id: id }))?.lastSeq).toBe(2);
    expect(alarms).toEqual([]);
  });

  it('refuses an attempt between a lost one and the one that took its entries over', async () => {
    const id = newId();
    const entries = entriesOf(id, 1, 2);
    await archive().append(aBatch(id, { fence: 1000, entries }));
    await archive().append(aBatch(id, { fence: 3000, entries }));
    const between = archive().append(
      aBatch(id, { fence: 2000, entries: entriesOf(id, 1, 2, ' between') }),
    );
    await expect(between).rejects.toMatchObject({ type: 'StaleArchiveWrite' });
    expect(await texts(id)).toEqual(['message 1', 'message 2']);
  });

  it('lets the newest of attempts win that write at the same time', async () => {
    for (let round = 0; round < 8; round += 1) {
      const id = newId();
      const attempts = [1, 2, 3, 4].map((n) =>
        archive().append(
          aBatch(id, {
            fence: n * 1000,
            entries: entriesOf(id, 1, 20 + ((round * n * 7) % 60), ` of ${n}`),
          }),
        ),
      );
      const results = await Promise.allSettled(attempts.reverse());
      expect(results[0]?.status).toBe('fulfilled');
      const hash = await attempts[0];
      const count = 20 + ((round * 4 * 7) % 60);
      const head = { seq: count, hash: hash ?? '' };
      expect(await archive().verify({ conversationId: id, head, fence: 4000 })).toEqual({
        ok: true,
        missing: [],
        wrong: [],
      });
      expect(await texts(id)).toEqual(
        Array.from({ length: count }, (_, i) => `message ${i + 1} of 4`),
      );
    }
  });

  it('never changes what is confirmed: equal is absorbed, missing is written, different is a conflict', async () => {
    const id = newId();
    const entries = entriesOf(id, 1, 4);
    const hash = await archive().append(aBatch(id, { entries }));
    const head = { seq: 4, hash };
    expect(await archive().append(aBatch(id, { head, fence: 2000, entries }))).toBe(hash);
    await timeline().deleteOne({ _id: `${id}:3` });
    expect(await archive().append(aBatch(id, { head, fence: 3000, entries }))).toBe(hash);
    expect(await archive().verify({ conversationId: id, head, fence: 4000 })).toMatchObject({
      ok: true,
    });
    const other = archive().append(
      aBatch(id, { head, fence: 5000, entries: entriesOf(id, 2, 1, ' other') }),
    );
    await expect(other).rejects.toMatchObject({ type: 'ArchiveConflict', seq: 2 });
    expect(await texts(id)).toEqual(['message 1', 'message 2', 'message 3', 'message 4']);
    expect(alarms.map(({ type }) => type)).toEqual(['ArchiveConflict']);
  });

  it('refuses entries that do not follow the head', async () => {
    const id = newId();
    const gap = archive().append(aBatch(id, { entries: entriesOf(id, 2, 1) }));
    await expect(gap).rejects.toMatchObject({ type: 'ArchiveConflict' });
    expect(await stored(id)).toEqual([]);
  });

  it('marks an event that another conversation archived, keeps the sequence whole, and does so once', async () => {
    const [first, second] = [newId(), newId()];
    const [archived] = entriesOf(first, 1, 1);
    if (!archived) throw new Error('one entry');
    await archive().append(aBatch(first, { entries: [archived] }));
    const entries = entriesOf(second, 1, 3).map((pending, i) =>
      i === 1 ? { ...pending, eventKey: archived.eventKey } : pending,
    );
    const hash = await archive().append(aBatch(second, { entries }));
    expect(await archive().append(aBatch(second, { fence: 1001, entries }))).toBe(hash);
    const documents = await stored(second);
    expect(documents.map(({ type }) => type)).toEqual([
      'CUSTOMER_MESSAGE',
      'SYSTEM_ERROR',
      'CUSTOMER_MESSAGE',
    ]);
    expect(documents[1]).toMatchObject({
      seq: 2,
      body: null,
      data: { repeatOf: archived.entry.id },
    });
    expect(
      await archive().verify({ conversationId: second, head: { seq: 3, hash }, fence: 2000 }),
    ).toMatchObject({ ok: true });
  });

  it('marks a message whose provider id was archived under an earlier sequence number, also within one batch', async () => {
    const id = newId();
    const [one, two, three] = entriesOf(id, 1, 3).map((pending) => ({
      ...pending,
      entry: { ...pending.entry, providerMessageId: `SM-${id}` },
    }));
    if (!one || !two || !three) throw new Error('three entries');
    const hash = await archive().append(aBatch(id, { entries: [one, two] }));
    await archive().append(aBatch(id, { head: { seq: 2, hash }, fence: 2000, entries: [three] }));
    expect((await stored(id)).map(({ type, data }) => [type, data?.['repeatOf'] ?? null])).toEqual([
      ['CUSTOMER_MESSAGE', null],
      ['SYSTEM_ERROR', one.entry.id],
      ['SYSTEM_ERROR', one.entry.id],
    ]);
  });

  it('takes several entries of one event', async () => {
    const id = newId();
    const entries = entriesOf(id, 1, 3).map((pending) => ({ ...pending, eventKey: `${id}-one` }));
    await archive().append(aBatch(id, { entries }));
    expect((await stored(id)).map(({ type, eventKey }) => [type, eventKey ?? null])).toEqual([
      ['CUSTOMER_MESSAGE', `${id}-one`],
      ['CUSTOMER_MESSAGE', null],
      ['CUSTOMER_MESSAGE', null],
    ]);
  });

  it('does not put an older projection over a newer one', async () => {
    const id = newId();
    const entries = entriesOf(id, 1, 1);
    const project = (fence: number, lastSeq: number, state: 'ACTIVE' | 'ON_HOLD') =>
      archive().append(
        aBatch(id, { fence, entries, projection: aProjection(id, lastSeq, { state }) }),
      );
    await project(1000, 1, 'ACTIVE');
    await project(1000, 5, 'ON_HOLD');
    await project(1000, 3, 'ACTIVE');
    expect(await conversationsOf(database().db).findOne({ _id: id })).toMatchObject({
      lastSeq: 5,
      state: 'ON_HOLD',
      fence: 1000,
    });
  });
});

describe('verify', () => {
  async function archived(count: number) {
    const id = newId();
    const hash = await archive().append(aBatch(id, { entries: entriesOf(id, 1, count) }));
    return { id, head: { seq: count, hash } };
  }

  it('accepts an empty archive', async () => {
    const id = newId();
    expect(
      await archive().verify({ conversationId: id, head: { seq: 0, hash: id }, fence: 1 }),
    ).toMatchObject({ ok: true });
  });

  it('finds an entry whose content was changed', async () => {
    const { id, head } = await archived(5);
    await timeline().updateOne({ _id: `${id}:3` }, { $set: { 'body.text': 'tampered' } });
    expect(await archive().verify({ conversationId: id, head, fence: 2000 })).toEqual({
      ok: false,
      missing: [],
      wrong: [3],
    });
    expect(alarms.map(({ seq }) => seq)).toEqual([3]);
  });

  it('finds a changed entry whose hash was made to fit', async () => {
    const { id, head } = await archived(5);
    const [, second] = await stored(id);
    const forged = await timeline().findOne({ _id: `${id}:3` });
    if (!second || !forged) throw new Error('three entries');
    const changed = { ...forged, body: { type: 'PLAIN' as const, text: 'forged' } };
    await timeline().replaceOne(
      { _id: `${id}:3` },
      { ...changed, hash: hashOf(second.hash, changed) },
    );
    const verdict = await archive().verify({ conversationId: id, head, fence: 2000 });
    expect(verdict).toEqual({ ok: false, missing: [], wrong: [4] });
  });

  it('lists what is missing, also at the end', async () => {
    const { id, head } = await archived(6);
    await timeline().deleteMany({ _id: { $in: [`${id}:2`, `${id}:3`, `${id}:6`] } });
    expect(await archive().verify({ conversationId: id, head, fence: 2000 })).toEqual({
      ok: false,
      missing: [2, 3, 6],
      wrong: [],
    });
  });

  it('removes what lies above the head and was never confirmed', async () => {
    const { id, head } = await archived(2);
    await archive().append(
      aBatch(id, { head, fence: 2000, entries: entriesOf(id, 3, 2, ' lost') }),
    );
    expect(await archive().verify({ conversationId: id, head, fence: 3000 })).toMatchObject({
      ok: true,
    });
    expect(await texts(id)).toEqual(['message 1', 'message 2']);
  });

  it('refuses when a newer attempt wrote', async () => {
    const { id, head } = await archived(2);
    await archive().append(aBatch(id, { head, fence: 3000, entries: entriesOf(id, 3, 1) }));
    const verdict = archive().verify({ conversationId: id, head, fence: 2000 });
    await expect(verdict).rejects.toMatchObject({ type: 'StaleArchiveWrite', seq: 3 });
  });

  it('takes the kept hash of an erased entry as given', async () => {
    const { id, head } = await archived(3);
    await timeline().updateOne(
      { _id: `${id}:2` },
      { $set: { body: null, erasedAt: '2026-12-01T00:00:00.000Z' } },
    );
    expect(await archive().verify({ conversationId: id, head, fence: 2000 })).toMatchObject({
      ok: true,
    });
  });
});

describe('findArchived', () => {
  it('names the keys that are archived, per channel', async () => {
    const id = newId();
    await archive().append(aBatch(id, { entries: entriesOf(id, 1, 2) }));
    const key = (channelId: string, n: number) => ({ channelId, eventKey: `${id}-key-${n}` });
    expect(
      await archive().findArchived([key('wa', 1), key('wa', 2), key('wa', 3), key('sms', 1)]),
    ).toEqual(expect.arrayContaining([`${id}-key-1`, `${id}-key-2`]));
    expect(await archive().findArchived([key('sms', 1)])).toEqual([]);
    expect(await archive().findArchived([])).toEqual([]);
    expect(await archive().findArchived([key('wa', 1)], id)).toEqual([]);
  });

  it('does not rely on the last write of another conversation until it is settled', async () => {
    const [old, next] = [newId(), newId()];
    const fence = Date.now();
    const [first, second] = entriesOf(old, 1, 2);
    if (!first || !second) throw new Error('two entries');
    const hash = await archive().append(aBatch(old, { fence, entries: [first] }));
    const copy = entriesOf(next, 1, 1).map((pending) => ({ ...pending, eventKey: first.eventKey }));
    const unsettled = /not confirmed yet/;
    const asked = () =>
      archive().findArchived([{ channelId: 'wa', eventKey: first.eventKey ?? '' }], next);
    await expect(asked()).rejects.toThrow(unsettled);
    await expect(archive().append(aBatch(next, { fence, entries: copy }))).rejects.toThrow(
      unsettled,
    );
    const later = createArchiveStore(database().db, {
      alarm: () => undefined,
      now: () => new Date(fence + 30_000),
    });
    expect(
      await later.findArchived([{ channelId: 'wa', eventKey: first.eventKey ?? '' }], next),
    ).toEqual([first.eventKey]);
    await archive().append(
      aBatch(old, { head: { seq: 1, hash }, fence: fence + 1, entries: [second] }),
    );
    expect(await asked()).toEqual([first.eventKey]);
    await archive().append(aBatch(next, { fence: fence + 2, entries: copy }));
    expect((await stored(next)).map(({ type }) => type)).toEqual(['SYSTEM_ERROR']);
  });

  it('leaves an event to the next conversation when its first place was a leftover', async () => {
    const [old, next] = [newId(), newId()];
    const fence = Date.now();
    const [lost] = entriesOf(old, 1, 1);
    await archive().append(aBatch(old, { fence, entries: lost ? [lost] : [] }));
    const copy = entriesOf(next, 1, 1).map((pending) => ({ ...pending, eventKey: lost?.eventKey }));
    await expect(archive().append(aBatch(next, { fence, entries: copy }))).rejects.toThrow();
    await archive().append(
      aBatch(old, {
        fence: fence + 1,
        entries: [{ entry: anEntry({ conversationId: old, seq: 1, body: null }) }],
      }),
    );
    await archive().append(aBatch(next, { fence: fence + 2, entries: copy }));
    expect((await stored(next)).map(({ type }) => type)).toEqual(['CUSTOMER_MESSAGE']);
  });

  it('does not count what a lost attempt wrote of the very conversation that asks', async () => {
    const id = newId();
    await archive().append(aBatch(id, { entries: entriesOf(id, 1, 1) }));
    const keys = [{ channelId: 'wa', eventKey: `${id}-key-1` }];
    expect(await archive().findArchived(keys, id)).toEqual([]);
    expect(await archive().findArchived(keys, 'cnv_other')).toEqual([`${id}-key-1`]);
  });
});
