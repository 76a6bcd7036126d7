import { createHmac, randomUUID } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import type { MessageBody } from '../../../domain/message/schema';
import { eventually } from '../live-api';
import { type Ground, taken } from './ground';

/** Somebody with a canary in everything that a customer, or staff about them, can write. */
export interface Planted {
  /** Stands in every text. */
  readonly canary: string;
  /** Digits that only their telephone number has. */
  readonly digits: string;
  /** One per channel. */
  readonly customerIds: readonly string[];
  readonly conversationIds: readonly string[];
  readonly mediaIds: readonly string[];
  readonly visitorToken: string;
  /** Asks again, with its `Idempotency-Key`, what was answered with the customer; the answer. */
  repeat(): Promise<string>;
}

/** Every kind of body that a customer sends, with the canary in each text of it. */
function bodies(canary: string, mediaId: string): readonly MessageBody[] {
  const medium = { mediaId, caption: canary, fileName: `${canary}.txt`, mimeType: 'text/plain' };
  return [
    { type: 'PLAIN', text: `text ${canary}` },
    { type: 'FILE', ...medium },
    { type: 'IMAGE', ...medium },
    { type: 'LOCATION', latitude: 1, longitude: 2, name: canary, address: canary },
    {
      type: 'CONTACT',
      contacts: [{ name: canary, phones: [canary], emails: [`${canary}@contact.example`] }],
    },
    { type: 'URL', url: `https://link.example/${canary}`, title: canary },
    { type: 'CHOICE', choiceId: canary, title: canary, text: canary },
    {
      type: 'EMAIL',
      subject: `Subject ${canary}`,
      text: canary,
      from: `${canary}@mail.example`,
      to: [`${canary}@to.example`],
      cc: [`${canary}@cc.example`],
      attachments: [medium],
    },
    { type: 'UNSUPPORTED', kind: 'x', detail: canary },
  ];
}

/** Plants on three channels and as staff; the conversations stay open. */
export async function plantCustomer(ground: Ground): Promise<Planted> {
  const canary = `canary${randomUUID().replaceAll('-', '')}`;
  const digits = `99${String(Math.random()).slice(2, 15).padEnd(13, '7')}`;
  const visitor = await asVisitor(ground, canary);
  const partner = await onTheGenericChannel(ground, canary);
  const customerIds = [partner.customerId, await bySms(ground, canary, digits), visitor.customerId];
  const conversationIds = await Promise.all(
    customerIds.map((customerId) =>
      eventually(async () => {
        const open = await ground.ask('GET', `/v1/customers/${customerId}/conversation`);
        return open.ok && ((await open.json()) as { id: string }).id;
      }),
    ),
  );
  const planted = { canary, digits, customerIds, conversationIds };
  const repeat = await byStaff(ground, planted);
  return {
    repeat,
    ...planted,
    mediaIds: [partner.mediaId, ...visitor.mediaIds],
    visitorToken: visitor.token,
  };
}

async function onTheGenericChannel(ground: Ground, canary: string) {
  const token = ground.connector;
  const mediaId = await upload(ground, '/v1/media', token, canary);
  const path = `/v1/channels/${ground.channels.generic}`;
  const identifier = `user-${canary}`;
  const customer = { identifier, name: `Name ${canary}`, attributes: { city: canary } };
  const channelData = { page: canary, [canary]: { deep: [canary] } };
  await taken(ground, 'POST', `${path}/sessions`, { token, body: { customer, channelData } });
  let customerId = '';
  for (const body of bodies(canary, mediaId)) {
    const providerMessageId = `p-${canary}-${randomUUID()}`;
    const message = { providerMessageId, customer, body, channelData, replyTo: canary };
    const answer = await taken(ground, 'POST', `${path}/messages`, { token, body: message });
    customerId = String(answer['customerId']);
  }
  await taken(ground, 'PATCH', `${path}/sessions/${identifier}`, { token, body: { channelData } });
  const typing = { customerIdentifier: identifier, typing: true };
  await taken(ground, 'POST', `${path}/typing`, { token, body: typing });
  return { customerId, mediaId };
}

async function upload(
  ground: Ground,
  path: string,
  token: string,
  canary: string,
): Promise<string> {
  const form = new FormData();
  form.set('file', new Blob([`bytes ${randomUUID()} ${canary}`]), `${canary}.txt`);
  const packed = new Response(form);
  const headers = { 'content-type': packed.headers.get('content-type') ?? '' };
  const made = await taken(ground, 'POST', path, { token, body: await packed.text(), headers });
  return String(made['mediaId']);
}

