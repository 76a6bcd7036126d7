import { NO_SINK } from '../../../api/deepchat/answers';
import { deepChatFile, deepChatMessage } from '../../../api/deepchat/messages';
import { mediaActivity } from '../../../api/directline/activities';
import { VisitorHistory } from '../../../api/webchat/visitor-history';
import { followVisitor } from '../../../api/webchat/visitor-stream';
import {
  type MediaState,
  type MediaView,
  pendingMedium,
} from '../../../domain/message/media-state';
import type { ArchivedEntry, ChangeFeed, EntryPlace, Stores } from '../../../infra/stores';
import type { ReadMark } from '../../../infra/stores/read-marks';
import { anEntry } from '../../support/archive';

const medium = (state: MediaState, mediaId = 'med_1'): MediaView => ({
  ...pendingMedium(mediaId),
  state,
});
const archived = (seq: number, change: Partial<ArchivedEntry> = {}): ArchivedEntry => ({
  ...anEntry({ conversationId: 'cnv_1', seq, type: 'AGENT_MESSAGE' }),
  actor: { type: 'AGENT', id: 'agt_ana', name: 'Ana' },
  hash: 'h',
  delivery: null,
  reactions: [],
  edit: null,
  deletedAt: null,
  media: [],
  erasedAt: null,
  ...change,
});
const aFile = (seq: number, state: MediaState = 'PENDING', change: Partial<ArchivedEntry> = {}) =>
  archived(seq, {
    body: { type: 'IMAGE', mediaId: 'med_1', fileName: 'a.png' },
    media: [medium(state)],
    ...change,
  });
const turns = () => new Promise((resolve) => setImmediate(resolve));

/** A visitor's stream over an archive of these entries; `reads` gates each look into it. `marks`: how far agents have read already. */
async function aStream(
  entries: ArchivedEntry[],
  reads: () => Promise<void> = async () => {},
  { marks = [], after = 0 }: { readonly marks?: readonly ReadMark[]; readonly after?: number } = {},
) {
  const told: unknown[] = [];
  let onEntry: Parameters<ChangeFeed['onCustomerEntries']>[1] = () => undefined;
  let onMedia: Parameters<ChangeFeed['onCustomerMedia']>[1] = () => undefined;
  let onRead: Parameters<ChangeFeed['onCustomerReads']>[1] = () => undefined;
  const session = { id: 'ses_1', channelId: 'web', customerIdentifier: 'v', movedFrom: null };
  const conversation = { id: 'cnv_1', closedAt: null, lastSeq: 9, channelSessions: [session] };
  const stores = {
    conversations: {
      list: async () => ({ items: [conversation], nextCursor: null }),
      get: async () => conversation,
    },
    timeline: {
      read: async (_id: string, after: number) => {
        const page = entries.filter(({ seq }) => seq > after);
        await reads();
        return page;
      },
    },
    readMarks: { of: async () => marks },
  } as unknown as Pick<Stores, 'conversations' | 'readMarks' | 'timeline'>;
  const visitor = { customerId: 'cus_1', channelId: 'web', identifier: 'v' };
  const history = await VisitorHistory.open(stores, visitor, { plain: after });
  const over = new AbortController();
  const running = followVisitor(
    {
      history,
      feed: {
        onReset: () => () => undefined,
        onCustomerEntries: (_, listener) => {
          onEntry = listener;
          return () => undefined;
        },
        onCustomerMedia: (_, listener) => {
          onMedia = listener;
          return () => undefined;
        },
        onCustomerReads: (_, listener) => {
          onRead = listener;
          return () => undefined;
        },
      },
      write: ({ entry }) => void told.push([entry.seq, ...entry.media.map(({ state }) => state)]),
      onMedia: ({ seq }, { state }) => void told.push([`news of ${seq}`, state]),
      onRead: ({ seq }) => void told.push([`read to ${seq}`]),
    },
    NO_SINK,
    over.signal,
  );
  return {
    told,
    archives: (entry: ArchivedEntry) => {
      entries.push(entry);
      // The feed knows nothing of media but their names.
      onEntry({ ...entry, media: entry.media.map(({ mediaId }) => pendingMedium(mediaId)) });
    },
    news: (place: EntryPlace, state: MediaState) => onMedia(place, medium(state)),
    read: (seq: number, change: Partial<ReadMark> = {}) => onRead({ ...mark(seq), ...change }),
    async end() {
      over.abort();
      await running;
    },
  };
}

