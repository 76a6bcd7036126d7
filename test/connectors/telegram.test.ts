import type { InboundEvent } from '../../connectors/connector';
import { telegramConnector } from '../../connectors/telegram';
import { TelegramConfig } from '../../connectors/telegram/config';
import type { MessageBody } from '../../domain/message/schema';
import type { Behaviour } from '../support/fakes/behaviour';
import { type FakeTelegram, refusal, startFakeTelegram } from '../support/fakes/telegram';
import { anOutboundPart } from '../support/outbound-part';
import { LINKS, providerStage } from '../support/provider-stage';

const BOT_TOKEN = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
let telegram: FakeTelegram;
beforeEach(async () => {
  telegram = await startFakeTelegram({ botToken: BOT_TOKEN, secretToken: 'secret' });
});
afterEach(() => telegram.close());

const { context, send, plan } = providerStage(
  telegramConnector,
  () => ({ botToken: BOT_TOKEN, secretToken: 'secret', baseUrl: telegram.url }),
  { to: '7527593', channelType: 'TELEGRAM' },
);
const called = () => telegram.requests.at(-1);

describe('the secret token', () => {
  const channel = { id: 't', channelType: 'TELEGRAM', serviceIdentifier: 'b' } as const;
  it.each([
    ['the secret', 'secret', true],
    ['the next secret', 'next-secret', true],
    ['nothing', null, false],
    ['an empty header', '', false],
    ['a prefix', 'secre', false],
    ['more', 'secrets', false],
    ['another case', 'Secret', false],
    ['the configured list', 'secret,next-secret', false],
  ])('%s', (_name, given, ok) => {
    const headers = new Headers(given === null ? {} : { 'x-telegram-bot-api-secret-token': given });
    const request = { method: 'POST', url: 'https://p.test/', headers, raw: new Uint8Array() };
    const cfg = TelegramConfig.parse({ botToken: 't', secretToken: 'secret,next-secret' });
    expect(telegramConnector.verify(request, cfg, new Date(), channel).ok).toBe(ok);
  });
  it.each(['', ' ', 'a b', 'ü', 'x'.repeat(257)])('may not be %j', (secretToken) => {
    expect(TelegramConfig.safeParse({ botToken: 't', secretToken }).success).toBe(false);
  });
  it('a bot token cannot reach into the path', () => {
    for (const botToken of ['', '1:a/../x', '1:a?b', 'a b'])
      expect(TelegramConfig.safeParse({ botToken, secretToken: 's' }).success).toBe(false);
  });
});

