import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { FakeMailboxServer } from '../fakes/mailbox-server';
import { eventually } from '../live-api';
import { type Ground, taken } from './ground';

/** What the mail channel of {@link openOtherWays} is connected to. */
export interface MailServers {
  readonly smtpPort: number;
  readonly mailbox: FakeMailboxServer;
}
/** Who came by mail, by Direct Line and by deep-chat, in this order. */
export interface PlantedElsewhere {
  readonly customerIds: readonly string[];
  readonly conversationIds: readonly string[];
  /** Asks for the Direct Line chat with another visitor's token: the answer's status. */
  byAnotherVisitor(): Promise<number>;
}

const ADDRESS = 'support@shop.test';
export const DIRECT_SECRET = 'direct-line-secret-of-the-tests';
const CLERK = 'agt_clerk';

/** A mail server that takes no mail, and quotes it. */
export async function startQuotingRelay() {
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    logger: false,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const quoted = Buffer.concat(chunks).toString('latin1').replaceAll(/\s+/g, ' ');
        const refusal = new Error(`this cannot be sent: ${quoted.slice(0, 2000)}`);
        done(Object.assign(refusal, { responseCode: 554 }));
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** Makes the channels `mail`, read from a mailbox, and `direct`; `web` serves deep-chat clients as it is. */
export async function openOtherWays(
  ground: Ground,
  { smtpPort, mailbox }: MailServers,
): Promise<void> {
  const make = (resource: string, body: object) =>
    taken(ground, 'POST', `/v1/${resource}`, { body });
  const host = '127.0.0.1';
  const attributes = {
    address: ADDRESS,
    smtp: { host, port: smtpPort },
    imap: { host, port: mailbox.port, secure: false, user: 'u', password: mailbox.password },
    inboundSecret: 'mail-secret-of-the-tests',
  };
  await make('connectors', { id: 'mail', name: 'Mail', providerId: 'email', attributes });
  const direct = { directLineSecret: DIRECT_SECRET };
  await make('connectors', { id: 'direct', name: 'D', providerId: 'webchat', attributes: direct });
  const mrds = [{ mrdId: 'email', maxTasks: 5 }];
  await make('agents', { id: CLERK, name: 'Clerk', username: 'clerk', mrds });
  const channel = (id: string, given: object) =>
    make('channels', { id, name: id, connectorId: id, queueId: ground.queueId, ...given });
  await channel('mail', { channelType: 'EMAIL', serviceIdentifier: ADDRESS });
  await channel('direct', { channelType: 'WEB', serviceIdentifier: 'direct' });
}

/** Plants the same canary by each of the other ways; the conversations stay open. */
export async function plantElsewhere(
  ground: Ground,
  canary: string,
  { mailbox }: MailServers,
): Promise<PlantedElsewhere> {
  const { customerId: direct, byAnotherVisitor } = await byDirectLine(ground, canary);
  const customerIds = [
    await byMail(ground, canary, mailbox),
    direct,
    await byDeepChat(ground, canary),
  ];
  const conversationIds = await Promise.all(
    customerIds.map((customerId) =>
      eventually(async () => {
        const open = await ground.ask('GET', `/v1/customers/${customerId}/conversation`);
        return open.ok && ((await open.json()) as { id: string }).id;
      }),
    ),
  );
  await answerByMail(ground, canary, conversationIds[0] ?? '');
  return { customerIds, conversationIds, byAnotherVisitor };
}

async function customerOn(ground: Ground, channelId: string): Promise<string> {
  return eventually(async () => {
    const found = await taken(ground, 'GET', `/v1/customers?channelId=${channelId}`);
    return (found['items'] as { id: string }[])[0]?.id;
  });
}

/** A mail with everything that a mail may have, and what a machine answers for the same person, which is kept unread. */
async function byMail(ground: Ground, canary: string, mailbox: FakeMailboxServer): Promise<string> {
  await eventually(async () => mailbox.commands.includes('IDLE'));
  const from = `"Name ${canary}" <${canary}@mail.example>`;
  const lines = (...given: readonly string[]) => given.join('\r\n');
  const head = (id: string) =>
    lines(
      `From: ${from}`,
      `To: ${ADDRESS}`,
      `Cc: "${canary}" <${canary}@cc.example>`,
      `Reply-To: ${canary}@mail.example`,
      `Message-ID: <${id}@${canary}.example>`,
      `X-Mailer: ${canary}`,
    );
  const part = (type: string, text: string) => lines('--b', `Content-Type: ${type}`, '', text);
  const file = `text/plain; name="${canary}.txt"\r\nContent-Disposition: attachment; filename="${canary}.txt"`;
  mailbox.deliver(
    lines(
      head('first'),
      `Subject: Subject ${canary}`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      part('text/plain', `mail ${canary}`),
      part('text/html', `<p>mail <b>${canary}</b></p>`),
      part(file, `bytes ${canary}`),
      '--b--',
      '',
    ),
  );
  mailbox.deliver(
    lines(head('away'), `Subject: Away ${canary}`, 'Auto-Submitted: auto-replied', '', canary),
  );
  return customerOn(ground, 'mail');
}

/** Our mail server quotes what it refuses. */
async function answerByMail(ground: Ground, canary: string, id: string): Promise<void> {
  const made = await taken(ground, 'POST', '/v1/tokens', {
    body: { role: 'agent', subject: CLERK },
  });
  const token = String(made['token']);
  const path = `/v1/conversations/${id}`;
  const joining = { agentId: CLERK, role: 'PRIMARY' };
  await eventually(async () => {
    const joined = await ground.ask('POST', `${path}/participants`, { token, body: joining });
    if (!joined.ok && joined.status !== 503) throw new Error(await joined.text());
    return joined.ok;
  });
  const body = { type: 'PLAIN', text: `Dear ${canary}` };
  await taken(ground, 'POST', `${path}/messages`, { token, body: { body } });
}

async function byDirectLine(ground: Ground, canary: string) {
  const base = '/directline/direct';
  const user = (name: string) =>
    taken(ground, 'POST', `${base}/tokens/generate`, {
      token: DIRECT_SECRET,
      body: { user: { id: `dl_${name}`, name: `Name ${name}` } },
    });
  const token = String((await user(canary))['token']);
  const chat = await taken(ground, 'POST', `${base}/conversations`, {
    token,
    body: { user: { id: `dl_${canary}`, name: `Name ${canary}` }, locale: canary },
  });
  const activities = `${base}/conversations/${chat['conversationId']}/activities`;
  const from = { id: `dl_${canary}`, name: canary };
  const text = `direct ${canary}`;
  const activity = { type: 'message', from, text, channelData: { [canary]: canary } };
  await taken(ground, 'POST', activities, { token, body: activity });
  const customerId = await customerOn(ground, 'direct');
  const another = String((await user(randomUUID()))['token']);
  return {
    customerId,
    byAnotherVisitor: async () => (await ground.ask('GET', activities, { token: another })).status,
  };
}

async function byDeepChat(ground: Ground, canary: string): Promise<string> {
  const { web } = ground.channels;
  const session = await taken(ground, 'POST', `/webchat/${web}/sessions`, {
    token: null,
    body: { customer: { name: canary }, channelData: { formData: { topic: canary } } },
  });
  const answer = await ground.ask('POST', `/deepchat/${web}/messages`, {
    token: String(session['token']),
    body: { messages: [{ role: 'user', text: `deep ${canary}` }], stream: true },
  });
  if (!answer.ok) throw new Error(`deep-chat: ${answer.status} ${await answer.text()}`);
  await answer.body?.cancel();
  return String(session['customerId']);
}
