import { createHmac, randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import {
  type Behaviour,
  type FakeEnv,
  type FakeServer,
  type News,
  play,
  Script,
  serveFake,
} from './behaviour';

export interface FakePartner extends FakeServer {
  /** Where messages are posted: the `sendUrl` of the connector. */
  readonly sendUrl: string;
  /** Webhook of the channel; callbacks need it. */
  hookUrl: string;
  /** `false`: a partner that breaks its promise and delivers a repeated `webhook-id` again. */
  dedupes: boolean;
  readonly script: Script;
  readonly requests: readonly {
    readonly id: string;
    /** When it came, ms. */
    readonly at: number;
    readonly body: { readonly data: Readonly<Record<string, unknown>> };
  }[];
  /** How often the customer got the part. */
  deliveries(partId: string): number;
  /** Posts a signed event to the channel; answers what the channel answered. */
  post(
    type: string,
    data: unknown,
    options?: { readonly id?: string; readonly timestamp?: number; readonly secret?: string },
  ): Promise<Response>;
}

/** A partner of the generic connector that keeps what it was sent, checks every signature and does as its script says. */
export async function startFakePartner(secrets: {
  readonly inboundSecret: string;
  readonly outboundSecret: string;
}): Promise<FakePartner> {
  const script = new Script();
  const requests: FakePartner['requests'][number][] = [];
  const delivered = new Map<string, number>();
  const app = new Hono<FakeEnv>();
  const partner = { script, requests, hookUrl: '', dedupes: true };

  app.post('/send', async (c) => {
    const raw = await c.req.text();
    const id = c.req.header('webhook-id') ?? '';
    const timestamp = c.req.header('webhook-timestamp') ?? '';
    const expected = sign(secrets.outboundSecret, id, timestamp, raw);
    if (!c.req.header('webhook-signature')?.split(' ').includes(expected))
      return c.json({ error: { message: 'bad signature' } }, 401);
    const body = JSON.parse(raw);
    requests.push({ id, at: Date.now(), body });
    const behaviour: Behaviour = script.take();
    return play(c, behaviour, {
      take: () => {
        if (partner.dedupes && delivered.has(id)) return;
        delivered.set(id, (delivered.get(id) ?? 0) + 1);
      },
      tell: ({ state, code }: News) =>
        post('message.status', { messageId: id, state, ...(code && { error: { type: code } }) }),
      accepted: (state) => c.json({ id: `ext-${id}`, ...(state && { state }) }),
    });
  });

  async function post(
    type: string,
    data: unknown,
    {
      id = randomUUID(),
      timestamp = Math.floor(Date.now() / 1000),
      secret = secrets.inboundSecret,
    }: { id?: string; timestamp?: number; secret?: string } = {},
  ): Promise<Response> {
    const raw = JSON.stringify({ type, timestamp: new Date().toISOString(), data });
    return fetch(partner.hookUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': sign(secret, id, String(timestamp), raw),
      },
      body: raw,
    });
  }

  const server = await serveFake(app);
  return Object.assign(partner, server, {
    sendUrl: `${server.url}/send`,
    deliveries: (partId: string) => delivered.get(partId) ?? 0,
    post,
  });
}

/** Standard Webhooks, by its text and not by our own code. */
export function sign(secret: string, id: string, timestamp: string, raw: string | Buffer): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(raw).digest('base64')}`;
}
