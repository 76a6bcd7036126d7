import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createIncomingMail, type MailboxFailure } from '../../infra/incoming-mail';
import { createOutgoing } from '../../infra/outgoing';
import { createOutgoingMail } from '../../infra/outgoing-mail';
import { type Certificate, certificateFor } from '../support/certificates';
import { type FakeMailboxServer, startFakeMailboxServer } from '../support/fakes/mailbox-server';

/** Mail goes over TLS to servers whose certificates we can trust, and no password to any other. */

const HOST = 'localhost';
const outgoing = createOutgoing({ allowedPrivateHosts: [HOST] });
const LAST_YEAR = { notBeforeDate: new Date('2020-01-01'), notAfterDate: new Date('2021-01-01') };

type Kind = 'ours' | 'another name' | 'expired';
const certificates = {} as Record<Kind, Certificate>;
const open: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  certificates.ours = await certificateFor(HOST);
  certificates['another name'] = await certificateFor('mail.other.test');
  certificates.expired = await certificateFor(HOST, LAST_YEAR);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

describe('SMTP', () => {
  const passwords: string[] = [];
  const received: boolean[] = [];

  async function relay(options: SMTPServerOptions): Promise<number> {
    passwords.length = 0;
    received.length = 0;
    const server = new SMTPServer({
      logger: false,
      onAuth(auth, _session, done) {
        passwords.push(auth.password ?? '');
        done(null, { user: auth.username ?? '' });
      },
      onData(stream, session, done) {
        stream.on('end', () => {
          received.push(session.secure);
          done();
        });
        stream.resume();
      },
      ...options,
    });
    server.on('error', () => undefined); // clients that hang up
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => new Promise<void>((resolve) => server.close(resolve)));
    return (server.server.address() as AddressInfo).port;
  }
  const send = (port: number, secure: boolean, ca?: string) =>
    createOutgoingMail(outgoing).send(
      { host: HOST, port, secure, user: 'shop', password: 'secret', ca },
      { from: 'shop@shop.test', to: ['ana@customer.test'], raw: Buffer.from('Subject: hi\r\n') },
      { timeoutMs: 10_000 },
    );

  it.each([
    ['TLS from the first byte', true],
    ['STARTTLS', false],
  ])('%s: hands a mail to a server with a certificate of our authority', async (_how, secure) => {
    const { cert, key } = certificates.ours;
    const port = await relay({ secure, cert, key });
    await expect(send(port, secure, cert)).resolves.toEqual({ refused: [] });
    expect({ passwords, received }).toEqual({ passwords: ['secret'], received: [true] });
  });

  it.each<[string, boolean, Kind, boolean]>([
    ['nobody we know', true, 'ours', false],
    ['nobody we know, after STARTTLS', false, 'ours', false],
    ['another name', true, 'another name', true],
    ['another name, after STARTTLS', false, 'another name', true],
    ['one that has expired', true, 'expired', true],
  ])(
    'tells no password to a server with a certificate of %s',
    async (_of, secure, kind, trusted) => {
      const { cert, key } = certificates[kind];
      const port = await relay({ secure, cert, key });
      await expect(send(port, secure, trusted ? cert : undefined)).rejects.toMatchObject({
        name: 'OutgoingError',
        failure: 'unreached',
      });
      expect({ passwords, received }).toEqual({ passwords: [], received: [] });
    },
  );
});

describe('IMAP', () => {
  async function mailbox({ cert, key }: Certificate): Promise<FakeMailboxServer> {
    const server = await startFakeMailboxServer({ cert, key });
    open.push(() => server.close());
    return server;
  }
  const read = (server: FakeMailboxServer, ca?: string) =>
    createIncomingMail(outgoing).open(
      {
        host: HOST,
        port: server.port,
        secure: true,
        user: 'shop',
        password: server.password,
        mailbox: 'INBOX',
        ca,
      },
      new AbortController().signal,
    );

  it('reads from a server with a certificate of our authority', async () => {
    const server = await mailbox(certificates.ours);
    const uid = server.deliver('Subject: hi\r\n\r\nHello');
    const reading = await read(server, certificates.ours.cert);
    expect(await reading.after(0, 10)).toMatchObject([{ uid }]);
    reading.close();
  });

  it.each<[string, Kind, boolean]>([
    ['nobody we know', 'ours', false],
    ['another name', 'another name', true],
    ['one that has expired', 'expired', true],
  ])('tells no password to a server with a certificate of %s', async (_of, kind, trusted) => {
    const server = await mailbox(certificates[kind]);
    const failure: MailboxFailure = 'away';
    await expect(read(server, trusted ? certificates[kind].cert : undefined)).rejects.toMatchObject(
      { failure },
    );
    expect(server.commands).toEqual([]);
  });
});