describe('send', () => {
  it('sends plain text, every character as itself', async () => {
    const text = '<b>1 < 2 & *3*</b> _x_';
    expect(await send({ body: { type: 'PLAIN', text } })).toEqual({
      providerMessageIds: ['7527593:1'],
      state: 'sent',
    });
    expect(called()).toEqual({ method: 'sendMessage', params: { chat_id: '7527593', text } });
  });

  it.each([
    [
      { type: 'IMAGE', mediaId: 'm1', caption: 'c' },
      { method: 'sendPhoto', params: { photo: LINKS.m1, caption: 'c' } },
    ],
    [
      { type: 'VIDEO', mediaId: 'm1' },
      { method: 'sendVideo', params: { video: LINKS.m1 } },
    ],
    [
      { type: 'AUDIO', mediaId: 'm1', mimeType: 'audio/ogg; codecs=opus' },
      { method: 'sendVoice', params: { voice: LINKS.m1 } },
    ],
    [
      { type: 'AUDIO', mediaId: 'm1', mimeType: 'audio/mpeg' },
      { method: 'sendAudio', params: { audio: LINKS.m1 } },
    ],
    [
      { type: 'FILE', mediaId: 'm1' },
      { method: 'sendDocument', params: { document: LINKS.m1 } },
    ],
    [
      { type: 'LOCATION', latitude: 1, longitude: 2 },
      { method: 'sendLocation', params: { latitude: 1, longitude: 2 } },
    ],
    [
      { type: 'LOCATION', latitude: 1, longitude: 2, name: 'Shop', address: 'Main Street 1' },
      { method: 'sendVenue', params: { title: 'Shop', address: 'Main Street 1' } },
    ],
    [
      { type: 'BUTTON', text: 'Ok?', footer: 'f', choices: [{ id: 'yes', title: 'Yes' }] },
      {
        method: 'sendMessage',
        params: {
          text: 'Ok?\n\nf',
          reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] },
        },
      },
    ],
  ] as [MessageBody, object][])('%j', async (body, expected) => {
    await send({ body });
    expect(called()).toMatchObject(expected);
  });

  it('answers a message where it is known', async () => {
    await send({ replyTo: '7527593:130' });
    expect(called()).toMatchObject({
      params: { reply_parameters: { message_id: 130, allow_sending_without_reply: true } },
    });
    await send({ replyTo: 'msg_1' });
    expect(called()?.params).not.toHaveProperty('reply_parameters');
  });

  it('follows a chat that has moved, once', async () => {
    const moved: Behaviour = {
      type: 'answer',
      status: 400,
      body: refusal(400, 'group chat was upgraded', { migrate_to_chat_id: -1001 }),
    };
    telegram.script.next(moved);
    expect(await send()).toEqual({
      providerMessageIds: ['-1001:2'],
      state: 'sent',
      aliases: ['-1001'],
    });
    telegram.script.next(moved, moved);
    await expect(send()).rejects.toMatchObject({ type: 'Rejected' });
    expect(telegram.requests).toHaveLength(4);
  });

  const says = (code: number, parameters?: object): Behaviour => ({
    type: 'answer',
    status: code,
    body: refusal(code, 'no', parameters as never),
  });
  it.each([
    [says(400), 'Rejected', { code: '400' }],
    [says(401), 'ChannelStopped', { reason: 'auth' }],
    [says(403), 'Unreachable', { reason: 'blocked' }],
    [says(404), 'ChannelStopped', {}],
    [says(409), 'Rejected', {}],
    [says(429, { retry_after: 7 }), 'Throttled', { retryAfterMs: 7000, scope: 'channel' }],
    [says(429), 'Throttled', {}],
    [says(500), 'Unavailable', {}],
    [says(502), 'Unavailable', {}],
    [{ type: 'answer', status: 200, body: 'ok' }, 'Ambiguous', {}],
    [{ type: 'answer', status: 500, body: 'oops' }, 'Ambiguous', {}],
    [{ type: 'answer', status: 502, body: 'Bad Gateway' }, 'Ambiguous', {}],
    [{ type: 'answer', status: 503, body: '' }, 'Unavailable', {}],
    [{ type: 'answer', status: 413, body: '' }, 'Rejected', {}],
    [{ type: 'hang', taken: true }, 'Ambiguous', {}],
    [{ type: 'reset', taken: true }, 'Ambiguous', {}],
  ] as [Behaviour, string, object][])('%j -> %s', async (behaviour, type, facts) => {
    telegram.script.next(behaviour);
    const failure = await send().catch((thrown) => thrown);
    expect(failure).toMatchObject({ name: 'ConnectorError', type, facts });
    expect(JSON.stringify([failure.message, failure.facts, String(failure.cause)])).not.toContain(
      'AAHdqTcv',
    );
  });

  it('keeps the token to itself when nobody answers', async () => {
    await telegram.close();
    const failure = await send().catch((thrown) => thrown);
    expect(failure.type).toBe('Unavailable');
    expect(`${failure.stack}${failure.cause?.stack}`).not.toContain('AAHdqTcv');
    telegram = await startFakeTelegram({ botToken: BOT_TOKEN, secretToken: 'secret' });
  });

  it('stops with a wrong token', async () => {
    await expect(send({}, { botToken: '1:wrong' })).rejects.toMatchObject({
      type: 'ChannelStopped',
    });
  });
});

