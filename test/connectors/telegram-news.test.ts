import type { OutboundEdit } from '../../connectors/connector';
import { telegramConnector } from '../../connectors/telegram';
import { formatted } from '../../connectors/telegram/formatted';
import type { MessageBody } from '../../domain/message/schema';
import { type FakeTelegram, refusal, startFakeTelegram } from '../support/fakes/telegram';
import { providerStage } from '../support/provider-stage';

const config = { botToken: '1:A', secretToken: 'secret' };
let telegram: FakeTelegram;
beforeAll(async () => {
  telegram = await startFakeTelegram(config);
});
afterAll(() => telegram.close());
const { context, send } = providerStage(
  telegramConnector,
  () => ({ ...config, baseUrl: telegram.url }),
  { to: '7', channelType: 'TELEGRAM' },
);
const called = () => telegram.requests.at(-1);
const about = { to: '7', from: 'bot', channelType: 'TELEGRAM', target: '7:130' } as const;
const place = { chat_id: '7', message_id: 130 };

describe('Markdown', () => {
  const bold = (offset: number, length: number) => ({ type: 'bold', offset, length });
  it.each([
    ['a **b** c', 'a b c', [bold(2, 1)]],
    ['**😀 x** y', '😀 x y', [bold(0, 4)]],
    [
      '_i_ and *i*',
      'i and i',
      [
        { type: 'italic', offset: 0, length: 1 },
        { type: 'italic', offset: 6, length: 1 },
      ],
    ],
    ['`a*b*`', 'a*b*', [{ type: 'code', offset: 0, length: 4 }]],
    [
      '[here](https://a.test/?x=1&y=2)',
      'here',
      [{ type: 'text_link', offset: 0, length: 4, url: 'https://a.test/?x=1&y=2' }],
    ],
    ['[x](javascript:alert(1))', '[x](javascript:alert(1))', []],
    ['# Title\n- one\n- **two**', 'Title\n• one\n• two', [bold(0, 5), bold(14, 3)]],
    ['<b>1 < 2</b> & snake_case 2*3*4 ** _', '<b>1 < 2</b> & snake_case 2*3*4 ** _', []],
    ['[**', '[**', []],
  ])('%j', (markdown, text, entities) => {
    expect(formatted(markdown)).toEqual({ text, entities });
  });
  it('what stands out is what was meant, wherever it is', () => {
    const { text, entities } = formatted('š **mid** 😀 `code` [l](https://a.test)\nend _it_');
    expect(entities.map(({ offset, length }) => text.slice(offset, offset + length))).toEqual([
      'mid',
      'code',
      'l',
      'it',
    ]);
  });
  it('names no more than Telegram takes', () => {
    expect(formatted('**a** '.repeat(150)).entities).toHaveLength(100);
  });
  it('goes out as entities; a plain text as it is', async () => {
    await send({ body: { type: 'PLAIN', format: 'MARKDOWN', text: '**b** <i>' } });
    expect(called()?.params).toMatchObject({ text: 'b <i>', entities: [bold(0, 1)] });
    expect(called()?.params).not.toHaveProperty('parse_mode');
    await send({ body: { type: 'PLAIN', text: '**b**' } });
    expect(called()?.params).toEqual({ chat_id: '7', text: '**b**' });
  });
});

describe('a reaction', () => {
  it.each([
    ['👍', [{ type: 'emoji', emoji: '👍' }]],
    ['', []],
  ])('%j', async (emoji, reaction) => {
    await telegramConnector.react?.({ ...about, target: '7:130:1', emoji }, context());
    expect(called()).toEqual({ method: 'setMessageReaction', params: { ...place, reaction } });
  });
  it('that Telegram does not have is refused', async () => {
    telegram.script.next({
      type: 'answer',
      status: 400,
      body: refusal(400, 'Bad Request: REACTION_INVALID'),
    });
    await expect(
      telegramConnector.react?.({ ...about, emoji: '🧮' }, context()),
    ).rejects.toMatchObject({ type: 'Rejected' });
  });
});

describe('an edit', () => {
  const image = { type: 'IMAGE', mediaId: 'm1', caption: 'old' } as const;
  it.each([
    [
      { type: 'PLAIN', text: '**new**', format: 'MARKDOWN' },
      { type: 'PLAIN', text: 'old' },
      'editMessageText',
      { text: 'new', entities: [{ type: 'bold', offset: 0, length: 3 }] },
    ],
    [
      { type: 'BUTTON', text: 'Ok?', choices: [{ id: 'y', title: 'Yes' }] },
      null,
      'editMessageText',
      { text: 'Ok?', reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] } },
    ],
    [{ ...image, caption: 'new' }, image, 'editMessageCaption', { caption: 'new' }],
    [{ type: 'IMAGE', mediaId: 'm1' }, image, 'editMessageCaption', { caption: '' }],
    [{ type: 'PLAIN', text: 'new' }, image, 'editMessageCaption', { caption: 'new' }],
  ] as [MessageBody, OutboundEdit['was'], string, object][])(
    'to %j',
    async (body, was, method, fields) => {
      await telegramConnector.edit?.({ ...about, body, was }, context());
      expect(called()).toEqual({ method, params: { ...place, ...fields } });
    },
  );
  it.each([
    ['another medium', { ...image, mediaId: 'm2' }, image],
    ['a medium in the place of words', image, { type: 'PLAIN', text: 'old' }],
    ['a place', { type: 'LOCATION', latitude: 1, longitude: 2 }, null],
  ] as [string, MessageBody, OutboundEdit['was']][])(
    'cannot become %s',
    async (_name, body, was) => {
      const before = telegram.requests.length;
      await expect(
        telegramConnector.edit?.({ ...about, body, was }, context()),
      ).rejects.toMatchObject({ type: 'Rejected' });
      expect(telegram.requests).toHaveLength(before);
    },
  );
});

it('a message is taken back', async () => {
  await telegramConnector.remove?.(about, context());
  expect(called()).toEqual({ method: 'deleteMessage', params: place });
});

it.each(['', 'msg_1', 'SM1', '7:', 'x:1'])('no message is named by %j', async (target) => {
  await expect(telegramConnector.remove?.({ ...about, target }, context())).rejects.toMatchObject({
    type: 'Rejected',
  });
});
