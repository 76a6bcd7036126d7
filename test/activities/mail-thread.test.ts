import { threadOf } from '../../activities/mail-thread';
import type { ArchivedEntry } from '../../infra/stores';

const entry = (seq: number, over: Partial<ArchivedEntry> = {}): ArchivedEntry => ({
  conversationId: 'cnv_1',
  seq,
  id: `msg_${seq}`,
  type: 'CUSTOMER_MESSAGE',
  at: '2026-11-22T10:00:00.000Z',
  sentAt: null,
  actor: { type: 'CUSTOMER', id: 'cus_1', name: 'Ana' },
  channelSessionId: 'ses_1',
  body: { type: 'EMAIL', subject: `Subject ${seq}`, text: 'x' },
  data: null,
  replyTo: null,
  providerMessageId: `<m${seq}@customer.test>`,
  hash: 'h',
  delivery: null,
  reactions: [],
  edit: null,
  deletedAt: null,
  media: [],
  erasedAt: null,
  ...over,
});
const ours = (seq: number, over: Partial<ArchivedEntry> = {}) =>
  entry(seq, {
    type: 'AGENT_MESSAGE',
    providerMessageId: null,
    body: { type: 'PLAIN', text: 'hi' },
    delivery: {
      state: 'SENT',
      times: {},
      reasonCode: null,
      providerMessageIds: [`<o${seq}@shop.test>`],
    },
    ...over,
  });

describe('threadOf', () => {
  it('answers the newest mail of the customer, with the whole chain and its subject', () => {
    const earlier = [entry(1), ours(2), entry(3), ours(4)];
    expect(threadOf(ours(5), earlier)).toEqual({
      inReplyTo: '<m3@customer.test>',
      references: ['<m1@customer.test>', '<o2@shop.test>', '<m3@customer.test>', '<o4@shop.test>'],
      subject: 'Subject 3',
    });
  });

  it('answers the one that was named, by our id or theirs', () => {
    const earlier = [entry(1), entry(2)];
    expect(threadOf(ours(3, { replyTo: 'msg_1' }), earlier).inReplyTo).toBe('<m1@customer.test>');
    expect(threadOf(ours(3, { replyTo: '<m1@customer.test>' }), earlier).inReplyTo).toBe(
      '<m1@customer.test>',
    );
  });

  it('knows no other session, nothing later, and no id that is none of mail', () => {
    const earlier = [
      entry(1, { channelSessionId: 'ses_2' }),
      entry(2, { providerMessageId: 'sha256:abc' }),
      entry(9),
    ];
    expect(threadOf(ours(3), earlier)).toEqual({
      inReplyTo: null,
      references: [],
      subject: 'Subject 2',
    });
  });

  it('keeps the first and the newest of a long chain', () => {
    const { references } = threadOf(
      ours(99),
      Array.from({ length: 50 }, (_, n) => entry(n + 1)),
    );
    expect(references).toHaveLength(20);
    expect([references[0], references.at(-1)]).toEqual([
      '<m1@customer.test>',
      '<m50@customer.test>',
    ]);
  });
});