describe('media', () => {
  it('is asked for by its id, then fetched', async () => {
    const answer = await telegramConnector.fetchMedia?.({ ref: 'large' }, context());
    expect(await answer?.text()).toBe('bytes of photos/large 0.jpg');
  });
  it('that is too big for it is refused for good', async () => {
    telegram.script.next({ type: 'answer', status: 400, body: refusal(400, 'file is too big') });
    await expect(telegramConnector.fetchMedia?.({ ref: 'large' }, context())).rejects.toMatchObject(
      { type: 'Rejected' },
    );
  });
  it.each(['../../x', ''])('never reaches beside its folder: %j', async (file_path) => {
    const result = { ok: true, result: { file_path } };
    telegram.script.next({ type: 'answer', status: 200, body: result });
    await expect(telegramConnector.fetchMedia?.({ ref: 'large' }, context())).rejects.toMatchObject(
      { type: 'Rejected' },
    );
  });

  const medium = (mimeType: string) => ({
    mimeType,
    size: 3,
    fileName: 'stored.csv',
    open: () => new Blob(['a,b']).stream(),
  });
  it('that no link can carry is brought along', async () => {
    const body: MessageBody = { type: 'FILE', mediaId: 'm1', mimeType: 'text/csv', caption: 'c' };
    const part = anOutboundPart({ to: '7', body, mediaUrls: LINKS, replyTo: '7:130' });
    const openMedia = async () => medium('text/csv');
    await telegramConnector.send(part, { ...context(), openMedia });
    const { document, ...rest } = called()?.params ?? {};
    expect(rest).toEqual({
      chat_id: '7',
      caption: 'c',
      reply_parameters: '{"message_id":130,"allow_sending_without_reply":true}',
    });
    expect(document).toMatchObject({ name: 'stored.csv', type: 'text/csv' });
    expect(await (document as File).text()).toBe('a,b');
  });
  it.each([
    ['a PDF', async () => medium('application/pdf')],
    ['a file that is not here', async () => null],
  ])('goes as a link: %s', async (_name, openMedia) => {
    const part = anOutboundPart({
      to: '7',
      body: { type: 'FILE', mediaId: 'm1' },
      mediaUrls: LINKS,
    });
    await telegramConnector.send(part, { ...context(), openMedia });
    expect(called()?.params['document']).toBe(LINKS.m1);
  });
});

describe('beside the messages', () => {
  const sign = { to: '7527593', from: 'bot', channelType: 'TELEGRAM', typing: true } as const;
  it('shows typing, and nothing when it stops', async () => {
    await telegramConnector.typing?.(sign, context());
    expect(called()).toEqual({
      method: 'sendChatAction',
      params: { chat_id: '7527593', action: 'typing' },
    });
    await telegramConnector.typing?.({ ...sign, typing: false }, context());
    expect(telegram.typing).toEqual(['7527593']);
    telegram.script.next({ type: 'answer', status: 429, body: refusal(429, 'slow') });
    await expect(telegramConnector.typing?.(sign, context())).rejects.toMatchObject({
      type: 'Throttled',
    });
  });

  it('answers a tap, and nothing else', async () => {
    const event = (providerMessageId: string): InboundEvent => ({
      kind: 'message',
      channelId: 'tg',
      eventKey: 'update:1',
      occurredAt: '2026-11-22T10:00:00.000Z',
      providerMessageId,
      externalUser: { id: '7' },
      body: { type: 'CHOICE', choiceId: 'yes' },
    });
    await telegramConnector.acknowledge?.([event('7:1'), event('tap:cq1')], context());
    expect(telegram.answered).toEqual(['cq1']);
    expect(telegram.requests).toHaveLength(1);
  });
});

describe('what is planned for it', () => {
  it('no payload is over 64 bytes, whatever the ids', () => {
    const choices = [
      { id: 'é'.repeat(40), title: 'Long' },
      { id: 'x'.repeat(64), title: 'Just fits' },
      { id: '1', title: 'One' },
    ];
    const planned = plan({ type: 'BUTTON', text: 'Which?', choices });
    const ids =
      'parts' in planned && planned.parts[0]?.type === 'BUTTON'
        ? planned.parts[0].choices.map(({ id }) => id)
        : [];
    expect(ids).toEqual(['#1', 'x'.repeat(64), '1']);
  });
  it.each([
    ['a text over its limit', { type: 'PLAIN', text: 'a '.repeat(3000) }, ['PLAIN', 'PLAIN']],
    ['sound of another type', { type: 'AUDIO', mediaId: 'm', mimeType: 'audio/wav' }, ['PLAIN']],
    ['any document', { type: 'FILE', mediaId: 'm', mimeType: 'text/csv', size: 1 }, ['FILE']],
    [
      'a photo over its limit',
      { type: 'IMAGE', mediaId: 'm', mimeType: 'image/png', size: 5_000_001 },
      ['PLAIN'],
    ],
  ] as [string, MessageBody, string[]][])('%s becomes %j', (_name, body, types) => {
    const planned = plan(body);
    expect('parts' in planned && planned.parts.map(({ type }) => type)).toEqual(types);
  });
});
