import fc from 'fast-check';
import type { ReportedState } from '../../../domain/message/reported-state';
import { createDeliveryStore } from '../../../infra/mongo/delivery-store';
import { recipientKey, sendsOf, watermarksOf } from '../../../infra/mongo/send-documents';
import { createSendLedger } from '../../../infra/mongo/send-ledger';
import type { DeliveryReport } from '../../../infra/stores';
import { anEntry, aProjection } from '../../support/archive';
import { uniqueName, useDatabase } from '../../support/servers';

const database = useDatabase();
const deliveries = () => createDeliveryStore(database().db);
const ledger = () => createSendLedger(database().db);
const AT = '2026-11-22T10:00:00.000Z';

interface Setting {
  readonly open?: boolean;
  readonly hook?: boolean;
  readonly parts?: number;
  readonly recipient?: string;
}
async function aMessage({ open = true, hook = false, parts = 1, recipient }: Setting = {}) {
  const conversationId = uniqueName('cnv_');
  const messageId = uniqueName('msg_');
  const projection = aProjection(
    conversationId,
    3,
    { customerId: 'cus_now' },
    { hookWantsReceipts: hook },
  );
  await database()
    .db.collection('conversations')
    .insertOne({ _id: conversationId as never, customerId: 'cus_now', open, projection });
  const body = { type: 'PLAIN', text: 'x' } as const;
  const channelId = 'shop';
  const plan = Array.from({ length: parts }, () => body);
  for (let n = 1; n <= parts; n += 1)
    await ledger().open({
      messageId,
      conversationId,
      channelId,
      seq: 3,
      n,
      parts,
      plan: n === 1 ? plan : null,
      ...(recipient && { recipient }),
    });
  const news = (state: ReportedState, over: Partial<DeliveryReport> = {}): DeliveryReport => ({
    channelId,
    partId: `${messageId}-1`,
    providerMessageId: null,
    state,
    reasonCode: state === 'FAILED' ? 'Unreachable' : null,
    at: AT,
    ...over,
  });
  const view = async () => (await deliveries().of([messageId])).get(messageId);
  const send = async (n: number, providerMessageId: string) => {
    await ledger().take(`${messageId}-${n}`, 1);
    await ledger().settle(`${messageId}-${n}`, {
      attempt: 1,
      providerMessageIds: [providerMessageId],
      state: 'accepted',
    });
  };
  return { conversationId, messageId, channelId, news, view, send };
}

