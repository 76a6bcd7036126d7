import { DEADLINE_ORDER } from '../../domain/conversation/deadlines';
import { draftOf, fieldsOf, objectOf } from '../../web/board/configuration/schema';
import { levelOf, THRESHOLDS } from '../../web/board/levels';
import { type Interval, pointsOf } from '../../web/board/reports/intervals';
import { EMPTY_MAIL, mailBody } from '../../web/desk/conversation/mail-body';
import { windowLeft } from '../../web/desk/conversation/window-left';
import { type Item, type Message, pending, threadOf } from '../../web/desk/thread';
import { append, cursorOf, EMPTY_TIMELINE, putMedium, report } from '../../web/desk/timeline';
import type { Unsent } from '../../web/desk/unsent';
import { ApiError } from '../../web/shared/api-error';
import { ar } from '../../web/shared/i18n/ar';
import { en } from '../../web/shared/i18n/en';
import type { Entry, MessageBody } from '../../web/shared/model';

const text = (words: string): MessageBody => ({ type: 'PLAIN', text: words });
function entry(seq: number, type: Entry['type'], more: Partial<Entry> = {}): Entry {
  return {
    conversationId: 'cnv_1',
    seq,
    id: `msg_${seq}`,
    type,
    at: `2026-03-01T10:00:${String(seq).padStart(2, '0')}.000Z`,
    sentAt: null,
    actor:
      type === 'CUSTOMER_MESSAGE'
        ? { type: 'CUSTOMER', id: 'cus_1', name: 'Mia' }
        : { type: 'AGENT', id: 'agt_ana', name: 'Ana' },
    channelSessionId: 'ses_1',
    body: null,
    data: null,
    replyTo: null,
    providerMessageId: null,
    delivery: null,
    reactions: [],
    edit: null,
    deletedAt: null,
    erasedAt: null,
    hash: '',
    media: [],
    ...more,
  };
}
function unsent(key: string, words: string, more: Partial<Unsent> = {}): Unsent {
  return {
    key,
    conversationId: 'cnv_1',
    agentId: 'agt_ana',
    kind: 'MESSAGE',
    body: text(words),
    channelSessionId: 'ses_1',
    replyTo: null,
    at: '2026-03-01T10:01:00.000Z',
    afterSeq: 1,
    messageId: null,
    refusal: null,
    ...more,
  };
}
const messages = (items: readonly Item[]) =>
  items.filter((item): item is Message => item.kind === 'message');

