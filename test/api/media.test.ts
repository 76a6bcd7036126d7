import { OutgoingError } from '../../domain/outgoing-error';
import { sign } from '../support/fakes/partner';
import { eventually, useLiveApi } from '../support/live-api';
import { EventReader } from '../support/live-chat';
import { configureAll, INBOUND_SECRET } from '../support/live-objects';

const live = useLiveApi();
beforeAll(() => configureAll(live()));

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const ADDRESS = 'https://cdn.partner.example/secret-path/a.png';

let count = 0;
/** The partner tells of a customer's message with a medium of its own. */
async function customerSends(content: object): Promise<string> {
  count += 1;
  const data = { id: `ext-${count}`, user: { id: `u${count}`, name: 'Ana' }, content };
  const raw = JSON.stringify({
    type: 'message.created',
    timestamp: new Date().toISOString(),
    data,
  });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const post = () =>
    live().app.request('/webhooks/generic', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': `evt-${count}`,
        'webhook-timestamp': timestamp,
        'webhook-signature': sign(INBOUND_SECRET, `evt-${count}`, timestamp, raw),
      },
      body: raw,
    });
  // Twice: a copy neither fetches nor shows anything again.
  expect([(await post()).status, (await post()).status]).toEqual([200, 200]);
  const id = `u${count}`;
  return eventually(async () => {
    const { items } = await live().stores.customers.search(
      { channelId: 'generic', identifier: id },
      { limit: 1 },
    );
    const open = items[0] && (await live().stores.conversations.openOf(items[0].id));
    return open?.id;
  });
}

const messageOf = (reader: EventReader) =>
  reader.entries.find(({ data }) => data['type'] === 'CUSTOMER_MESSAGE')?.data;

it('shows a message at once, fetches its medium, tells streams and serves our copy alone', async () => {
  let serve = () => {};
  const served = new Promise<void>((resolve) => {
    serve = resolve;
  });
  live().provider = (async () => {
    await served;
    return new Response(new Uint8Array(PNG), { headers: { 'content-type': 'text/html' } });
  }) as never;
  const id = await customerSends({ type: 'image', url: ADDRESS, caption: 'us', fileName: 'a.png' });
  const path = `/v1/conversations/${id}`;
  const reader = new EventReader(await live().call('GET', `${path}/events`));
  await reader.until(() => messageOf(reader) !== undefined);
  const shown = messageOf(reader) as { id: string; body: { mediaId: string } };
  expect(shown).toMatchObject({
    body: { type: 'IMAGE', caption: 'us' },
    media: [{ mediaId: shown.body.mediaId, state: 'PENDING', mimeType: null, reasonCode: null }],
  });
  const file = `/v1/media/${shown.body.mediaId}`;
  expect((await live().call('GET', file)).status).toBe(404);

  serve();
  await reader.until((events) => events.some(({ event }) => event === 'media'));
  const told = reader.events.find(({ event }) => event === 'media');
  const ready = {
    mediaId: shown.body.mediaId,
    state: 'READY',
    mimeType: 'image/png', // what the bytes are, not what the provider said
    size: PNG.length,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    fileName: 'a.png',
    reasonCode: null,
  };
  expect(told).toEqual({
    id: null,
    event: 'media',
    data: { messageId: shown.id, medium: ready },
  });
  await reader.close();

  const timeline = await (await live().call('GET', `${path}/timeline`)).text();
  expect(JSON.parse(timeline).items).toContainEqual(expect.objectContaining({ media: [ready] }));
  const answer = await live().call('GET', file);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(PNG);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': expect.stringMatching(/^inline; filename="a\.png"/),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  });
  const transcript = await (await live().call('GET', `${path}/transcript?format=json`)).text();
  for (const text of [timeline, transcript, JSON.stringify(reader.events)])
    expect(text).not.toContain('cdn.partner.example');
  expect(live().sent.filter(({ url }) => url === ADDRESS)).toHaveLength(1);
  const history = await live()
    .temporal.workflow.getHandle(
      `conversation:${(await live().stores.conversations.get(id))?.customerId}`,
    )
    .fetchHistory();
  expect(JSON.stringify(history.events)).not.toContain('media:');
});

it('says why a medium could not be had', async () => {
  live().provider = () => {
    throw new OutgoingError('refused', 'the host is at an address that is not public');
  };
  const id = await customerSends({ type: 'image', url: 'https://inside.example/x.png' });
  const [medium] = await mediaOf(id, 'FAILED');
  expect(medium).toMatchObject({ state: 'FAILED', reasonCode: 'REFUSED', sha256: null });
});

it('serves what a browser might run as a download, and to nobody who may not read the conversation', async () => {
  live().provider = () =>
    new Response('<svg onload="alert(1)"/>', { headers: { 'content-type': 'image/svg+xml' } });
  const id = await customerSends({ type: 'document', url: 'https://cdn.partner.example/x.svg' });
  const [medium] = await mediaOf(id, 'READY');
  const file = `/v1/media/${medium?.mediaId}`;
  const answer = await live().call('GET', file);
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  expect(answer.headers.get('content-disposition')).toBe('attachment');
  const stranger = await live().tokenFor('agent', 'agt_ben');
  expect((await live().call('GET', file, { token: stranger })).status).toBe(404);
});

/** Of the customer's message, once they are as expected. */
function mediaOf(conversationId: string, state: string) {
  return eventually(async () => {
    const entries = await live().stores.timeline.read(conversationId, 0, 50);
    return entries.find(({ media }) => media[0]?.state === state)?.media;
  });
}
