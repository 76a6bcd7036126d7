import { createHmac } from 'node:crypto';
import { Hono } from 'hono';
import { type FakeEnv, type FakeServer, play, Script, serveFake } from './behaviour';

type Json = Readonly<Record<string, unknown>>;
export interface FakeLine extends FakeServer {
  /** Webhook of the channel. */
  hookUrl: string;
  readonly script: Script;
  readonly requests: readonly { readonly key: string | null; readonly body: Json }[];
  /** What reached the customer, with the retry key that it came under. */
  readonly messages: readonly { readonly key: string; readonly body: Json }[];
  /** Statuses of the next requests for content; then it is there. */
  readonly contents: number[];
  /** How often the customer got this text. */
  deliveries(text: string): number;
  /** Posts events, signed. */
  post(events: readonly Json[]): Promise<Response>;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** As much of the Messaging API as the connector uses. A retry key that was taken is answered 409, and delivers nothing more. */
export async function startFakeLine({
  channelSecret,
  channelAccessToken,
}: {
  readonly channelSecret: string;
  readonly channelAccessToken: string;
}): Promise<FakeLine> {
  const script = new Script();
  const requests: { key: string | null; body: Json }[] = [];
  const messages: { key: string; body: Json }[] = [];
  const accepted = new Map<string, string>();
  const app = new Hono<FakeEnv>();
  const contents: number[] = [];
  const line = { script, requests, messages, contents, hookUrl: '' };

  app.post('/v2/bot/message/push', async (c) => {
    if (c.req.header('authorization') !== `Bearer ${channelAccessToken}`)
      return c.json({ message: 'Authentication failed.' }, 401);
    const key = c.req.header('x-line-retry-key') ?? null;
    const body = await c.req.json<Json>();
    requests.push({ key, body });
    if (!key || !UUID.test(key)) return c.json({ message: 'The retry key is invalid.' }, 400);
    const sent = (id: string) => [{ id, quoteToken: 'q' }];
    const known = accepted.get(key);
    if (known)
      return c.json(
        { message: 'The retry key is already accepted', sentMessages: sent(known) },
        409,
      );
    const id = `46123096684206${String(accepted.size).padStart(4, '0')}`;
    return play(c, script.take(), {
      take: () => {
        accepted.set(key, id);
        messages.push({ key, body });
      },
      tell: async () => undefined,
      accepted: () => c.json({ sentMessages: sent(id) }),
    });
  });

  app.get('/v2/bot/message/:id/content', (c) => {
    if (c.req.header('authorization') !== `Bearer ${channelAccessToken}`) return c.text('', 401);
    const status = contents.shift();
    if (status !== undefined) return c.body(null, status as 202);
    return c.body(`bytes of ${c.req.param('id')}`, 200, { 'content-type': 'image/jpeg' });
  });

  const server = await serveFake(app);
  return Object.assign(line, server, {
    deliveries: (text: string) =>
      messages.filter(({ body }) => JSON.stringify(body['messages']).includes(JSON.stringify(text)))
        .length,
    post: (events: readonly Json[]) => {
      const raw = JSON.stringify({ destination: 'U0', events });
      const signature = createHmac('sha256', channelSecret).update(raw).digest('base64');
      return fetch(line.hookUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-line-signature': signature },
        body: raw,
      });
    },
  });
}
