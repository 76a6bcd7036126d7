import { Hono } from 'hono';
import { type FakeEnv, type FakeServer, play, Script, serveFake } from './behaviour';

type Json = Readonly<Record<string, unknown>>;
export interface FakeTelegramMessage {
  readonly method: string;
  readonly params: Json;
  readonly messageId: number;
}
export interface FakeTelegram extends FakeServer {
  /** Webhook of the channel, for updates. */
  hookUrl: string;
  readonly script: Script;
  /** Every call, taken or not. */
  readonly requests: readonly { readonly method: string; readonly params: Json }[];
  /** What reached the customer. */
  readonly messages: readonly FakeTelegramMessage[];
  /** Chats that were shown that somebody writes, and callback queries that were answered. */
  readonly typing: readonly string[];
  readonly answered: readonly string[];
  /** How often the customer got this text. */
  deliveries(text: string): number;
  /** An update, with the secret. */
  update(update: Json): Promise<Response>;
}

/** As much of the Bot API as the connector uses. It knows no part ids: a delivery is known by what it says. */
export async function startFakeTelegram({
  botToken,
  secretToken,
}: {
  readonly botToken: string;
  readonly secretToken: string;
}): Promise<FakeTelegram> {
  const script = new Script();
  const requests: { method: string; params: Json }[] = [];
  const messages: FakeTelegramMessage[] = [];
  const typing: string[] = [];
  const answered: string[] = [];
  const app = new Hono<FakeEnv>();
  const telegram = { script, requests, messages, typing, answered, hookUrl: '' };
  let last = 0;

  app.get('/file/:bot/:folder/:name', (c) => {
    const { bot, folder, name } = c.req.param();
    if (bot !== `bot${botToken}`) return c.text('', 404);
    return c.body(`bytes of ${folder}/${name}`);
  });

  app.post('/:bot/:method', async (c) => {
    const { bot, method } = c.req.param();
    if (bot !== `bot${botToken}`) return c.json(refusal(401, 'Unauthorized'), 401);
    const isForm = c.req.header('content-type')?.startsWith('multipart/form-data');
    const params: Json = isForm ? await c.req.parseBody() : await c.req.json();
    requests.push({ method, params });
    last += 1;
    const messageId = last;
    const isMessage = /^send(?!ChatAction)/.test(method);
    return play(c, script.take(), {
      take: () => {
        if (isMessage) messages.push({ method, params, messageId });
        if (method === 'sendChatAction') typing.push(String(params['chat_id']));
        if (method === 'answerCallbackQuery') answered.push(String(params['callback_query_id']));
      },
      tell: async () => undefined,
      accepted: () => {
        const sent = { message_id: messageId, chat: { id: Number(params['chat_id']) } };
        const found = { file_path: `photos/${params['file_id']} 0.jpg` };
        return c.json({ ok: true, result: isMessage ? sent : method === 'getFile' ? found : true });
      },
    });
  });

  const server = await serveFake(app);
  return Object.assign(telegram, server, {
    deliveries: (text: string) =>
      messages.filter(({ params }) => params['text'] === text || params['caption'] === text).length,
    update: (update: Json) =>
      fetch(telegram.hookUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-telegram-bot-api-secret-token': secretToken,
        },
        body: JSON.stringify(update),
      }),
  });
}

/** What Telegram answers to a call that it refuses. */
export function refusal(code: number, description: string, parameters?: Json): Json {
  return { ok: false, error_code: code, description, ...(parameters && { parameters }) };
}
