import { createHash } from 'node:crypto';
import { simpleParser } from 'mailparser';
import type { InboundEvent } from '../../connectors/connector';
import { emailConnector } from '../../connectors/email';
import { EmailConfig } from '../../connectors/email/config';
import { safeHtml } from '../../connectors/email/html';
import { conversationOf, replyAddress } from '../../connectors/email/reply-address';
import { visibleText } from '../../connectors/email/visible-text';
import { MessageBody } from '../../domain/message/schema';
import { XSS_PAYLOADS } from '../support/xss-payloads';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const channel = {
  id: 'mail',
  channelType: 'EMAIL',
  serviceIdentifier: 'support@shop.test',
} as const;
const cfg = EmailConfig.parse({
  address: 'support@shop.test',
  smtp: { host: 'smtp.shop.test' },
  inboundSecret: 'mail-secret,older',
});
const CONVERSATION = 'cnv_abcdefghijklmnopqrstuvwxyz';
const OURS = `<msg_xyz-2.${CONVERSATION}@shop.test>`;

const HEAD = {
  From: 'Ana Petrović <Ana@Customer.test>',
  To: 'support@shop.test',
  Subject: 'Where is my order?',
  'Message-ID': '<m1@customer.test>',
  Date: 'Sun, 22 Nov 2026 09:30:00 +0000',
};
const mail = (
  headers: Readonly<Record<string, string | null>>,
  text = 'Hello',
  type = 'text/plain; charset=utf-8',
) =>
  `${Object.entries({ ...HEAD, 'Content-Type': type, ...headers })
    .flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]))
    .join('\r\n')}\r\n\r\n${text}`;

async function eventsOf(raw: string | Buffer): Promise<readonly InboundEvent[]> {
  const request = {
    method: 'POST',
    url: 'https://parley.test/webhooks/mail',
    headers: new Headers({ 'content-type': 'message/rfc822' }),
    raw: Buffer.from(raw),
  };
  const document = await emailConnector.read?.(request);
  return emailConnector.parse(request, { cfg, channel, now: NOW, document });
}
async function messageOf(raw: string | Buffer) {
  const [event] = await eventsOf(raw);
  if (event?.kind !== 'message' || event.body.type !== 'EMAIL') throw new Error(event?.kind);
  expect(MessageBody.safeParse(event.body).error).toBeUndefined();
  return { ...event, body: event.body };
}
const contents = (media: Awaited<ReturnType<typeof messageOf>>['media']) =>
  (media ?? []).map((source) => 'content' in source && Buffer.from(source.content).toString());

describe('a mail', () => {
  it('M15: is a message of its sender, a customer, known by its Message-ID', async () => {
    expect(await eventsOf(mail({}))).toEqual([
      {
        kind: 'message',
        channelId: 'mail',
        eventKey: 'msg:<m1@customer.test>',
        providerMessageId: '<m1@customer.test>',
        occurredAt: '2026-11-22T09:30:00.000Z',
        externalUser: { id: 'ana@customer.test', displayName: 'Ana Petrović' },
        body: {
          type: 'EMAIL',
          subject: 'Where is my order?',
          text: 'Hello',
          from: 'Ana@Customer.test',
          to: ['support@shop.test'],
          cc: [],
          replyTo: [],
          attachments: [],
        },
        media: [],
      },
    ]);
  });

  it('without an id is known by its bytes, and every copy alike', async () => {
    const raw = mail({ 'Message-ID': null });
    const { providerMessageId } = await messageOf(raw);
    expect(providerMessageId).toBe(`sha256:${createHash('sha256').update(raw).digest('hex')}`);
  });

  it('from the future or without a date happened now', async () => {
    for (const date of ['Sun, 22 Nov 2036 09:30:00 +0000', 'soon', null])
      expect((await messageOf(mail({ Date: date }))).occurredAt).toBe(NOW.toISOString());
  });

  it.each([
    ['no sender', mail({ From: null })],
    ['no address', mail({ From: 'Ana' })],
    ['nothing', ''],
    ['no mail', '\u0000\u0001\u0002'],
  ])('with %s is kept unread', async (_what, raw) => {
    expect(await eventsOf(raw)).toMatchObject([{ kind: 'unparsed', channelId: 'mail' }]);
  });

  it('brings its HTML and attachments along, and its text from HTML where it has none', async () => {
    const raw = mail(
      {},
      [
        '--b',
        'Content-Type: text/html; charset=utf-8',
        '',
        '<p>Hi <b>you</b></p><script>alert(1)</script><img src="https://t.test/pixel">',
        '--b',
        'Content-Type: application/pdf; name="bill.pdf"',
        'Content-Disposition: attachment; filename="bill.pdf"',
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.from('%PDF-1.4').toString('base64'),
        '--b--',
        '',
      ].join('\r\n'),
      'multipart/mixed; boundary=b',
    );
    const { body, media } = await messageOf(raw);
    expect(body).toMatchObject({
      text: 'Hi you',
      htmlMediaId: 'pending:0',
      attachments: [{ mediaId: 'pending:1', fileName: 'bill.pdf', mimeType: 'application/pdf' }],
    });
    expect(contents(media)).toEqual(['<p>Hi <b>you</b></p>', '%PDF-1.4']);
  });

  it('with more attachments than a body holds is attached whole, so that none is lost', async () => {
    const part = (n: number) =>
      `--b\r\nContent-Type: image/png; name="${n}.png"\r\nContent-Disposition: attachment\r\n\r\n${n}\r\n`;
    const raw = mail(
      {},
      `${Array.from({ length: 30 }, (_, n) => part(n)).join('')}--b--`,
      'multipart/mixed; boundary=b',
    );
    const { body, media } = await messageOf(raw);
    expect(body.attachments).toHaveLength(19);
    expect(body.attachments?.at(-1)).toMatchObject({
      fileName: 'original.eml',
      mimeType: 'message/rfc822',
    });
    expect(contents(media).at(-1)).toBe(raw);
  });

  it('shows what was written now and keeps the whole', async () => {
    const text = 'Thanks!\r\n\r\nOn Sat, 21 Nov 2026, Shop wrote:\r\n> Your order is out.\r\n';
    const { body, media } = await messageOf(mail({}, text));
    expect(body.text).toBe('Thanks!');
    expect(body.attachments).toMatchObject([
      { fileName: 'whole-text.txt', mimeType: 'text/plain' },
    ]);
    expect(contents(media)[0]).toContain('> Your order is out.');
  });
});