describe('report', () => {
  it('finds the message by part id, by message id and by the provider’s id', async () => {
    const { news, view, messageId, send } = await aMessage();
    await send(1, 'ext-1');
    for (const over of [
      {},
      { partId: messageId },
      { partId: null, messageId },
      { partId: null, providerMessageId: 'ext-1' },
      { partId: 'nonsense', providerMessageId: 'ext-1' },
    ])
      expect((await deliveries().report(news('DELIVERED', over))).known).toBe(true);
    expect(await view()).toMatchObject({ state: 'DELIVERED', providerMessageIds: ['ext-1'] });
  });

  it('never crosses channels', async () => {
    const { news, view, send } = await aMessage();
    await send(1, 'ext-2');
    for (const over of [{}, { partId: null, providerMessageId: 'ext-2' }])
      expect(await deliveries().report(news('FAILED', { channelId: 'other', ...over }))).toEqual({
        known: false,
        signal: null,
      });
    expect((await view())?.state).toBe('ACCEPTED');
  });

  it('is a set: any order, any number of copies, at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray<ReportedState>(['ACCEPTED', 'SENT', 'DELIVERED', 'FAILED', 'SENT'], {
          minLength: 1,
        }),
        async (states) => {
          const one = await aMessage();
          const other = await aMessage();
          for (const state of states) await deliveries().report(one.news(state));
          await Promise.all(
            [...states, ...states].reverse().map((state) => deliveries().report(other.news(state))),
          );
          expect(await other.view()).toEqual(await one.view());
        },
      ),
      { numRuns: 15 },
    );
  });

  it('signals the failure of an open conversation, once', async () => {
    const { news, conversationId, messageId } = await aMessage();
    const signal = {
      conversationId,
      customerId: 'cus_now',
      messageId,
      state: 'FAILED',
      reasonCode: 'Unreachable',
    };
    expect(await deliveries().report(news('SENT'))).toEqual({ known: true, signal: null });
    expect(await deliveries().report(news('FAILED'))).toEqual({ known: true, signal });
    expect(await deliveries().report(news('FAILED'))).toEqual({ known: true, signal: null });
    expect(
      await deliveries().report(
        news('FAILED', { at: '2026-11-22T10:00:09.000Z', providerMessageId: 'x' }),
      ),
    ).toEqual({ known: true, signal: null });
  });

  it('signals nothing of a closed one, nor a failure that a delivery outweighs', async () => {
    const closed = await aMessage({ open: false });
    expect((await deliveries().report(closed.news('FAILED'))).signal).toBeNull();
    const delivered = await aMessage();
    await deliveries().report(delivered.news('DELIVERED'));
    expect((await deliveries().report(delivered.news('FAILED'))).signal).toBeNull();
  });

  it('signals every change where a hook listens', async () => {
    const { news } = await aMessage({ hook: true });
    const states = [];
    for (const state of ['ACCEPTED', 'SENT', 'SENT', 'DELIVERED', 'SENT', 'READ'] as const)
      states.push((await deliveries().report(news(state))).signal?.state ?? null);
    expect(states).toEqual([null, 'SENT', null, 'DELIVERED', null, 'READ']);
  });

  it('shows the lowest state of the parts, FAILED if any failed', async () => {
    const { news, view, messageId, send } = await aMessage({ parts: 2 });
    await send(1, 'ext-p1');
    await deliveries().report(news('DELIVERED'));
    expect((await view())?.state).toBe('PENDING');
    await send(2, 'ext-p2');
    expect((await view())?.state).toBe('ACCEPTED');
    await deliveries().report(news('FAILED', { partId: `${messageId}-2` }));
    expect(await view()).toMatchObject({
      state: 'FAILED',
      providerMessageIds: ['ext-p1', 'ext-p2'],
    });
  });
});

describe('news before its message', () => {
  it('waits for the answer that names the provider’s id', async () => {
    const { news, view, send } = await aMessage();
    const early = news('DELIVERED', { partId: null, providerMessageId: 'ext-early' });
    expect(await deliveries().report(early)).toEqual({ known: false, signal: null });
    expect(await deliveries().report(early)).toEqual({ known: false, signal: null });
    await send(1, 'ext-early');
    expect((await view())?.state).toBe('DELIVERED');
    expect(
      await database()
        .db.collection('parked_reports')
        .countDocuments({ providerMessageId: 'ext-early' }, { hint: '_id_' }),
    ).toBe(0);
  });

  it('is not taken by another channel’s message of the same id', async () => {
    const { news, view, send } = await aMessage();
    await deliveries().report(
      news('READ', { channelId: 'other', partId: null, providerMessageId: 'ext-same' }),
    );
    await send(1, 'ext-same');
    expect((await view())?.state).toBe('ACCEPTED');
  });

  it('is neither lost nor doubled when it races with the answer', async () => {
    for (let round = 0; round < 25; round += 1) {
      const { news, view, send } = await aMessage();
      const id = uniqueName('ext-');
      await Promise.all([
        send(1, id),
        deliveries().report(news('DELIVERED', { partId: null, providerMessageId: id })),
      ]);
      expect((await view())?.state).toBe('DELIVERED');
      expect(
        await database()
          .db.collection('parked_reports')
          .countDocuments({ providerMessageId: id }, { hint: '_id_' }),
      ).toBe(0);
    }
  });

  it('without any id is forgotten', async () => {
    const { news } = await aMessage();
    expect(await deliveries().report(news('SENT', { partId: 'msg_never-1' }))).toEqual({
      known: false,
      signal: null,
    });
  });

  it('is kept for a day', async () => {
    const indexes = await database().db.collection('parked_reports').indexes();
    expect(indexes.find(({ name }) => name === 'ttl')).toMatchObject({
      expireAfterSeconds: 86_400,
    });
  });
});

