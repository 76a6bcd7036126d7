import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConfigurationActivities } from '../../../activities/configuration';
import { createOpeningActivities } from '../../../activities/openings';
import type { OpeningFacts } from '../../../activities/types';
import { type EmbeddedMongod, startMongod } from '../../../infra/embedded/mongod';
import type { AppendBatch, ArchivedEntry, Stores } from '../../../infra/stores';
import { aBatch, entriesOf } from '../../support/archive';
import { binaryPath } from '../../support/binaries';
import { uniqueName } from '../../support/servers';
import { aChannel, openStores } from '../../support/stores';

/** Patience for what a restarted server makes possible again. */
const PATIENCE_MS = 120_000;
const unavailable = { code: 'UNAVAILABLE' };

let dataDir: string;
let mongod: EmbeddedMongod;
let stores: Stores;

const start = () => startMongod({ binary: binaryPath('mongod'), dataDir, port: mongod?.port ?? 0 });
async function kill(): Promise<void> {
  process.kill(mongod.pid, 'SIGKILL');
  await mongod.exited;
}

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'parley-outage-'));
  mongod = await start();
  stores = await openStores(mongod.uri);
});
afterAll(async () => {
  await stores?.close();
  await mongod?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** As a workflow does it: the same write again until it is confirmed. */
async function appendDurably(batch: AppendBatch): Promise<string> {
  for (const giveUpAt = Date.now() + PATIENCE_MS; ; await sleep(100)) {
    try {
      return await stores.archive.append(batch);
    } catch (error) {
      if ((error as { code?: string }).code !== 'UNAVAILABLE' || Date.now() > giveUpAt) throw error;
    }
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (const giveUpAt = Date.now() + PATIENCE_MS; !holds() && Date.now() < giveUpAt; )
    await sleep(20);
}

/** Entries as a listener saw them, the later of two under one `seq` standing. */
function seen(conversationId: string) {
  const bySeq = new Map<number, ArchivedEntry>();
  const stop = stores.feed.onEntries(conversationId, (entry) => bySeq.set(entry.seq, entry));
  return { bySeq, stop };
}

it('answers what it knows while MongoDB is gone, says so quickly otherwise, and goes on by itself', async () => {
  const channel = aChannel('WHATSAPP', { id: 'wa', connectorId: 'main', calendarId: 'closed' });
  await stores.config.create('calendars', {
    id: 'closed',
    timeZone: 'UTC',
    week: {},
    holidays: [],
  });
  await stores.config.create('connectors', {
    id: 'main',
    providerId: 'fake',
    attributes: { token: 'secret' },
  });
  await stores.config.create('channels', channel);
  const token = {
    id: 'tok',
    role: 'agent',
    subject: 'a',
    channelIds: null,
    expiresAt: null,
    revokedAt: null,
  };
  await stores.tokens.insert({ ...token, hash: 'hash' });
  await stores.tokens.find('hash');
  const known = await stores.customers.identify({
    channel,
    identifier: '+15550001111',
    name: 'Ana',
  });
  const remembered = new Map<string, OpeningFacts>();
  const openings = createOpeningActivities({ ...stores, remembered });
  const facts = await openings.loadOpening({ customerId: known.customerId });
  const id = uniqueName('cnv_');
  const batch = aBatch(id, { entries: entriesOf(id, 1, 3) });
  const feed = seen(id);
  let live = false;
  stores.feed.onReset(() => {
    live = true;
  });
  await until(() => live);
  const hash = await stores.archive.append(batch);
  await until(() => feed.bySeq.size === 3);

  await kill();
  const stranger = { channel, identifier: '+15559999999', name: null };
  // Each waits for a server until it gives up: all at once.
  const refused = [
    stores.ping(),
    stores.archive.append(batch),
    stores.timeline.read(id, 0, 10),
    openings.loadOpening({ customerId: 'cus_unknown' }),
    stores.customers.identify(stranger),
  ];
  await Promise.all(refused.map((asked) => expect(asked).rejects.toMatchObject(unavailable)));
  expect(
    await stores.customers.identify({ channel, identifier: '+15550001111', name: 'Ana' }),
  ).toEqual(known);
  expect((await stores.config.channel('wa'))?.connector.cfg).toMatchObject({ token: 'secret' });
  const asked = { channelId: 'wa', at: new Date().toISOString() };
  const closed = { calendarId: 'closed', opensAt: null };
  const { loadChannel, loadRequestFacts } = createConfigurationActivities(stores);
  expect(await loadChannel(asked)).toMatchObject({
    settings: { channelId: 'wa' },
    outOfHours: closed,
  });
  expect(await loadRequestFacts({ ...asked, queueId: 'nobody knows' })).toEqual({
    queue: null,
    outOfHours: closed,
  });
  expect(await openings.loadOpening({ customerId: known.customerId })).toEqual(facts);
  expect(await stores.tokens.find('hash')).toEqual(token);
  const keys = [1, 4].map((n) => ({ channelId: 'wa', eventKey: `${id}-key-${n}` }));
  expect(await stores.archive.findArchived(keys)).toEqual([`${id}-key-1`]);

  mongod = await start();
  await appendDurably({
    ...batch,
    head: { seq: 3, hash },
    fence: 2000,
    entries: entriesOf(id, 4, 2),
  });
  await until(() => feed.bySeq.size === 5);
  expect([...feed.bySeq.keys()]).toEqual([1, 2, 3, 4, 5]);
  feed.stop();
  expect((await stores.customers.identify(stranger)).anonymous).toBe(true);
});

it('archives once and in order, and shows all of it, with MongoDB killed in the middle of writes', async () => {
  const ids = Array.from({ length: 6 }, () => uniqueName('cnv_'));
  const feeds = new Map(ids.map((id) => [id, seen(id)]));
  const BATCHES = 30;
  const conversations = ids.map(async (id) => {
    let head = { seq: 0, hash: id };
    for (let n = 0; n < BATCHES; n += 1) {
      const entries = entriesOf(id, head.seq + 1, 1 + (n % 4));
      const hash = await appendDurably(aBatch(id, { head, fence: (n + 1) * 10, entries }));
      head = { seq: head.seq + entries.length, hash };
    }
    return head;
  });
  for (let round = 0; round < 2; round += 1) {
    await sleep(300);
    await kill();
    mongod = await start();
  }
  for (const [i, head] of (await Promise.all(conversations)).entries()) {
    const conversationId = ids[i] ?? '';
    const feed = feeds.get(conversationId);
    expect(await stores.archive.verify({ conversationId, head, fence: 10_000 })).toEqual({
      ok: true,
      missing: [],
      wrong: [],
    });
    await until(() => feed?.bySeq.size === head.seq);
    const archived = await stores.timeline.read(conversationId, 0, 200);
    expect([...(feed?.bySeq.values() ?? [])].map(({ hash }) => hash)).toEqual(
      archived.map(({ hash }) => hash),
    );
    feed?.stop();
  }
});
