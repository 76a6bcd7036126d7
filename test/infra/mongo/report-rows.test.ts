import { type Db, MongoClient } from 'mongodb';
import type { PendingEntry } from '../../../domain/conversation/model';
import type { ReportEntity } from '../../../domain/reporting/entities';
import { createArchiveStore } from '../../../infra/mongo/archive-store';
import { reportsOf } from '../../../infra/mongo/report-documents';
import type { AppendBatch } from '../../../infra/stores';
import { aBatch, anEntry } from '../../support/archive';
import { anActiveStory, anOpening, Story, someSettings } from '../../support/conversations';
import { uniqueName, useDatabase } from '../../support/servers';

/** What the archive's writes leave in reports (docs/adr/0004-archive-by-local-activity.md). */
const database = useDatabase();
const archive = (db: Db = database().db) => createArchiveStore(db, { alarm: () => undefined });
const rowsOf = (conversationId: string) =>
  reportsOf(database().db).find({ conversationId }).sort({ _id: 1 }).toArray();
const count = async (conversationId: string, entity: ReportEntity) =>
  (await rowsOf(conversationId)).filter((row) => row.entity === entity).length;
const newId = () => uniqueName('cnv_');

/** Control changes hands at `seq`: a row with nothing else around it. */
const controlChanged = (conversationId: string, seq: number, epoch: number): PendingEntry => ({
  entry: anEntry({
    conversationId,
    seq,
    type: 'CONTROL_CHANGED',
    body: null,
    data: { from: 'greeter', to: 'AGENTS', epoch, reason: 'AGENT_JOINED' },
  }),
});
const message = (conversationId: string, seq: number): PendingEntry => ({
  entry: anEntry({ conversationId, seq }),
});

