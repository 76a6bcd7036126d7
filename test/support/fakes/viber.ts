import { createHmac } from 'node:crypto';
import { Hono } from 'hono';
import { type FakeEnv, type FakeServer, type News, play, Script, serveFake } from './behaviour';

type Json = Readonly<Record<string, unknown>>;
export interface FakeViberMessage {
  /** Digits: more than a double holds. */
  readonly token: string;
  readonly receiver: string;
  readonly body: Json;
}
export interface FakeViber extends FakeServer {
  /** Webhook of the channel; `set_webhook` replaces it. */
  hookUrl: string;
  readonly script: Script;
  readonly requests: readonly Json[];
  readonly messages: readonly FakeViberMessage[];
  /** How often the customer got this text. */
  deliveries(text: string): number;
  /** A callback, signed. `raw`: the JSON as it goes over the wire, since tokens are no doubles. */
  post(raw: string): Promise<Response>;
  /** `delivered`, `seen` or `failed`. */
  report(message: FakeViberMessage, event: string): Promise<Response>;
}

/** The first token; the next ones differ only in digits that a double does not hold. */
const FIRST_TOKEN = 4_900_000_000_000_000_001n;

/** As much of the bot API as the connector uses. */
export async function startFakeViber({
  authToken,
}: {
  readonly authToken: string;
}): Promise<FakeViber> {
  const script = new Script();
  const requests: Json[] = [];
  const messages: FakeViberMessage[] = [];
  const app = new Hono<FakeEnv>();
  const viber = { script, requests, messages, hookUrl: '' };
  let next = FIRST_TOKEN;

  app.use(async (c, following) => {
    if (c.req.header('x-viber-auth-token') === authToken) return following();
    return c.json({ status: 2, status_message: 'invalidAuthToken' });
  });

  app.post('/pa/set_webhook', async (c) => {
    const { url } = await c.req.json<{ url: string }>();
    const tried = await post(`{"event":"webhook","timestamp":1,"message_token":${next}}`, url);
    if (tried.status !== 200) return c.json({ status: 1, status_message: 'invalidUrl' });
    viber.hookUrl = url;
    return c.json({ status: 0, status_message: 'ok', event_types: ['delivered', 'seen'] });
  });

  app.post('/pa/send_message', async (c) => {
    const body = await c.req.json<Json>();
    requests.push(body);
    const message = { token: String(next), receiver: String(body['receiver']), body };
    next += 1n;
    return play(c, script.take(), {
      take: () => void messages.push(message),
      tell: ({ state }: News) => report(message, state),
      accepted: () =>
        c.body(`{"status":0,"status_message":"ok","message_token":${message.token}}`, 200, {
          'content-type': 'application/json',
        }),
    });
  });

  function post(raw: string, url = viber.hookUrl): Promise<Response> {
    const signature = createHmac('sha256', authToken).update(raw).digest('hex');
    return fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-viber-content-signature': signature },
      body: raw,
    });
  }

  function report({ token, receiver }: FakeViberMessage, event: string): Promise<Response> {
    const rest = event === 'failed' ? ',"desc":"failure"' : '';
    return post(
      `{"event":"${event}","timestamp":${Date.now()},"message_token":${token},"user_id":"${receiver}"${rest}}`,
    );
  }

  const server = await serveFake(app);
  return Object.assign(viber, server, {
    deliveries: (text: string) => messages.filter(({ body }) => body['text'] === text).length,
    post: (raw: string) => post(raw),
    report,
  });
}
