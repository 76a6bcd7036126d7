import { createHash } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { aBatch, anEntry } from '../../support/archive';
import { uniqueName } from '../../support/servers';
import { openStores, useStores } from '../../support/stores';

const opened = useStores();
const stores = () => opened().stores;

describe('tokens', () => {
  const token = () => ({
    id: uniqueName('tok'),
    role: 'agent',
    subject: uniqueName('agt'),
    channelIds: null,
    expiresAt: null,
    revokedAt: null,
  });

  it('are found by hash until they are revoked, here at once and elsewhere soon', async () => {
    const record = token();
    const hash = uniqueName('hash');
    await stores().tokens.insert({ ...record, hash });
    const other = await openStores(opened().uri);
    expect(await other.tokens.find(hash)).toEqual(record);
    expect(await stores().tokens.find(hash)).toEqual(record);
    expect(await stores().tokens.find('unknown')).toBeNull();
    expect(await stores().tokens.revoke(record.id)).toBe(true);
    expect(await stores().tokens.revoke(record.id)).toBe(false);
    expect((await stores().tokens.find(hash))?.revokedAt).not.toBeNull();
    for (const giveUpAt = Date.now() + 120_000; Date.now() < giveUpAt; ) {
      if ((await other.tokens.find(hash))?.revokedAt) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await other.tokens.find(hash))?.revokedAt).not.toBeNull();
    await other.close();
  });

  it('go with their subject, by role', async () => {
    const [one, two] = [token(), { ...token(), role: 'supervisor' }];
    const subject = one.subject;
    await stores().tokens.insert({ ...one, hash: one.id });
    await stores().tokens.insert({ ...two, subject, hash: two.id });
    await stores().tokens.find(one.id);
    await stores().tokens.revokeOf(subject, ['agent']);
    expect((await stores().tokens.find(one.id))?.revokedAt).not.toBeNull();
    expect((await stores().tokens.find(two.id))?.revokedAt).toBeNull();
  });
});

describe('read marks', () => {
  it('stand where the furthest of many put them, by conversation and channel', async () => {
    const [conversationId, other] = [uniqueName('cnv_'), uniqueName('cnv_')];
    const { readMarks } = stores();
    const mark = (seq: number) => ({
      ...{ conversationId, channelId: 'web', customerId: 'cus_1', seq },
      messageId: `msg_${seq}`,
    });
    await Promise.all([3, 9, 1, 9, 4, 2, 7].map((seq) => readMarks.raise(mark(seq))));
    await readMarks.raise(mark(5));
    await readMarks.raise({ ...mark(2), channelId: 'another' });
    expect(await readMarks.of('web', [conversationId, other])).toEqual([mark(9)]);
    expect(await readMarks.of('another', [conversationId])).toMatchObject([{ seq: 2 }]);
    expect(await readMarks.of('web', [])).toEqual([]);
  });
});

describe('idempotency', () => {
  it('lets one of many go on and tells the others', async () => {
    const key = uniqueName('key');
    const begun = await Promise.all(
      Array.from({ length: 20 }, () => stores().idempotency.begin('agent', key, 'hash')),
    );
    expect(begun.filter(({ state }) => state === 'fresh')).toHaveLength(1);
    expect(begun.filter(({ state }) => state === 'pending')).toHaveLength(19);
    await stores().idempotency.complete('agent', key, { status: 201, body: '{}' }, ['cus_1']);
    expect(await stores().idempotency.begin('agent', key, 'hash')).toEqual({
      state: 'done',
      status: 201,
      body: '{}',
    });
    expect(await stores().idempotency.begin('agent', key, 'other')).toEqual({ state: 'mismatch' });
    expect(await stores().idempotency.begin('other', key, 'hash')).toEqual({ state: 'fresh' });
  });

  it('frees a key that was given up, and one whose process died', async () => {
    const key = uniqueName('key');
    await stores().idempotency.begin('a', key, 'hash');
    await stores().idempotency.abandon('a', key);
    expect(await stores().idempotency.begin('a', key, 'hash')).toEqual({ state: 'fresh' });
    const later = await openStores(opened().uri, { now: () => new Date(Date.now() + 61_000) });
    expect(await later.idempotency.begin('a', key, 'hash')).toEqual({ state: 'fresh' });
    expect(await stores().idempotency.begin('a', key, 'hash')).toEqual({ state: 'pending' });
    await later.close();
  });
});