const mark = (seq: number): ReadMark => ({
  conversationId: 'cnv_1',
  channelId: 'web',
  customerId: 'cus_1',
  messageId: `msg_${seq}`,
  seq,
});

describe('what agents have read', () => {
  it('is told as they read on, and what comes late or twice is not', async () => {
    const stream = await aStream([archived(1), archived(2), archived(3)]);
    await turns();
    for (const seq of [2, 2, 1, 3]) stream.read(seq);
    stream.read(9, { channelId: 'another' });
    expect(stream.told).toEqual([[1], [2], [3], ['read to 2'], ['read to 3']]);
    await stream.end();
  });

  it('is told to a visitor who was away when they did', async () => {
    const stream = await aStream([archived(1), archived(2), archived(3)], undefined, {
      marks: [mark(2)],
      after: 2,
    });
    await turns();
    expect(stream.told).toEqual([['read to 2'], [3]]);
    await stream.end();
  });
});

describe('media in a visitor’s stream', () => {
  it('an entry comes at once, and what becomes of its file after it', async () => {
    const stream = await aStream([archived(1)]);
    await turns();
    const file = aFile(2);
    stream.archives(file);
    await turns();
    stream.news(file, 'READY');
    expect(stream.told).toEqual([[1], [2, 'PENDING'], ['news of 2', 'READY']]);
    await stream.end();
  });

  it('a file that is here already is told of as such', async () => {
    const stream = await aStream([archived(1)]);
    await turns();
    stream.archives(aFile(2, 'READY'));
    await turns();
    expect(stream.told).toEqual([[1], [2, 'READY']]);
    await stream.end();
  });

  it('news that come while an entry is read are told behind it', async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const file = aFile(1);
    const stream = await aStream([file], () => gate);
    await turns();
    stream.news(file, 'FAILED');
    expect(stream.told).toEqual([]);
    open();
    await turns();
    expect(stream.told).toEqual([
      [1, 'PENDING'],
      ['news of 1', 'FAILED'],
    ]);
    await stream.end();
  });

  it.each([
    ['a session that is not theirs', { channelSessionId: 'ses_other' }],
    ['an entry without a session', { channelSessionId: null }],
    ['a conversation that is not theirs', { conversationId: 'cnv_2' }],
    ['an entry that was not shown yet', { seq: 9 }],
  ])('nothing is told of %s', async (_what, change) => {
    const stream = await aStream([aFile(1)]);
    await turns();
    stream.news({ ...aFile(1), ...change }, 'READY');
    expect(stream.told).toEqual([[1, 'PENDING']]);
    await stream.end();
  });
});

describe('the same for clients of other makers', () => {
  const link = (id: string) => `https://p.test/${id}`;
  it('deep-chat: the name first, the file when it is here', () => {
    expect(deepChatMessage(aFile(1), link)).toEqual({
      role: 'agent',
      text: 'a.png',
      custom: { media: 'PENDING' },
    });
    expect(deepChatFile(aFile(1), link)).toBeNull();
    const files = [{ src: 'https://p.test/med_1', name: 'a.png', type: 'image' }];
    expect(deepChatFile(aFile(1, 'READY'), link)).toEqual({
      role: 'agent',
      files,
      custom: { media: 'READY' },
    });
    expect(deepChatMessage(aFile(1, 'READY'), link)).toEqual({ role: 'agent', files });
    expect(deepChatFile(aFile(1, 'FAILED'), link)).toEqual({
      role: 'agent',
      text: 'a.png',
      custom: { media: 'FAILED' },
    });
    for (const none of [archived(1), aFile(1, 'READY', { deletedAt: 'x' })])
      expect(deepChatFile(none, link)).toBeNull();
  });

  it('Direct Line: an event that replies to the message', () => {
    expect(mediaActivity('msg_1', medium('READY'), 'cnv', '2026-11-22T10:00:00.000Z')).toEqual({
      type: 'event',
      name: 'media',
      value: { mediaId: 'med_1', state: 'READY' },
      id: expect.stringMatching(/^cnv\|/),
      replyToId: 'cnv|msg_1',
      timestamp: '2026-11-22T10:00:00.000Z',
      channelId: 'directline',
      conversation: { id: 'cnv' },
      from: { id: 'parley', role: 'bot' },
    });
  });
});