describe('timeline', () => {
  const [one, two, three] = [1, 2, 3].map((seq) => entry(seq, 'AGENT_MESSAGE')) as [
    Entry,
    Entry,
    Entry,
  ];
  it('holds each entry once and in order, however reads overlap', () => {
    const timeline = append(append(EMPTY_TIMELINE, [one, three]), [two, three, one]);
    expect(timeline.entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect([cursorOf(timeline), cursorOf(undefined)]).toEqual([3, 0]);
  });
  it('knows what has become of a file', () => {
    const medium = { mediaId: 'med_1', mimeType: null, size: null, sha256: null, fileName: null };
    const [pending_, ready] = (['PENDING', 'READY'] as const).map((state) => ({
      ...medium,
      state,
      reasonCode: null,
    }));
    if (!pending_ || !ready) throw new Error('two states');
    const timeline = append(EMPTY_TIMELINE, [{ ...one, media: [pending_] }, two]);
    expect(putMedium(timeline, one.id, ready).entries.map(({ media }) => media)).toEqual([
      [ready],
      [],
    ]);
  });
  it('takes what is told now for what was told before', () => {
    const timeline = append(append(EMPTY_TIMELINE, [one]), [{ ...one, erasedAt: one.at }]);
    expect(timeline.entries).toEqual([{ ...one, erasedAt: one.at }]);
  });
});

describe('thread', () => {
  it('makes anew only what has changed: the rest need not be drawn again', () => {
    const said = [1, 2, 3, 4].map((seq) => entry(seq, 'CUSTOMER_MESSAGE', { body: text('hi') }));
    const before = append(EMPTY_TIMELINE, said);
    const drawn = threadOf(before, []);
    const more = append(before, [entry(5, 'CUSTOMER_MESSAGE', { body: text('one more') })]);
    const after = report(more, 'msg_2', {
      ...{ state: 'READ', times: {}, reasonCode: null, providerMessageIds: [] },
    });
    const known = new Set<Item>(drawn);
    const anew = messages(threadOf(after, [])).filter((item) => !known.has(item));
    expect(drawn.filter(({ kind }) => kind === 'message')).toHaveLength(4);
    expect(anew.map(({ id }) => id)).toEqual(['msg_2', 'msg_5']);
  });
  it('shows of what was erased that there were messages, and no event that says nothing any more', () => {
    const gone = { body: null, data: null, erasedAt: '2026-11-28T12:00:00.000Z' };
    const items = threadOf(
      append(EMPTY_TIMELINE, [
        entry(1, 'CHANNEL_SESSION_STARTED', gone),
        entry(2, 'CUSTOMER_MESSAGE', gone),
        entry(3, 'AGENT_SUBSCRIBED', gone),
      ]),
      [],
    );
    expect(items.map(({ kind }) => kind)).toEqual(['day', 'message']);
    expect(messages(items)).toMatchObject([{ erased: true, body: null }]);
  });
  it('shows edits, deletions and the newest reaction of each person at the message', () => {
    const about = (seq: number, type: Entry['type'], more: Partial<Entry>) =>
      entry(seq, type, { ...more, data: { messageId: 'msg_1', ...more.data } });
    const items = threadOf(
      append(EMPTY_TIMELINE, [
        entry(1, 'AGENT_MESSAGE', { body: text('helo') }),
        about(2, 'MESSAGE_EDITED', { body: text('hello') }),
        about(3, 'MESSAGE_REACTED', { data: { emoji: '👍' } }),
        about(4, 'MESSAGE_REACTED', { data: { emoji: '❤️' } }),
      ]),
      [],
    );
    expect(messages(items)).toMatchObject([
      { body: text('hello'), edited: true, reactions: [{ emoji: '❤️' }] },
    ]);
    const gone = append(EMPTY_TIMELINE, [
      entry(1, 'AGENT_MESSAGE', { body: text('oops') }),
      about(2, 'MESSAGE_DELETED', {}),
    ]);
    expect(messages(threadOf(gone, []))).toMatchObject([{ deleted: true }]);
  });
  it('prefers news of a delivery to what the entry said', () => {
    const delivery = {
      state: 'READ',
      times: {},
      reasonCode: null,
      providerMessageIds: [],
    } as const;
    const timeline = append(EMPTY_TIMELINE, [entry(1, 'AGENT_MESSAGE', { body: text('hi') })]);
    expect(
      messages(threadOf(report(timeline, 'msg_1', { ...delivery, providerMessageIds: [] }), [])),
    ).toMatchObject([{ delivery: 'READ' }]);
  });
  it('marks what customers never see, and drops suggestions that were answered', () => {
    const suggestion = { suggestionId: 'sug_1', botId: 'b' };
    const items = threadOf(
      append(EMPTY_TIMELINE, [
        entry(1, 'NOTE_ADDED', { data: { text: 'inside' } }),
        entry(2, 'WHISPER_MESSAGE', { body: text('psst') }),
        entry(3, 'BOT_SUGGESTION', { body: text('say this'), data: suggestion }),
        entry(4, 'BOT_SUGGESTION', { data: { ...suggestion, answer: 'USED' } }),
      ]),
      [],
    );
    expect(messages(items).map(({ inside, body }) => [inside, body])).toEqual([
      ['NOTE', text('inside')],
      ['WHISPER', text('psst')],
    ]);
  });
});

describe('what is not sent yet', () => {
  it.each([
    ['nothing answers', 0, 'UNREACHABLE', null, true],
    ['a part of the server is away', 503, 'UNAVAILABLE', 2000, true],
    ['an earlier try is still being answered', 409, 'CONFLICT', 5000, true],
    ['it is refused', 409, 'ILLEGAL_STATE', null, false],
    ['the agent may not', 403, 'FORBIDDEN', null, false],
  ])('goes on being tried while %s: %i %s', (_what, status, code, retryAfterMs, passing) => {
    expect(new ApiError(status, code, '', [], retryAfterMs).passing).toBe(passing);
  });
  const sent = entry(2, 'AGENT_MESSAGE', { body: text('hi') });
  it.each<[string, readonly Entry[], readonly Unsent[], readonly string[]]>([
    ['stands while nothing is known', [], [unsent('a', 'hi')], ['a']],
    ['goes once its message is there', [sent], [unsent('a', 'hi', { messageId: 'msg_2' })], []],
    ['goes when the stream is faster than the answer', [sent], [unsent('a', 'hi')], []],
    ['stays when the same words are older', [sent], [unsent('a', 'hi', { afterSeq: 2 })], ['a']],
    ['matches one entry to one item', [sent], [unsent('a', 'hi'), unsent('b', 'hi')], ['b']],
    [
      'does not take an entry that another item has named',
      [sent],
      [unsent('a', 'hi', { messageId: 'msg_2' }), unsent('b', 'hi')],
      ['b'],
    ],
    [
      'goes when its note is there, which has no id',
      [entry(2, 'NOTE_ADDED', { data: { text: 'hi' } })],
      [unsent('a', 'hi', { kind: 'NOTE' }), unsent('b', 'hi')],
      ['b'],
    ],
    [
      'is not taken for what a colleague wrote',
      [{ ...sent, actor: { type: 'AGENT', id: 'agt_ben', name: 'Ben' } }],
      [unsent('a', 'hi')],
      ['a'],
    ],
  ])('%s', (_name, entries, outbox, left) => {
    expect(pending(entries, outbox).map(({ key }) => key)).toEqual(left);
  });
});

describe('the composer', () => {
  const endsAt = '2026-03-02T10:00:00.000Z';
  const at = (hours: number) => Date.parse(endsAt) - hours * 3_600_000;
  it.each([
    [null, 1, 'open'],
    [{ endsAt, outside: 'template' }, 5, 'open'],
    [{ endsAt, outside: 'template' }, 3.5, 'soon'],
    [{ endsAt, outside: 'template' }, 0, 'template'],
    [{ endsAt, outside: 'none' }, -1, 'none'],
  ] as const)(
    'knows how the reply window %j stands %s h before its end: %s',
    (window, hours, is) => {
      expect(windowLeft(window, at(hours)).state).toBe(is);
    },
  );

  const file = { mediaId: 'med_1', mimeType: 'image/png', fileName: 'a.png' };
  it('makes a mail only of what no plain text can say', () => {
    expect(mailBody('hi', EMPTY_MAIL)).toEqual(text('hi'));
    expect(
      mailBody('hi', { subject: ' A ', cc: 'a@b.example; c@d.example', attachments: [file] }),
    ).toEqual({
      type: 'EMAIL',
      subject: 'A',
      text: 'hi',
      cc: ['a@b.example', 'c@d.example'],
      attachments: [{ mediaId: 'med_1', fileName: 'a.png' }],
    });
  });
});

describe('forms of the configuration', () => {
  const document = {
    components: {
      schemas: {
        Id: { type: 'string', pattern: '^[a-z]+$' },
        QueueInput: {
          type: 'object',
          required: ['mrdId'],
          properties: {
            id: { type: 'string' },
            version: { type: 'integer' },
            paused: { type: 'boolean', default: false },
            ewt: { type: 'integer', minimum: 0, default: 20 },
            calendarId: { anyOf: [{ $ref: '#/components/schemas/Id' }, { type: 'null' }] },
            policy: { type: 'string', enum: ['A', 'B'] },
            steps: { type: 'array' },
            mrdId: { $ref: '#/components/schemas/Id' },
          },
        },
      },
    },
  } as const;
  const fields = fieldsOf(document, 'QueueInput');
  it('knows an editor for each field, the required ones first, and none for what the server sets', () => {
    expect(fields.map(({ name, editor }) => [name, editor])).toEqual([
      ['mrdId', 'text'],
      ['paused', 'flag'],
      ['ewt', 'number'],
      ['calendarId', 'text'],
      ['policy', 'choice'],
      ['steps', 'json'],
    ]);
  });
  it('gives back what it was given', () => {
    const stored = { mrdId: 'chat', paused: true, ewt: 5, calendarId: null, steps: [{ a: 1 }] };
    expect(objectOf(fields, draftOf(fields, stored))).toEqual({ object: stored, faults: {} });
  });
  it('names what is wrong', () => {
    const draft = { ...draftOf(fields, {}), ewt: 'many', steps: '[{]' };
    expect(objectOf(fields, draft).faults).toEqual({
      mrdId: 'required',
      ewt: 'number',
      steps: 'json',
    });
  });
});

describe('the board', () => {
  it.each([
    [0, 'OK'],
    [59, 'OK'],
    [60, 'WARNING'],
    [119, 'WARNING'],
    [120, 'CRITICAL'],
  ] as const)('%i s of 120: %s', (waited, level) => {
    expect(levelOf(waited, 120, THRESHOLDS)).toBe(level);
  });
  it('adds up intervals, weighs waits, and leaves out who left within the target', () => {
    const row = (start: string, more: Partial<Interval>): Interval => ({
      queue_id: 'a',
      interval_start: start,
      offered: 0,
      answered: 0,
      abandoned: 0,
      answered_within: 0,
      abandoned_within: 0,
      average_wait_seconds: null,
      longest_wait_seconds: null,
      ...more,
    });
    const rows = [
      row('2026-03-01T10:00:00.000Z', {
        offered: 3,
        answered: 2,
        answered_within: 2,
        abandoned: 1,
        abandoned_within: 1,
        average_wait_seconds: 10,
        longest_wait_seconds: 20,
      }),
      row('2026-03-01T10:45:00.000Z', {
        offered: 1,
        answered: 1,
        average_wait_seconds: 50,
        longest_wait_seconds: 50,
      }),
      row('2026-03-01T10:15:00.000Z', { queue_id: 'b', offered: 9 }),
    ];
    expect(pointsOf(rows, 'a', 1)).toEqual([
      {
        at: '2026-03-01T10:00:00.000Z',
        offered: 4,
        answered: 3,
        abandoned: 1,
        averageWait: 20,
        longestWait: 50,
        level: 2 / 3,
      },
    ]);
    expect(pointsOf(rows, '', 1)[0]?.offered).toBe(13);
    expect(pointsOf([], '', 1)).toEqual([]);
  });
});

describe('languages', () => {
  it('have a word for every deadline of a conversation', () => {
    // Routing's own two are never a conversation's.
    const own = DEADLINE_ORDER.filter((name) => !['presence', 'unknownLogout'].includes(name));
    expect(own.filter((name) => !(`timer.${name}` in en))).toEqual([]);
  });
  it('fill in the same places', () => {
    const places = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(String).sort();
    const wrong = Object.keys(en).filter((key) => {
      const word = key as keyof typeof en;
      return String(places(en[word])) !== String(places(ar[word]));
    });
    expect(wrong).toEqual([]);
  });
});