describe('reportConsent', () => {
  const LATER = '2026-11-22T10:00:05.000Z';
  const out = (eventKey: string, at = AT) => ({ kind: 'optedOut' as const, eventKey, at });
  const back = (eventKey: string, at = AT) => ({ kind: 'optedIn' as const, eventKey, at });
  it.each([
    ['an opt-out', [out('1')], true],
    ['an opt-in after it', [out('1'), back('2', LATER)], false],
    ['both in the same second, as they were told', [out('1'), back('2')], false],
    ['the opt-out told late', [back('2', LATER), out('1')], false],
    ['the opt-in told late', [out('2', LATER), back('1')], true],
    ['a copy of the opt-out behind both', [out('1'), back('2'), out('1')], false],
    ['a copy of the opt-in behind both', [back('1'), out('2'), back('1')], true],
    ['once more', [out('1'), back('2'), out('3', LATER)], true],
  ])('%s', async (_name, words, optedOut) => {
    const about = { channelId: 'shop', recipient: uniqueName('u') };
    for (const word of words) await deliveries().reportConsent({ ...about, ...word });
    const found = await ledger().optOutOf(about.channelId, about.recipient);
    expect(found).toEqual(optedOut ? { at: expect.any(String), asked: true } : null);
    expect(await ledger().optOutOf('elsewhere', about.recipient)).toBeNull();
  });

  it('the same word many times at once counts once, and an opt-in lifts what a refused send has marked', async () => {
    const about = { channelId: 'shop', recipient: uniqueName('u') };
    const words = Array.from({ length: 20 }, () => ({ ...about, ...out('1') }));
    await Promise.all(words.map((word) => deliveries().reportConsent(word)));
    await deliveries().reportConsent({ ...about, ...back('2') });
    expect(await ledger().optOutOf(about.channelId, about.recipient)).toBeNull();
    await ledger().optOut(about.channelId, about.recipient);
    expect(await ledger().optOutOf(about.channelId, about.recipient)).toMatchObject({
      asked: false,
    });
    await deliveries().reportConsent({ ...about, ...back('3') });
    expect(await ledger().optOutOf(about.channelId, about.recipient)).toBeNull();
  });
});