describe('rows of the archive', () => {
  it('are there once, also after a repeated append', async () => {
    const id = newId();
    const settings = someSettings({ wrapUp: { enabled: true, seconds: 60, formId: null } });
    const story = new Story(settings, {}, anOpening({ conversationId: id }));
    story.startSession();
    story.customerWrites();
    story.findAgent();
    story.wait(5).rings('a1');
    story.wait(5).accepts('a1');
    story.wait(5).holds('a1');
    story.wait(5).resumes('a1');
    story.wrapsUp('a1');
    story.endSession();
    story.wait(5).wrapsUp('a1', true);
    story.closes();
    const batch = aBatch(id, { entries: story.pending });
    const hash = await archive().append(batch);
    const rows = await rowsOf(id);
    expect(rows.map(({ entity }) => entity).sort()).toEqual([
      'agent_task',
      'channel_session',
      'control_change',
      'conversation_hold',
      'conversation_participant',
      'conversation_participant',
      'conversation_participant',
      'wrap_up',
    ]);
    await archive().append(batch);
    expect(await rowsOf(id)).toEqual(rows);
    await archive().append({ ...batch, fence: 2000 });
    await archive().append({ ...batch, fence: 3000, head: { seq: story.state.lastSeq, hash } });
    const ours = ({ row, at, createdAt, seq }: (typeof rows)[number]) => [row, at, createdAt, seq];
    expect((await rowsOf(id)).map(ours)).toEqual(rows.map(ours));
  });

  it('cost one command more, and only when something reportable changed', async () => {
    const client = new MongoClient(database().uri, { monitorCommands: true });
    const commands: string[] = [];
    try {
      await client.db().command({ ping: 1 });
      client.on('commandStarted', ({ commandName }) => commands.push(commandName));
      const id = newId();
      const { append } = archive(client.db());
      const hash = await append(aBatch(id, { entries: [controlChanged(id, 1, 2)] }));
      expect(commands).toEqual(['insert', 'update', 'update']);
      await append(aBatch(id, { head: { seq: 1, hash }, fence: 2000, entries: [message(id, 2)] }));
      expect(commands.slice(3)).toEqual(['insert', 'update']);
    } finally {
      await client.close();
    }
  });

  it('stay as a newer write has put them', async () => {
    const story = anActiveStory();
    const { conversationId } = story.state;
    const id = newId();
    const here = ({ entry, ...rest }: PendingEntry) => ({
      ...rest,
      entry: { ...entry, conversationId: id },
    });
    expect(conversationId).not.toBe(id);
    const early = story.pending.map(here);
    const hash = await archive().append(aBatch(id, { entries: early }));
    const count = story.pending.length;
    story.leaves('a1');
    const late = story.pending.slice(count).map(here);
    await archive().append(aBatch(id, { head: { seq: count, hash }, fence: 2000, entries: late }));
    const task = async () => (await rowsOf(id)).find(({ entity }) => entity === 'agent_task')?.row;
    expect(await task()).toMatchObject({ close_reason: 'DONE' });
    // A late repeat of the first write, once ours stands.
    const head = { seq: count, hash };
    await archive().append(aBatch(id, { entries: early, head, fence: 1000 }));
    expect(await task()).toMatchObject({ close_reason: 'DONE' });
  });

  it('go with the entries of an attempt that was lost', async () => {
    const id = newId();
    const hash = await archive().append(aBatch(id, { entries: [controlChanged(id, 1, 2)] }));
    const head = { seq: 1, hash };
    await archive().append(aBatch(id, { head, entries: [controlChanged(id, 2, 3)] }));
    expect(await count(id, 'control_change')).toBe(2);
    await archive().append(aBatch(id, { head, fence: 2000, entries: [message(id, 2)] }));
    expect((await rowsOf(id)).map(({ row }) => row['epoch'])).toEqual([2]);
  });

  it('go when their attempt was lost while it wrote them', async () => {
    const id = newId();
    const ours = aBatch(id, { fence: 2000, entries: [message(id, 1)] });
    const late = pausedBeforeRows(() => archive().append(ours));
    await archive(late).append(aBatch(id, { entries: [controlChanged(id, 1, 2)] }));
    expect(await rowsOf(id)).toEqual([]);
  });

  it('stay when another try of the same write was quicker, and the conversation has gone on', async () => {
    const id = newId();
    const batch = aBatch(id, { entries: [controlChanged(id, 1, 2)] });
    const late = pausedBeforeRows(async () => {
      const hash = await archive().append(batch);
      const next: AppendBatch = aBatch(id, {
        head: { seq: 1, hash },
        fence: 2000,
        entries: [message(id, 2)],
      });
      await archive().append(next);
    });
    await archive(late).append(batch);
    expect(await count(id, 'control_change')).toBe(1);
  });

  it('survive two first writes of one row at once', async () => {
    const id = newId();
    const batch = aBatch(id, { entries: [controlChanged(id, 1, 2)] });
    await Promise.all(Array.from({ length: 8 }, () => archive().append(batch)));
    expect(await count(id, 'control_change')).toBe(1);
  });
});

/** The database, on which the first write of rows waits until `meanwhile` is done. */
function pausedBeforeRows(meanwhile: () => Promise<unknown>): Db {
  let pending: (() => Promise<unknown>) | null = meanwhile;
  const bound = (target: object, name: string | symbol) => {
    const member: unknown = Reflect.get(target, name);
    return typeof member === 'function' ? member.bind(target) : member;
  };
  return new Proxy(database().db, {
    get: (db, name) =>
      name !== 'collection'
        ? bound(db, name)
        : (collection: string) =>
            collection !== 'reports'
              ? db.collection(collection)
              : new Proxy(db.collection(collection), {
                  get: (reports, method) =>
                    method !== 'bulkWrite'
                      ? bound(reports, method)
                      : async (...args: Parameters<typeof reports.bulkWrite>) => {
                          const first = pending;
                          pending = null;
                          await first?.();
                          return reports.bulkWrite(...args);
                        },
                }),
  });
}