describe('threading', () => {
  const token = replyAddress('support@shop.test', CONVERSATION, ['mail-secret']);
  it.each([
    ['a token in To', { To: token }, { conversationId: CONVERSATION }],
    ['a token in Cc, other case', { Cc: token.toUpperCase() }, { conversationId: CONVERSATION }],
    [
      'a token of an older secret',
      {
        To: replyAddress('support@shop.test', CONVERSATION, ['older']),
      },
      { conversationId: CONVERSATION },
    ],
    ['a token in Delivered-To', { 'Delivered-To': token }, { conversationId: CONVERSATION }],
    ['In-Reply-To one of ours', { 'In-Reply-To': OURS }, { replyTo: 'msg_xyz' }],
    [
      'the newest of ours in References',
      {
        References: `<msg_old-1.${CONVERSATION}@shop.test> ${OURS} <x@y.test>`,
      },
      { replyTo: 'msg_xyz' },
    ],
    [
      'In-Reply-To theirs',
      { 'In-Reply-To': '<m0@customer.test>' },
      { replyTo: '<m0@customer.test>' },
    ],
  ])('goes by %s', async (_what, headers, expected) => {
    expect(await messageOf(mail(headers))).toMatchObject(expected);
  });

  it.each([
    ['a guessed token', { To: token.replace(/\.[a-z2-7]+@/, '.aaaaaaaaaaaa@') }],
    ['a token of another conversation', { To: token.replace('cnv_abc', 'cnv_xbc') }],
    ['a token of another address', { To: token.replace('support+', 'sales+') }],
    ['a token of another domain', { To: token.replace('shop.test', 'evil.test') }],
    ['the subject alone', { Subject: `Re: [${CONVERSATION}]` }],
    ['the sender alone, one of our own', { From: 'support@shop.test' }],
    ['the sender alone', { From: 'ana@customer.test', Sender: 'agent@shop.test' }],
  ])('M15: never goes by %s', async (_what, headers) => {
    const event = await messageOf(mail(headers));
    expect(event).not.toHaveProperty('conversationId');
    expect(event).not.toHaveProperty('replyTo');
  });

  it('gives up the token where the address would be too long', () => {
    const long = `${'a'.repeat(60)}@shop.test`;
    expect(replyAddress(long, CONVERSATION, ['s'])).toBe(long);
    expect(replyAddress('a@b.test', CONVERSATION, [])).toBe('a@b.test');
    expect(conversationOf([token], 'support@shop.test', [])).toBeNull();
  });
});

describe('a machine', () => {
  it.each([
    [{ 'Auto-Submitted': 'auto-replied' }],
    [{ 'Auto-Submitted': 'auto-generated; owner-email="x"' }],
    [{ Precedence: 'bulk' }],
    [{ Precedence: 'LIST' }],
    [{ Precedence: 'junk' }],
    [{ 'X-Autoreply': 'yes' }],
    [{ 'List-Id': '<news.shop.test>' }],
    [{ 'Return-Path': '<>' }],
    [{ From: 'support@shop.test' }],
    [{ From: 'Shop <Support+cnv_1.abc@shop.test>' }],
  ])('is known by %j', async (headers) => {
    expect(await messageOf(mail(headers))).toMatchObject({ automatic: true });
  });

  it.each([
    [{ 'Auto-Submitted': 'no' }],
    [{ Precedence: 'first-class' }],
    [{ 'Return-Path': '<ana@a.test>' }],
  ])('is not known by %j', async (headers) => {
    expect(await messageOf(mail(headers))).not.toHaveProperty('automatic');
  });
});

