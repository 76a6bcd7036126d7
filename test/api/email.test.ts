import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { RESOURCE_SCHEMAS } from '../../domain/configuration/schema';
import { eventually, useLiveApi } from '../support/live-api';
import { configureAll } from '../support/live-objects';

const live = useLiveApi();
const SECRET = 'mail-secret-of-the-tests';
const arrived: ParsedMail[] = [];
const relay = new SMTPServer({
  authOptional: true,
  hideSTARTTLS: true,
  onData: (stream, _session, done) =>
    void simpleParser(stream).then((mail) => {
      arrived.push(mail);
      done();
    }),
});
beforeAll(async () => {
  await configureAll(live());
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.server.address() as AddressInfo;
  const smtp = { host: '127.0.0.1', port };
  const attributes = { address: 'support@shop.test', smtp, inboundSecret: SECRET };
  await live().configure(
    'connectors',
    RESOURCE_SCHEMAS.connectors.parse({ id: 'mail', providerId: 'email', attributes }) as never,
  );
  const mrds = [{ mrdId: 'email', maxTasks: 5 }];
  const mia = { id: 'agt_mia', name: 'Mia', username: 'mia', mrds };
  await live().configure('agents', RESOURCE_SCHEMAS.agents.parse(mia) as never);
  await live().configure(
    'channels',
    RESOURCE_SCHEMAS.channels.parse({
      id: 'mail',
      channelType: 'EMAIL',
      serviceIdentifier: 'support@shop.test',
      connectorId: 'mail',
      queueId: 'support',
      wrapUp: { enabled: false },
    }) as never,
  );
});
afterAll(() => new Promise<void>((resolve) => relay.close(resolve)));

const post = (raw: string | Buffer, secret = SECRET) =>
  live().app.request('/webhooks/mail', {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822', authorization: `Bearer ${secret}` },
    body: raw,
  });
const mail = (id: string, headers: Record<string, string>, text: string) =>
  `${Object.entries({
    From: 'Ana <ana@customer.test>',
    To: 'support@shop.test',
    Subject: 'Order 7',
    'Message-ID': `<${id}@customer.test>`,
    ...headers,
  })
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n')}\r\n\r\n${text}`;
const entriesOf = (id: string) => live().stores.timeline.read(id, 0, 100);
const conversationOf = (identifier: string) =>
  eventually(async () => {
    const filter = { channelId: 'mail', identifier };
    const [customer] = (await live().stores.customers.search(filter, { limit: 1 })).items;
    return customer && (await live().stores.conversations.openOf(customer.id));
  });

it('a mail comes in once, its answer goes out in the thread, and who answers from elsewhere finds the conversation', async () => {
  expect((await post(mail('m0', {}, 'x'), 'wrong')).status).toBe(401);
  const first = mail('m1', {}, 'Where is it?');
  expect([(await post(first)).status, (await post(first)).status]).toEqual([200, 200]);
  const { id } = await conversationOf('ana@customer.test');
  const path = `/v1/conversations/${id}`;
  const token = await live().tokenFor('agent', 'agt_mia');
  const joining = { agentId: 'agt_mia', role: 'PRIMARY' };
  const joined = await live().call('POST', `${path}/participants`, { token, body: joining });
  expect([joined.status, joined.ok ? '' : await joined.text()]).toEqual([200, '']);
  const answer = { body: { type: 'PLAIN', text: 'On its way.' } };
  expect((await live().call('POST', `${path}/messages`, { token, body: answer })).status).toBe(202);
  const sent = await eventually(async () =>
    arrived.find(({ text }) => text?.includes('On its way')),
  );
  expect(sent).toMatchObject({
    subject: 'Re: Order 7',
    inReplyTo: '<m1@customer.test>',
    text: 'On its way.\n',
  });
  const back = sent.replyTo?.value[0]?.address ?? '';
  expect(back).toMatch(/^support\+cnv_/);

  const elsewhere = mail('m2', { From: 'a.petrovic@work.test', To: back }, 'Thank you');
  expect((await post(elsewhere)).status).toBe(200);
  const away = { From: 'Ana <ana@customer.test>', 'Auto-Submitted': 'auto-replied', To: back };
  expect((await post(mail('m3', away, 'I am away'))).status).toBe(200);
  const messages = await eventually(async () => {
    const entries = await entriesOf(id);
    const theirs = entries.filter(({ type }) => type === 'CUSTOMER_MESSAGE');
    return theirs.length === 3 && theirs;
  });
  expect(messages.map(({ body, data }) => [body?.type === 'EMAIL' && body.text, data])).toEqual([
    ['Where is it?', null],
    ['Thank you', null],
    ['I am away', { automatic: true }],
  ]);

  const report = [
    'From: MAILER-DAEMON@relay.test',
    'Message-ID: <bounce@relay.test>',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=r',
    '',
    '--r',
    'Content-Type: message/delivery-status',
    '',
    'Action: failed',
    'Status: 5.1.1',
    '',
    '--r',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${sent.messageId}`,
    '--r--',
  ].join('\r\n');
  expect((await post(report)).status).toBe(200);
  await eventually(async () =>
    (await entriesOf(id)).some(
      ({ type, data }) =>
        type === 'MESSAGE_DELIVERY_NOTIFICATION' && data?.['reasonCode'] === 'Unreachable',
    ),
  );
});

it('takes a mail up to 25 MiB, and says so about a larger one', async () => {
  const big = (bytes: number) =>
    mail('big', { From: 'big@customer.test' }, 'x\r\n'.repeat(Math.ceil(bytes / 3)));
  expect((await post(big(26 * 1024 * 1024))).status).toBe(413);
  expect((await post(big(3 * 1024 * 1024))).status).toBe(200);
  const { id } = await conversationOf('big@customer.test');
  const [entry] = (await entriesOf(id)).filter(({ type }) => type === 'CUSTOMER_MESSAGE');
  expect(entry?.media).toMatchObject([{ state: 'READY', fileName: 'message.txt' }]);
  const elsewhere = await live().app.request('/webhooks/generic', {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822' },
    body: big(3 * 1024 * 1024),
  });
  expect(elsewhere.status).toBe(413);
});
