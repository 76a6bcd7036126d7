import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { OutboundPart, StoredMedium } from '../../connectors/connector';
import { emailConnector } from '../../connectors/email';
import { EmailConfig } from '../../connectors/email/config';
import { conversationOf } from '../../connectors/email/reply-address';
import { ConnectorError } from '../../domain/errors';
import type { MessageBody } from '../../domain/message/schema';
import { OutgoingError } from '../../domain/outgoing-error';
import { createOutgoing } from '../../infra/outgoing';
import { createOutgoingMail } from '../../infra/outgoing-mail';

const CONVERSATION = 'cnv_abcdefghijklmnopqrstuvwxyz';
const NOW = new Date('2026-11-22T10:00:00.000Z');
interface Arrived {
  readonly mail: ParsedMail;
  readonly raw: string;
  readonly to: readonly string[];
  readonly from: string;
}

let relay: SMTPServer;
let options: SMTPServerOptions;
const arrived: Arrived[] = [];
const error = (responseCode: number, message = 'no') =>
  Object.assign(new Error(message), { responseCode });

/** What the relay does, as its hooks are asked. */
let behaviour: Partial<SMTPServerOptions>;
beforeAll(async () => {
  options = {
    authOptional: true,
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    logger: false,
    onAuth: (auth, session, done) =>
      behaviour.onAuth
        ? behaviour.onAuth.call(relay, auth, session, done)
        : done(auth.password === 'right' ? null : error(535, 'bad credentials'), { user: 'u' }),
    onRcptTo: (address, session, done) =>
      behaviour.onRcptTo ? behaviour.onRcptTo.call(relay, address, session, done) : done(),
    onData(stream, session, done) {
      if (behaviour.onData) return behaviour.onData.call(relay, stream, session, done);
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks);
        void simpleParser(raw).then((mail) => {
          const { mailFrom, rcptTo } = session.envelope;
          arrived.push({
            mail,
            raw: raw.toString(),
            to: rcptTo.map(({ address }) => address),
            from: mailFrom ? mailFrom.address : '',
          });
          done();
        });
      });
    },
  };
  relay = new SMTPServer(options);
  relay.on('error', () => undefined);
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  arrived.length = 0;
  behaviour = {};
});
afterAll(() => new Promise<void>((resolve) => relay.close(resolve)));

const relayPort = () => (relay.server.address() as AddressInfo).port;
const outgoing = createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] });
const MEDIA: Readonly<Record<string, StoredMedium & { readonly text: string }>> = {
  med_html: stored('text/html', '<p>Hello <b>Ana</b></p>'),
  med_pdf: stored('application/pdf', '%PDF'),
  med_big: { ...stored('video/mp4', 'x'), size: 20_000_000 },
};
function stored(mimeType: string, text: string) {
  const open = () => new Blob([text]).stream() as ReadableStream<Uint8Array>;
  return { mimeType, text, size: text.length, fileName: 'file.bin', open };
}

function send(
  body: MessageBody,
  {
    smtp = {},
    beforeFirstByte,
    timeoutMs = 5000,
    ...part
  }: Partial<OutboundPart> & {
    smtp?: object;
    beforeFirstByte?: () => Promise<void>;
    timeoutMs?: number;
  } = {},
) {
  const cfg = EmailConfig.parse({
    address: 'support@shop.test',
    senderName: 'The Shop',
    smtp: { host: '127.0.0.1', port: relayPort(), ...smtp },
    inboundSecret: 'mail-secret',
  });
  const mail = createOutgoingMail(outgoing);
  return emailConnector.send(
    {
      id: 'msg_1-1',
      messageId: 'msg_1',
      conversationId: CONVERSATION,
      to: 'ana@customer.test',
      from: 'support@shop.test',
      channelType: 'EMAIL',
      body,
      replyTo: null,
      mediaUrls: { med_big: 'https://parley.test/media/med_big' },
      hookUrl: 'https://parley.test/webhooks/mail',
      ...part,
    },
    {
      cfg,
      fetch: () => Promise.reject(new Error('no HTTP')),
      baseUrl: '',
      signal: new AbortController().signal,
      now: () => NOW,
      openMedia: async (id) => MEDIA[id] ?? null,
      sendMail: (server, given) =>
        mail.send(server, given, { timeoutMs, ...(beforeFirstByte && { beforeFirstByte }) }),
    },
  );
}
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => 'sent',
    (cause: unknown) =>
      cause instanceof ConnectorError ? [cause.type, cause.facts.reason] : cause,
  );
