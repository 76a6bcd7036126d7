import { setImmediate as turn } from 'node:timers/promises';
import { followTimeline } from '../../../api/streams/timeline-tail';
import { VisitorHistory } from '../../../api/webchat/visitor-history';
import type { ArchivedEntry } from '../../../infra/stores';

const entry = (seq: number, version: string, more: Partial<ArchivedEntry> = {}) =>
  ({
    ...{ conversationId: 'cnv', seq, id: `${seq}${version}`, type: 'CUSTOMER_MESSAGE' },
    ...{ channelSessionId: 'ses', media: [], actor: { type: 'CUSTOMER', id: 'c', name: null } },
    ...{ hash: `${version}${seq}`, data: null, body: { type: 'PLAIN', text: version } },
    ...more,
  }) as ArchivedEntry;

/** An archive of one conversation whose last entries were left by a killed worker and are written again. */
function anArchive(entries: readonly ArchivedEntry[]) {
  let stored = entries;
  let arrival = Promise.resolve();
  const listeners = new Set<(entry: ArchivedEntry) => void>();
  return {
    timeline: {
      async read(_id: string, after: number) {
        const found = stored.filter(({ seq }) => seq > after);
        await arrival;
        return found;
      },
    },
    /** What reads find from now on arrives when the answer is called. */
    holdReads() {
      let release = () => {};
      arrival = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    feed: {
      onReset: () => () => undefined,
      onEntries: (_id: string, listener: (entry: ArchivedEntry) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    replace(after: number, ...again: readonly ArchivedEntry[]) {
      stored = [...stored.filter(({ seq }) => seq <= after), ...again];
      for (const one of again) for (const listener of listeners) listener(one);
    },
    /** News that come late, about what is there no longer. */
    tell: (old: ArchivedEntry) => {
      for (const listener of listeners) listener(old);
    },
  };
}

/** A visitor's way through one conversation, and what each read of it shows. */
async function aVisitor(archive: ReturnType<typeof anArchive>, lastSeq: number) {
  const projection = { id: 'cnv', closedAt: null, lastSeq, channelSessions: [] };
  const stores = {
    timeline: archive.timeline,
    conversations: { list: async () => ({ items: [projection] }), get: async () => projection },
    readMarks: { of: async () => [] },
  } as never;
  const visitor = { customerId: 'cus', channelId: 'web', identifier: 'v' };
  const history = await VisitorHistory.open(stores, visitor, { positions: [] } as never);
  const read = async () => {
    const shown: string[] = [];
    for await (const { entry: one } of history.next(100)) shown.push(one.hash);
    return shown;
  };
  return { history, read };
}

const STARTED = entry(1, 'a', {
  type: 'CHANNEL_SESSION_STARTED',
  data: { channelId: 'web', customerIdentifier: 'v' },
});

async function settle(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await turn();
}

it('shows what was written again under numbers that the reader has seen, and nothing twice', async () => {
  const archive = anArchive([entry(1, 'a'), entry(2, 'a'), entry(3, 'a')]);
  const shown: string[] = [];
  const over = new AbortController();
  const sink = { ready: async () => undefined } as never;
  const following = followTimeline(
    { conversationId: 'cnv', after: 0, ...archive, write: ({ hash }) => void shown.push(hash) },
    sink,
    over.signal,
  );
  await settle();
  archive.replace(1, entry(2, 'b'), entry(3, 'b'), entry(4, 'b'));
  await settle();
  archive.tell(entry(3, 'a'));
  await settle();
  over.abort();
  await following;
  expect(shown).toEqual(['a1', 'a2', 'a3', 'b2', 'b3', 'b4']);
});

it('shows what was written again while it was being read', async () => {
  const archive = anArchive([entry(1, 'a'), entry(2, 'a'), entry(3, 'a')]);
  const shown: string[] = [];
  const over = new AbortController();
  const release = archive.holdReads();
  const following = followTimeline(
    { conversationId: 'cnv', after: 0, ...archive, write: ({ hash }) => void shown.push(hash) },
    { ready: async () => undefined } as never,
    over.signal,
  );
  await settle();
  archive.replace(1, entry(2, 'b'), entry(3, 'b'), entry(4, 'b'));
  release();
  await settle();
  over.abort();
  await following;
  expect(shown).toEqual(['a1', 'a2', 'a3', 'b2', 'b3', 'b4']);
});

it('shows a visitor what was written again while it was being read', async () => {
  const closed = { type: 'TOPIC_STATE_CHANGED', actor: null, data: { to: 'CLOSED' } } as never;
  const archive = anArchive([STARTED, entry(2, 'a'), entry(3, 'a', closed)]);
  const { history, read } = await aVisitor(archive, 3);
  const release = archive.holdReads();
  const first = read();
  await settle();
  const again = [entry(2, 'b'), entry(3, 'b'), entry(4, 'b')];
  archive.replace(1, ...again);
  for (const one of again) history.hear(one);
  release();
  expect((await first).slice(0, 2)).toEqual(['a1', 'a2']);
  expect(await read()).toEqual(['b2', 'b3', 'b4']);
});

it('shows a visitor the message that took the place of another', async () => {
  const archive = anArchive([STARTED, entry(2, 'a')]);
  const { history, read } = await aVisitor(archive, 2);
  expect(await read()).toEqual(['a1', 'a2']);
  const again = [entry(2, 'b'), entry(3, 'b')];
  archive.replace(1, ...again);
  expect(history.offer(entry(2, 'b'))).toBe('behind');
  expect(await read()).toEqual(['b2', 'b3']);
  expect(history.offer(entry(3, 'b'))).toBeNull();
});
