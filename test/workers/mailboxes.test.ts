import { MongoClient } from 'mongodb';
import { connectorOf } from '../../connectors';
import { createIncomingMail, MailboxError } from '../../infra/incoming-mail';
import { createStores, type OpenStores } from '../../infra/mongo/stores';
import { createOutgoing } from '../../infra/outgoing';
import { runMailboxService } from '../../workers/mailbox-service';
import { SECRETS } from '../support/api';
import { type FakeMailboxServer, startFakeMailboxServer } from '../support/fakes/mailbox-server';
import { eventually, useLiveApi } from '../support/live-api';
import { configureAll } from '../support/live-objects';

const live = useLiveApi();
const SECRET = 'mail-secret-of-the-tests';
const LAST_YEAR = new Date('2025-01-01T00:00:00Z');
let server: FakeMailboxServer;
let workers: (() => Promise<void>)[] = [];
/** Of another process. */
let second: OpenStores | undefined;

const attributes = (mailbox: FakeMailboxServer) => ({
  address: 'support@shop.test',
  smtp: { host: '127.0.0.1', port: 25 },
  imap: { host: '127.0.0.1', port: mailbox.port, secure: false, user: 'u', password: 'secret' },
  inboundSecret: SECRET,
});
const mail = (id: string, text: string, from = 'ana@customer.test') =>
  `From: ${from}\r\nTo: support@shop.test\r\nSubject: Order\r\nMessage-ID: <${id}@c.test>\r\n\r\n${text}`;

/** A worker process, as far as mailboxes go. */
function startWorker(stores = live().stores as OpenStores): () => Promise<void> {
  const stop = new AbortController();
  const done = runMailboxService(
    {
      config: { allowedPrivateHosts: ['127.0.0.1'] },
      stores,
      temporal: live().temporal,
      logger: { info: () => undefined, warn: () => undefined },
      every: { renewEveryMs: 50, everyMs: 50, firstPauseMs: 20 },
    },
    stop.signal,
  );
  const end = async () => {
    stop.abort();
    await done;
  };
  workers.push(end);
  return end;
}
/** What customers wrote, in order of arrival, of a sender. */
async function textsFrom(identifier: string): Promise<readonly string[]> {
  const { stores } = live();
  const found = await stores.customers.search({ channelId: 'mail', identifier }, { limit: 1 });
  const conversation = found.items[0] && (await stores.conversations.openOf(found.items[0].id));
  if (!conversation) return [];
  const entries = await stores.timeline.read(conversation.id, 0, 200);
  return entries.flatMap(({ type, body }) =>
    type === 'CUSTOMER_MESSAGE' && body?.type === 'EMAIL' ? [body.text] : [],
  );
}
const arrive = (texts: readonly string[], from = 'ana@customer.test') =>
  eventually(async () => {
    const found = await textsFrom(from);
    if (found.length >= texts.length) expect(found).toEqual(texts);
    return found.length >= texts.length;
  });

beforeAll(async () => {
  server = await startFakeMailboxServer();
  await configureAll(live());
  await live().configure('connectors', {
    id: 'mail',
    providerId: 'email',
    attributes: attributes(server),
  });
  await live().configure('channels', {
    id: 'mail',
    channelType: 'EMAIL',
    serviceIdentifier: 'support@shop.test',
    connectorId: 'mail',
    queueId: 'support',
  });
});
afterEach(async () => {
  await Promise.all(workers.map((end) => end()));
  workers = [];
});
afterAll(async () => {
  await second?.close();
  await server.close();
});

it('mails of a mailbox arrive once and in order, whatever becomes of the connection, the process and the numbering', async () => {
  server.deliver(mail('old', 'Long since answered'), { seen: true, receivedAt: LAST_YEAR });
  server.deliver(mail('m1', 'One'));
  const first = startWorker();
  await arrive(['One']);
  await eventually(async () => server.commands.includes('IDLE'));
  server.deliver(mail('m2', 'Two')); // told of by IDLE: nobody looks again for 30 s
  await arrive(['One', 'Two']);

  // The webhook and the mailbox may both bring it.
  const posted = await live().app.request('/webhooks/mail', {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822', authorization: `Bearer ${SECRET}` },
    body: mail('m3', 'Three'),
  });
  expect(posted.status).toBe(200);
  server.cut();
  server.deliver(mail('m3', 'Three'));
  server.deliver(mail('m4', 'Four'));
  await arrive(['One', 'Two', 'Three', 'Four']);

  await first();
  server.deliver(mail('m5', 'Five'));
  startWorker();
  second = await createStores({
    mongodbUri: live().mongodbUri,
    secrets: SECRETS,
    connectorFacts: connectorOf,
    logger: { warn: () => undefined, error: () => undefined },
  });
  startWorker(second); // waits for its turn
  await arrive(['One', 'Two', 'Three', 'Four', 'Five']);
  expect(server.connections).toBe(1);

  await server.goAway();
  server.empty();
  server.uidValidity = 2;
  for (const [index, text] of ['One', 'Two', 'Three', 'Four', 'Five', 'Six'].entries())
    server.deliver(mail(`m${index + 1}`, text));
  await server.comeBack();
  await arrive(['One', 'Two', 'Three', 'Four', 'Five', 'Six']);
  expect(server.commands.filter((one) => /^(SELECT|STORE|UID STORE|EXPUNGE)/i.test(one))).toEqual(
    [],
  );
});

it('a mail that cannot be read is kept and passed over; a mailbox configured otherwise is read at once', async () => {
  const other = await startFakeMailboxServer();
  try {
    startWorker();
    other.deliver('no mail at all');
    other.deliver(mail('x1', 'From the other mailbox', 'bo@customer.test'));
    const stored = await live().stores.config.get('connectors', 'mail');
    const value = { ...stored, attributes: attributes(other) };
    await live().stores.config.replace('connectors', 'mail', stored?.version ?? 0, value);
    await arrive(['From the other mailbox'], 'bo@customer.test');
    const mongo = await MongoClient.connect(live().mongodbUri);
    const kept = await mongo.db().collection('unparsed').find({}, { hint: 'ttl' }).toArray();
    await mongo.close();
    expect(kept).toMatchObject([{ channelId: 'mail', reason: 'no sender' }]);
    await eventually(async () => server.connections === 0);
  } finally {
    await other.close();
  }
});

describe('what is wrong with a mailbox is told apart', () => {
  const incoming = (hosts = ['127.0.0.1']) =>
    createIncomingMail(createOutgoing({ allowedPrivateHosts: hosts }));
  const open = (given: object, hosts?: string[]) =>
    incoming(hosts)
      .open(
        {
          host: '127.0.0.1',
          port: server.port,
          secure: false,
          user: 'u',
          password: 'secret',
          mailbox: 'INBOX',
          ...given,
        },
        new AbortController().signal,
      )
      .then(
        (opened) => {
          opened.close();
          return 'open';
        },
        (error: unknown) => (error instanceof MailboxError ? error.failure : String(error)),
      );
  it.each([
    ['open', {}],
    ['login', { password: 'wrong' }],
    ['mailbox', { mailbox: 'Elsewhere' }],
    ['away', { port: 1 }],
  ])('%s', async (expected, given) => {
    expect(await open(given)).toBe(expected);
  });
  it('refused: a private host that is not on the list', async () => {
    expect(await open({}, [])).toBe('refused');
  });
});