describe('reportUpTo', () => {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const mark = (recipient: string, upTo: string, state: 'DELIVERED' | 'READ' = 'DELIVERED') =>
    deliveries().reportUpTo({ channelId: 'shop', recipient, state, upTo });

  it('moves all that the recipient was sent by then, in any order with the send’s own answer', async () => {
    const recipient = uniqueName('u');
    const early = await aMessage({ recipient });
    const late = await aMessage({ recipient });
    await early.send(1, uniqueName('m'));
    expect(await mark(recipient, at(5), 'READ')).toEqual([]);
    expect((await early.view())?.state).toBe('READ');
    // The watermark is a moment ahead of us: it overtook the answer to this send.
    await late.send(1, uniqueName('m'));
    expect((await late.view())?.state).toBe('ACCEPTED');
    await mark(recipient, at(60_000));
    expect((await late.view())?.state).toBe('DELIVERED');
    const overtaken = await aMessage({ recipient });
    await overtaken.send(1, uniqueName('m'));
    expect((await overtaken.view())?.state).toBe('DELIVERED');
    expect((await early.view())?.state).toBe('READ');
  });

  it('leaves later parts, other recipients, other channels and what never went out', async () => {
    const recipient = uniqueName('u');
    const later = await aMessage({ recipient });
    const other = await aMessage({ recipient: uniqueName('u') });
    const waiting = await aMessage({ recipient });
    const passed = at(-1000);
    for (const message of [later, other]) await message.send(1, uniqueName('m'));
    await mark(recipient, passed, 'READ');
    await deliveries().reportUpTo({ channelId: 'else', recipient, state: 'READ', upTo: at(9000) });
    expect((await later.view())?.state).toBe('ACCEPTED');
    expect((await other.view())?.state).toBe('ACCEPTED');
    await mark(recipient, at(9000), 'READ');
    expect((await waiting.view())?.state).toBe('PENDING');
  });

  it('goes by the provider’s clock where an echo told it', async () => {
    const recipient = uniqueName('u');
    const message = await aMessage({ recipient });
    const id = uniqueName('m');
    await message.send(1, id);
    const told = message.news('SENT', { providerMessageId: id, at: at(60_000) });
    await deliveries().report(told);
    await mark(recipient, at(30_000));
    expect((await message.view())?.state).toBe('SENT');
    await mark(recipient, told.at);
    expect((await message.view())?.state).toBe('DELIVERED');
  });

  it('names the conversations to tell once', async () => {
    const recipient = uniqueName('u');
    const message = await aMessage({ recipient, hook: true });
    await message.send(1, uniqueName('m'));
    const upTo = at(60_000);
    expect(await mark(recipient, upTo)).toEqual([
      expect.objectContaining({ messageId: message.messageId, state: 'DELIVERED' }),
    ]);
    expect(await mark(recipient, upTo)).toEqual([]);
  });

  it('keeps nobody’s name', async () => {
    const recipient = uniqueName('u');
    const { messageId } = await aMessage({ recipient });
    await mark(recipient, at(0));
    const { db } = database();
    const kept = [
      await sendsOf(db).findOne({ _id: `${messageId}-1` }),
      await watermarksOf(db).findOne({ _id: recipientKey('shop', recipient) }),
    ];
    expect(kept).not.toContain(null);
    expect(JSON.stringify(kept)).not.toContain(recipient);
  });
});

describe('isCalling', () => {
  it('says whether an answer is awaited', async () => {
    const recipient = uniqueName('u');
    const { messageId, send } = await aMessage({ recipient });
    const asked = () => deliveries().isCalling('shop', recipient);
    expect(await asked()).toBe(false);
    await ledger().take(`${messageId}-1`, 1);
    expect(await asked()).toBe(true);
    expect(await deliveries().isCalling('shop', 'another')).toBe(false);
    await send(1, uniqueName('m'));
    expect(await asked()).toBe(false);
  });
});

it('news that must not wait for its message is not parked', async () => {
  const providerMessageId = uniqueName('m');
  const { news } = await aMessage();
  const unknown = { partId: null, messageId: null, providerMessageId, park: false };
  expect(await deliveries().report(news('SENT', unknown))).toEqual({ known: false, signal: null });
  expect(
    await database()
      .db.collection('parked_reports')
      .countDocuments({ channelId: 'shop', providerMessageId }),
  ).toBe(0);
});