describe('tickets', () => {
  it('are good once, for their stream, for 30 seconds', async () => {
    const principal = { role: 'agent', subject: 'agt_1' };
    const ticket = await stores().tickets.issue(principal, 'desk');
    expect(await stores().tickets.redeem(ticket, 'desk')).toEqual(principal);
    expect(await stores().tickets.redeem(ticket, 'desk')).toBeNull();
    const other = await stores().tickets.issue(principal, 'desk');
    expect(await stores().tickets.redeem(other, 'board')).toBeNull();
    const late = await stores().tickets.issue(principal, 'desk');
    const later = await openStores(opened().uri, { now: () => new Date(Date.now() + 30_000) });
    expect(await later.tickets.redeem(late, 'desk')).toBeNull();
    await later.close();
  });
});

describe('media', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  );
  const streamOf = (bytes: Uint8Array) => new Blob([new Uint8Array(bytes)]).stream();
  const put = (bytes: Uint8Array, declaredType: string, maxBytes = 1_000_000) =>
    stores().media.put({
      stream: streamOf(bytes),
      declaredType,
      fileName: 'a.bin',
      maxBytes,
      owner: { role: 'agent' },
    });
  const bytesOf = async (mediaId: string) => {
    const found = await stores().media.get(mediaId);
    return found && Buffer.from(await new Response(found.open()).arrayBuffer());
  };

  it('are PENDING until they are there or could not be had; what is there stays', async () => {
    const mediaId = uniqueName('med_');
    const stream = () => streamOf(png);
    const given = { declaredType: 'text/html', fileName: null, maxBytes: 1000, owner: {}, mediaId };
    expect(await stores().media.views([mediaId])).toEqual(new Map());
    await expect(
      stores().media.put({ ...given, stream: stream(), expectedSha256: 'ab'.repeat(32) }),
    ).rejects.toMatchObject({ reason: 'DIGEST' });
    await stores().media.fail(mediaId, 'UNREACHABLE');
    expect((await stores().media.views([mediaId])).get(mediaId)).toMatchObject({
      state: 'FAILED',
      reasonCode: 'UNREACHABLE',
      size: null,
    });
    expect(await stores().media.get(mediaId)).toBeNull();
    const expectedSha256 = createHash('sha256').update(png).digest('hex').toUpperCase();
    for (const _copy of [1, 2])
      await stores().media.put({ ...given, stream: stream(), expectedSha256 });
    await stores().media.fail(mediaId, 'GONE');
    expect((await stores().media.views([mediaId])).get(mediaId)).toMatchObject({
      state: 'READY',
      mimeType: 'image/png',
      reasonCode: null,
    });
    expect(await bytesOf(mediaId)).toEqual(png);
  });

  it('keep the same bytes once, under ids of their own', async () => {
    const large = Buffer.alloc(700_000, uniqueName('x'));
    const [one, two] = [
      await put(large, 'text/plain'),
      await put(large, 'text/plain; charset=utf-8'),
    ];
    expect(one.sha256).toBe(two.sha256);
    expect(one.mediaId).not.toBe(two.mediaId);
    expect(one).toMatchObject({
      size: 700_000,
      mimeType: 'text/plain',
      mediaId: expect.stringMatching(/^med_[0-9a-f]{32}$/),
    });
    expect(await bytesOf(two.mediaId)).toEqual(large);
    const client = await MongoClient.connect(opened().uri);
    expect(
      await client
        .db()
        .collection('media_bytes.files')
        .countDocuments({ length: 700_000 }, { hint: '_id_' }),
    ).toBe(1);
    await client.close();
    expect(await stores().media.get(one.mediaId)).toMatchObject({
      fileName: 'a.bin',
      owner: { role: 'agent' },
      size: 700_000,
    });
    expect(await stores().media.get('med_none')).toBeNull();
  });

  it('believe what the bytes show, and a declared type only where it is a text’s', async () => {
    expect((await put(png, 'text/html')).mimeType).toBe('image/png');
    expect(
      (await put(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'))
        .mimeType,
    ).toBe('image/svg+xml');
    expect((await put(Buffer.from('just text'), 'text/plain')).mimeType).toBe('text/plain');
    expect((await put(Buffer.from('just text'), 'image/png')).mimeType).toBe(
      'application/octet-stream',
    );
  });

  it('stop at the limit and leave nothing behind', async () => {
    const bytes = Buffer.alloc(300_000, uniqueName('y'));
    await expect(put(bytes, 'text/plain', 299_999)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
    const client = await MongoClient.connect(opened().uri);
    expect(
      await client
        .db()
        .collection('media_bytes.files')
        .countDocuments({ length: { $gte: 255_000, $lte: 300_000 } }, { hint: '_id_' }),
    ).toBe(0);
    await client.close();
  });

  it('know the conversations that hold them', async () => {
    const { mediaId } = await put(png, 'image/png');
    const id = uniqueName('cnv_');
    const body = { type: 'EMAIL' as const, text: 'see there', attachments: [{ mediaId }] };
    await stores().archive.append(
      aBatch(id, { entries: [{ entry: anEntry({ conversationId: id, seq: 1, body }) }] }),
    );
    expect(await stores().media.conversationsWith(mediaId)).toEqual([id]);
    expect(await stores().media.conversationsWith('med_none')).toEqual([]);
  });
});

describe('audit', () => {
  it('lists newest first by actor, action, target and time, in pages', async () => {
    const target = uniqueName('target');
    for (const action of ['a', 'b', 'c']) {
      await stores().audit.record({
        actor: { type: 'AGENT', id: target },
        action,
        target,
        after: { 'odd.key': 1, $set: 2 },
      });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const first = await stores().audit.list({ target }, { limit: 2 });
    expect(first.items.map((row) => row['action'])).toEqual(['c', 'b']);
    const second = await stores().audit.list(
      { target },
      { limit: 2, cursor: first.nextCursor ?? undefined },
    );
    expect(second).toMatchObject({
      items: [{ action: 'a', after: { 'odd.key': 1, $set: 2 } }],
      nextCursor: null,
    });
    expect(
      (await stores().audit.list({ actorId: target, action: 'b' }, { limit: 5 })).items,
    ).toHaveLength(1);
    expect(
      (await stores().audit.list({ target, to: '2020-01-01T00:00:00.000Z' }, { limit: 5 })).items,
    ).toEqual([]);
  });
});

describe('unparsed', () => {
  it('keeps what could not be read', async () => {
    const channelId = uniqueName('chn');
    await stores().unparsed.keep({
      channelId,
      reason: 'not JSON',
      raw: Buffer.alloc(2_000_000, 'x'),
      contentType: null,
    });
    const client = await MongoClient.connect(opened().uri);
    const row = await client.db().collection('unparsed').findOne({ channelId }, { hint: '_id_' });
    expect(row).toMatchObject({ reason: 'not JSON', truncated: true });
    await client.close();
  });
});

describe('ping', () => {
  it('answers', async () => {
    await expect(stores().ping()).resolves.toBeUndefined();
  });
});

it('what became of a registration is kept, replaced and forgotten', async () => {
  const { hookRegistrations } = opened().stores;
  const row = {
    channelId: 'tg',
    fingerprint: 'f',
    url: 'https://parley.example/webhooks/tg',
    state: 'FAILED',
    reason: 'away',
    attempts: 1,
    lastAttemptAt: null,
    nextAttemptAt: null,
  } as const;
  await hookRegistrations.save(row);
  await hookRegistrations.save({ ...row, state: 'REGISTERED', attempts: 0 });
  expect(await hookRegistrations.all()).toEqual([{ ...row, state: 'REGISTERED', attempts: 0 }]);
  await hookRegistrations.forget('tg');
  expect(await hookRegistrations.get('tg')).toBeNull();
});

describe('leases', () => {
  it('are one process’s until they are given up or lapse', async () => {
    const other = await openStores(opened().uri);
    const lease = stores().webhookLease;
    expect(await lease.take()).toBe(true);
    expect(await other.webhookLease.take()).toBe(false);
    expect(await lease.take()).toBe(true);
    await lease.release();
    expect(await other.webhookLease.take()).toBe(true);
    await other.webhookLease.release();
    await other.close();
  });

  it('are told by the database’s clock: a process whose own is years ahead keeps nothing for years', async () => {
    const ahead = await openStores(opened().uri, {
      now: () => new Date(Date.now() + 400 * 86_400_000),
    });
    expect(await ahead.mailboxLease.take()).toBe(true);
    await ahead.presence.renew('agt_ahead');
    const client = await MongoClient.connect(opened().uri);
    const lease = await client
      .db()
      .collection('leases')
      .findOne({ _id: 'mailboxes' as never });
    expect(lease?.['expiresAt'].getTime()).toBeLessThan(Date.now() + 86_400_000);
    const presence = await stores().presence.leases(['agt_ahead']);
    expect(Date.parse(presence.get('agt_ahead') ?? '')).toBeLessThan(Date.now() + 86_400_000);
    await client.close();
    await ahead.close();
  });
});