describe('a report', () => {
  const report = (action: string, original: string) =>
    mail(
      { From: 'MAILER-DAEMON@relay.test', 'Return-Path': '<>' },
      [
        '--r',
        'Content-Type: text/plain',
        '',
        'It did not arrive.',
        '--r',
        'Content-Type: message/delivery-status',
        '',
        'Reporting-MTA: dns; relay.test',
        '',
        'Final-Recipient: rfc822; ana@customer.test',
        `Action: ${action}`,
        'Status: 5.1.1',
        '',
        '--r',
        'Content-Type: message/rfc822',
        '',
        'From: support@shop.test',
        `Message-ID: ${original}`,
        '',
        'Hello',
        '--r--',
      ].join('\r\n'),
      'multipart/report; report-type=delivery-status; boundary=r',
    );

  it('of a failure fails the part that it names', async () => {
    expect(await eventsOf(report('failed', OURS))).toEqual([
      {
        kind: 'status',
        channelId: 'mail',
        eventKey: 'msg:<m1@customer.test>',
        occurredAt: NOW.toISOString(),
        partId: 'msg_xyz-2',
        providerMessageId: OURS,
        state: 'FAILED',
        reasonCode: 'Unreachable',
        providerCode: '5.1.1',
      },
    ]);
  });

  it.each([
    ['a delay', report('delayed', OURS)],
    ["somebody else's mail", report('failed', '<a@b.test>')],
  ])('of %s is nobody’s message', async (_what, raw) => {
    expect(await eventsOf(raw)).toMatchObject([{ kind: 'unparsed' }]);
  });
});

describe('verify', () => {
  const request = (headers: Record<string, string>) => ({
    method: 'POST',
    url: 'https://parley.test/webhooks/mail',
    headers: new Headers(headers),
    raw: Buffer.from(mail({})),
  });
  const basic = (password: string) => `Basic ${Buffer.from(`mta:${password}`).toString('base64')}`;
  it.each([
    ['Bearer mail-secret', true],
    ['bearer older', true],
    [basic('older'), true],
    ['Bearer mail-secre', false],
    ['Bearer ', false],
    ['Bearer mail-secret,older', false],
    [basic(''), false],
    ['mail-secret', false],
    ['', false],
  ])('takes %j: %s', (authorization, ok) => {
    expect(emailConnector.verify(request({ authorization }), cfg, NOW, channel).ok).toBe(ok);
  });
});

describe('visibleText', () => {
  it.each([
    ['Hi\n\nOn Mon, 1 Jan 2026 at 10:00, Shop <a@b.c> wrote:\n> old', 'Hi'],
    ['Hi\n\nOn Mon, 1 Jan 2026 at 10:00, Shop\n<a@b.c> wrote:\n\n> old\n> older', 'Hi'],
    ['Danke\n\nAm 1.1.2026 um 10:00 schrieb Shop:\n> alt', 'Danke'],
    ['Hi\n\n-----Original Message-----\nFrom: Shop\nold', 'Hi'],
    ['Hi\n________________________________\nFrom: Shop\nSent: today\nold', 'Hi'],
    ['Hi\n\nFrom: Shop <a@b.c>\nSent: Monday\nTo: me\n\nold', 'Hi'],
    ['Hi\n-- \nAna\n+38160000000', 'Hi'],
    ['Hi\n> quoted at the end', 'Hi'],
    ['> only quoted', '> only quoted'],
    [
      'On Mon, Shop wrote:\n> one?\nYes.\n> two?\nNo.',
      'On Mon, Shop wrote:\n> one?\nYes.\n> two?\nNo.',
    ],
    ['On Monday I wrote:\nnothing quoted here', 'nothing quoted here'],
    ['', ''],
  ])('of %j is %j', (text, visible) => {
    if (visible === 'nothing quoted here') return expect(visibleText(text)).not.toBe('');
    expect(visibleText(text)).toBe(visible);
  });
});

it('makes text of HTML, a line per block', async () => {
  const html = '<h1>Hi</h1><p>a&nbsp;&lt;b&gt; &amp;amp; c<br>d</p><style>x{}</style><div>e</div>';
  expect((await messageOf(mail({}, html, 'text/html'))).body.text).toBe('Hi\na <b> &amp; c\nd\ne');
});

describe('safeHtml', () => {
  it.each(XSS_PAYLOADS)('M12: disarms %s', (payload) => {
    const html = safeHtml(`<div>${payload}</div>`);
    expect(html).not.toMatch(
      /<(script|iframe|object|embed|svg|math|form|style|link|meta|base|img)/i,
    );
    expect(html).not.toMatch(/<[^>]*\son\w+\s*=/i);
    expect(html).not.toMatch(/<[^>]*(javascript|vbscript|data):/i);
  });
});

it('reads what mailparser reads', async () => {
  const raw = mail({ Subject: '=?utf-8?q?Caf=C3=A9?=' });
  expect((await messageOf(raw)).body.subject).toBe((await simpleParser(raw)).subject);
});