describe('reportStreamed', () => {
  async function aChat() {
    const conversationId = uniqueName('cnv_');
    const channelSessions = [
      { id: 'ses_web', channelId: 'web', channelType: 'WEB' },
      { id: 'ses_sms', channelId: 'sms', channelType: 'SMS' },
    ] as never;
    const projection = aProjection(conversationId, 6, { channelSessions });
    await database()
      .db.collection('conversations')
      .insertOne({ _id: conversationId as never, open: true, projection });
    const entry = (seq: number, type: string, channelSessionId: string) =>
      anEntry({
        conversationId,
        seq,
        type: type as never,
        channelSessionId,
        id: `msg_${conversationId}${seq}`,
      });
    const entries = [
      entry(1, 'CUSTOMER_MESSAGE', 'ses_web'),
      entry(2, 'BOT_MESSAGE', 'ses_web'),
      entry(3, 'AGENT_MESSAGE', 'ses_sms'),
      entry(4, 'WHISPER_MESSAGE', 'ses_web'),
      entry(5, 'AGENT_MESSAGE', 'ses_web'),
      entry(6, 'SYSTEM_MESSAGE', 'ses_web'),
    ];
    await database()
      .db.collection('timeline')
      .insertMany(entries.map((one) => ({ ...one, _id: `${conversationId}:${one.seq}` as never })));
    const states = async () => {
      const views = await deliveries().of(entries.map(({ id }) => id));
      return entries.map(({ id }) => views.get(id)?.state ?? null);
    };
    const mark = (upToSeq: number, state: 'DELIVERED' | 'READ') =>
      deliveries().reportStreamed({ conversationId, upToSeq, state, at: AT });
    return { states, mark };
  }

  it('marks what we wrote on webchat sessions, up to a seq', async () => {
    const { states, mark } = await aChat();
    await mark(2, 'DELIVERED');
    expect(await states()).toEqual([null, 'DELIVERED', null, null, null, null]);
    await mark(5, 'DELIVERED');
    expect(await states()).toEqual([null, 'DELIVERED', null, null, 'DELIVERED', null]);
    await mark(5, 'READ');
    await mark(5, 'READ');
    expect(await states()).toEqual([null, 'READ', null, null, 'READ', null]);
    await mark(6, 'READ');
    expect(await states()).toEqual([null, 'READ', null, null, 'READ', 'READ']);
  });

  it('stands two tabs that mark at once', async () => {
    const { states, mark } = await aChat();
    await Promise.all([
      mark(6, 'DELIVERED'),
      mark(6, 'READ'),
      mark(6, 'DELIVERED'),
      mark(6, 'READ'),
    ]);
    expect(await states()).toEqual([null, 'READ', null, null, 'READ', 'READ']);
  });

  it('knows nothing of a conversation that is not there', async () => {
    await deliveries().reportStreamed({
      conversationId: 'cnv_none',
      upToSeq: 5,
      state: 'READ',
      at: AT,
    });
  });
});

describe('the ledger', () => {
  it('says which provider ids other parts of the channel hold', async () => {
    const one = await aMessage();
    await one.send(1, 'ext-held');
    const held = (id: string, part: string, channel = 'shop') =>
      ledger().claimed(channel, [id], part);
    expect(await held('ext-held', 'msg_other-1')).toEqual(new Set(['ext-held']));
    expect(await held('ext-held', `${one.messageId}-1`)).toEqual(new Set());
    expect(await held('ext-held', 'msg_other-1', 'elsewhere')).toEqual(new Set());
    expect(await ledger().claimed('shop', [], 'x')).toEqual(new Set());
  });

  it('takes a provider’s text for no expression', async () => {
    const { send, view } = await aMessage();
    await send(1, '$status');
    expect((await view())?.providerMessageIds).toEqual(['$status']);
  });

  it('lets one of many take a part', async () => {
    const { messageId } = await aMessage();
    const id = `${messageId}-1`;
    const taken = await Promise.all(Array.from({ length: 8 }, () => ledger().take(id, 1)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    const over = await Promise.all(Array.from({ length: 8 }, () => ledger().takeOver(id, 2)));
    expect(over.filter(Boolean)).toHaveLength(1);
    expect([await ledger().holds(id, 1), await ledger().holds(id, 2)]).toEqual([false, true]);
  });

  it('does not make a doubtful part certain by a later certain failure', async () => {
    const { messageId } = await aMessage();
    const id = `${messageId}-1`;
    await ledger().take(id, 1);
    await ledger().doubt(id, 1);
    await ledger().takeOver(id, 2);
    await ledger().release(id, 2);
    expect(await ledger().find(messageId, 1)).toMatchObject({ status: 'unknown' });
    await ledger().absent(id);
    expect(await ledger().find(messageId, 1)).toMatchObject({ status: 'intended' });
  });
});