const hello: MessageBody = { type: 'PLAIN', text: 'Hello,\n.\nhow are you? Čao 😀' };

describe('send', () => {
  it('hands a mail to the server: id, thread, an address for answers', async () => {
    const thread = {
      inReplyTo: '<m2@customer.test>',
      references: ['<m1@customer.test>', '<m2@customer.test>'],
      subject: 'Where is my order?',
    };
    const messageId = `<msg_1-1.${CONVERSATION}@shop.test>`;
    expect(await send(hello, { thread })).toEqual({
      providerMessageIds: [messageId],
      state: 'sent',
    });
    const [{ mail, to, from } = {} as Arrived] = arrived;
    expect([to, from]).toEqual([['ana@customer.test'], 'support@shop.test']);
    expect(mail).toMatchObject({
      messageId,
      inReplyTo: '<m2@customer.test>',
      references: thread.references,
      subject: 'Re: Where is my order?',
      date: NOW,
      text: `${hello.type === 'PLAIN' && hello.text}\n`,
    });
    expect(mail.from?.value).toEqual([{ address: 'support@shop.test', name: 'The Shop' }]);
    const answers = mail.replyTo?.value.map(({ address = '' }) => address) ?? [];
    expect(conversationOf(answers, 'support@shop.test', ['mail-secret'])).toBe(CONVERSATION);
    expect(mail.headers.has('auto-submitted')).toBe(false);
  });

  it('has the same id on every attempt and says when a machine wrote it', async () => {
    await send(hello, { automatic: true });
    await send(hello, { automatic: true });
    expect(new Set(arrived.map(({ mail }) => mail.messageId)).size).toBe(1);
    expect(arrived[0]?.mail.headers.get('auto-submitted')).toBe('auto-replied');
  });

  it('carries HTML, copies, blind copies and attachments; what is too big as a link', async () => {
    await send({
      type: 'EMAIL',
      subject: 'Your bill',
      text: 'See below',
      htmlMediaId: 'med_html',
      cc: ['cc@customer.test'],
      bcc: ['bcc@shop.test'],
      attachments: [{ mediaId: 'med_pdf', fileName: 'bill "1".pdf' }],
    });
    await send({
      type: 'EMAIL',
      text: 'Film',
      htmlMediaId: 'med_html',
      attachments: [{ mediaId: 'med_big' }],
    });
    const [first, second] = arrived;
    expect(first?.to).toEqual(['ana@customer.test', 'cc@customer.test', 'bcc@shop.test']);
    expect(first?.raw).not.toContain('bcc@shop.test');
    expect(first?.mail).toMatchObject({ subject: 'Your bill', html: '<p>Hello <b>Ana</b></p>' });
    expect(first?.mail.attachments).toMatchObject([
      { filename: 'bill "1".pdf', contentType: 'application/pdf', content: Buffer.from('%PDF') },
    ]);
    expect(second?.mail.attachments).toEqual([]);
    expect(second?.mail.text).toContain('https://parley.test/media/med_big');
    expect(second?.mail.html).toBe(false);
  });

  it('lets no text break into the headers', async () => {
    const subject = 'Hi\r\nBcc: evil@x.test\r\n\r\nbody';
    await send({ type: 'EMAIL', subject, text: 'x' }, { to: 'ana@customer.test' });
    expect(arrived[0]?.to).toEqual(['ana@customer.test']);
    expect(arrived[0]?.mail.headers.has('bcc')).toBe(false);
    await expect(failureOf(send(hello, { to: 'a@b.test>\r\nDATA' }))).resolves.not.toBe('sent');
  });

  it.each([
    [421, 'Unavailable', undefined],
    [450, 'Unavailable', undefined],
    [550, 'Unreachable', 'recipient'],
    [552, 'Rejected', undefined],
    [554, 'Rejected', undefined],
    [530, 'ChannelStopped', 'auth'],
  ])('calls %s for the recipient %s', async (code, type, reason) => {
    behaviour.onRcptTo = (_address, _session, done) => done(error(code));
    expect(await failureOf(send(hello))).toEqual([type, reason]);
    expect(arrived).toEqual([]);
  });

  it('fails when the customer alone is refused', async () => {
    behaviour.onRcptTo = ({ address }, _session, done) =>
      done(address === 'ana@customer.test' ? error(550) : null);
    const body: MessageBody = { type: 'EMAIL', text: 'x', cc: ['cc@customer.test'] };
    expect(await failureOf(send(body))).toEqual(['Unreachable', 'recipient']);
  });

  it.each([
    [451, 'Unavailable'],
    [554, 'Rejected'],
  ])('calls %s after the mail %s', async (code, type) => {
    behaviour.onData = (stream, _session, done) => {
      stream.resume();
      stream.on('end', () => done(error(code)));
    };
    expect(await failureOf(send(hello))).toEqual([type, undefined]);
  });

  it('stops the channel when the credentials are refused, and sends with the right ones', async () => {
    const login = (password: string) => ({ smtp: { user: 'u', password } });
    expect(await failureOf(send(hello, login('wrong')))).toEqual(['ChannelStopped', 'auth']);
    expect(await failureOf(send(hello, login('right')))).toBe('sent');
  });

  it('is in doubt only when the whole mail was handed over', async () => {
    behaviour.onData = (stream, session) => {
      stream.resume();
      stream.on('end', () => connectionOf(session).destroy());
    };
    expect(await failureOf(send(hello))).toEqual(['Ambiguous', 'interrupted']);
    behaviour.onRcptTo = (_address, session) => connectionOf(session).destroy();
    expect(await failureOf(send(hello))).toEqual(['Unavailable', undefined]);
    behaviour = {
      onData: (stream) => {
        stream.resume(); // and no answer
      },
    };
    expect(await failureOf(send(hello, { timeoutMs: 500 }))).toEqual(['Ambiguous', 'interrupted']);
  });

  it('writes nothing when the attempt is not ours any more', async () => {
    const beforeFirstByte = () => Promise.reject(new OutgoingError('unreached', 'too late'));
    expect(await failureOf(send(hello, { beforeFirstByte }))).toEqual(['Unavailable', undefined]);
    expect(arrived).toEqual([]);
  });

  it('waits for a server that is away or silent, and never goes where it may not', async () => {
    const silent: Server = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    expect(await failureOf(send(hello, { smtp: { port }, timeoutMs: 300 }))).toEqual([
      'Unavailable',
      undefined,
    ]);
    await new Promise((resolve) => silent.close(resolve));
    expect(await failureOf(send(hello, { smtp: { port } }))).toEqual(['Unavailable', undefined]);
    for (const host of ['10.0.0.1', '169.254.169.254', '::1', '2130706433'])
      expect(await failureOf(send(hello, { smtp: { host } }))).toEqual([
        'ChannelStopped',
        'config',
      ]);
  });

  it('refuses what no mail can carry', async () => {
    const location: MessageBody = { type: 'LOCATION', latitude: 1, longitude: 2 };
    expect(await failureOf(send(location))).toEqual(['Rejected', 'bodyType']);
    expect(await failureOf(send({ type: 'FILE', mediaId: 'med_none' }))).toEqual([
      'Rejected',
      'media',
    ]);
  });
});

/** The socket behind a session, to cut it. */
function connectionOf(session: { id: string }): { destroy(): void } {
  const { connections } = relay as unknown as {
    connections: Set<{ id: string; _socket: { destroy(): void } }>;
  };
  for (const connection of connections) if (connection.id === session.id) return connection._socket;
  throw new Error('no such session');
}

it('an authority of one’s own is a certificate, or refused', () => {
  const smtp = (ca: string) =>
    EmailConfig.safeParse({
      address: 'support@shop.test',
      smtp: { host: 'mail.test', ca },
      inboundSecret: 'mail-secret-of-the-tests',
    }).success;
  expect(smtp('-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----')).toBe(true);
  expect(smtp('/etc/ssl/ca.pem')).toBe(false);
});