async function bySms(ground: Ground, canary: string, digits: string): Promise<string> {
  const { twilio, channels } = ground;
  const path = `/webhooks/${channels.sms}`;
  const params = {
    AccountSid: 'AC00000000000000000000000000000000',
    MessageSid: `SM${randomUUID().replaceAll('-', '')}`,
    From: `+${digits}`,
    To: twilio.to,
    Body: `sms ${canary}`,
    ProfileName: canary,
    FromCity: canary,
    NumMedia: '0',
  };
  const url = `${twilio.publicUrl}${path}`;
  const answer = await ground.ask('POST', path, {
    token: null,
    body: new URLSearchParams(params).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': getExpectedTwilioSignature(twilio.authToken, url, params),
    },
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  const query = new URLSearchParams({ channelId: channels.sms, identifier: `+${digits}` });
  return eventually(async () => {
    const found = await taken(ground, 'GET', `/v1/customers?${query}`);
    return (found['items'] as { id: string }[])[0]?.id;
  });
}

async function asVisitor(ground: Ground, canary: string) {
  const identifier = `visitor-${canary}`;
  const identifierHash = createHmac('sha256', ground.identitySecret)
    .update(identifier)
    .digest('hex');
  const headers = {
    'user-agent': `Browser/${canary}`,
    referer: `https://shop.example/${canary}`,
    'accept-language': canary,
    baggage: `who=${canary}`,
    tracestate: `who=${canary}`,
    'x-forwarded-for': canary,
  };
  const session = await taken(ground, 'POST', `/webchat/${ground.channels.web}/sessions`, {
    token: null,
    headers,
    body: {
      customer: { identifier, identifierHash, name: canary },
      channelData: {
        ...{ formData: { topic: canary, [canary]: canary }, userAgent: canary, url: canary },
        ...{ device: canary, browser: canary, country: canary, language: canary },
      },
    },
  });
  const token = String(session['token']);
  const sent = await upload(ground, '/webchat/media', token, canary);
  const kept = await upload(ground, '/webchat/media', token, canary);
  const written: MessageBody[] = [
    { type: 'PLAIN', text: `chat ${canary}` },
    { type: 'FILE', mediaId: sent, caption: canary, fileName: `${canary}.txt` },
  ];
  for (const body of written) {
    const message = { clientMessageId: `c-${canary}-${randomUUID()}`, body };
    await taken(ground, 'POST', '/webchat/messages', { token, headers, body: message });
  }
  return { token, customerId: String(session['customerId']), mediaIds: [sent, kept] };
}

/** What staff write about a customer, quoting them. */
async function byStaff(
  ground: Ground,
  {
    canary,
    customerIds,
    conversationIds,
  }: Pick<Planted, 'canary' | 'customerIds' | 'conversationIds'>,
): Promise<Planted['repeat']> {
  const { agent: token, agentId, queueId } = ground;
  const [customerId = '', [id = '', sms = '']] = [customerIds[0], conversationIds];
  await taken(ground, 'PATCH', `/v1/customers/${customerId}`, {
    body: { name: `Called ${canary}`, attributes: { city: canary, [canary]: canary } },
  });
  const linked = {
    headers: { 'idempotency-key': randomUUID() },
    body: { channelId: ground.channels.generic, identifier: `linked-${randomUUID()}` },
  };
  const link = () => ground.ask('POST', `/v1/customers/${customerId}/identities`, linked);
  const answer = await (await link()).text();
  if (!answer.includes(canary)) throw new Error(answer);
  const act = (method: string, path: string, body?: unknown, where = id) =>
    taken(ground, method, `/v1/conversations/${where}${path}`, { token, body });
  for (const where of [id, sms])
    await act('POST', '/participants', { agentId, role: 'PRIMARY' }, where);
  await act('PATCH', '/data', { topic: canary, list: [canary] });
  await act('POST', '/notes', { text: `note ${canary}` });
  await act('POST', '/whispers', { text: `whisper ${canary}` });
  const body = { type: 'PLAIN', text: `Dear ${canary}` };
  const { messageId } = await act('POST', '/messages', { body });
  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  await act('POST', '/messages', { body, sendAt });
  await act('PUT', `/messages/${messageId}/reaction`, { emoji: '👍' });
  await act('POST', '/consults', { to: { queueId }, note: canary });
  await act('POST', '/transfers', { to: { queueId }, kind: 'COLD', note: canary }, sms);
  return async () => (await link()).text();
}
