import { createHash, createHmac } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { type FakeEnv, type FakeServer, type News, play, Script, serveFake } from './behaviour';

export interface FakeGraphCall {
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the connector sent, for tests to look into
  readonly body: any;
}
export interface FakeGraphMessage extends FakeGraphCall {
  readonly id: string;
  /** Our part id: `biz_opaque_callback_data` or `metadata`. */
  readonly partId: string | null;
}
export interface FakeGraph extends FakeServer {
  /** Webhook of the channel. */
  hookUrl: string;
  readonly script: Script;
  /** Every request to `…/messages` with good credentials, taken or not: messages, typing signs, read receipts. */
  readonly requests: readonly FakeGraphCall[];
  readonly messages: readonly FakeGraphMessage[];
  readonly uploads: readonly {
    readonly id: string;
    readonly path: string;
    readonly form: FormData;
    readonly file: File;
  }[];
  /** What uploads do. */
  readonly uploadScript: Script;
  /** Media by id; `gone` answers that many requests for the bytes with 404 first. */
  readonly media: Map<string, { readonly bytes: string; readonly mimeType: string; gone?: number }>;
  deliveries(partId: string): number;
  /** A webhook request, signed as Meta signs: over the body with everything above `~` escaped. */
  hook(body: unknown): Promise<Response>;
  /** A status of a message (WhatsApp), or its echo (Messenger). */
  report(message: FakeGraphMessage, status: string, code?: string): Promise<Response>;
}

/** As much of Meta's Graph API as the connectors use, and of 360dialog, which speaks the same below other paths. */
export async function startFakeGraph({
  accessToken,
  appSecret,
  apiKey,
}: {
  readonly accessToken: string;
  readonly appSecret: string;
  /** 360dialog's. */
  readonly apiKey?: string;
}): Promise<FakeGraph> {
  const script = new Script();
  const requests: FakeGraphCall[] = [];
  const messages: FakeGraphMessage[] = [];
  const uploads: FakeGraph['uploads'][number][] = [];
  const uploadScript = new Script();
  const media: FakeGraph['media'] = new Map();
  const graph = { script, requests, messages, uploads, uploadScript, media, hookUrl: '' };
  const app = new Hono<FakeEnv>();
  let created = 0;

  app.use(async (c, next) => {
    if (c.req.header('authorization') === `Bearer ${accessToken}`) return next();
    if (apiKey !== undefined) {
      if (c.req.header('d360-api-key') === apiKey) return next();
      return c.text('Invalid api_key', 401);
    }
    const error = { message: 'Invalid OAuth access token', type: 'OAuthException', code: 190 };
    return c.json({ error }, 401);
  });

  app.post('*', async (c) => {
    if (c.req.path.endsWith('/media')) return upload(c);
    if (!c.req.path.endsWith('/messages')) return c.notFound();
    const body = await c.req.json();
    const { path } = c.req;
    requests.push({ path, body });
    const acting = body.status === 'read' || body.sender_action !== undefined;
    created += 1;
    const whatsapp = body.messaging_product === 'whatsapp';
    const message: FakeGraphMessage = {
      id: whatsapp ? `wamid.OUT${created}` : `m_out${created}`,
      path,
      body,
      partId: body.biz_opaque_callback_data ?? body.message?.metadata ?? null,
    };
    return play(c, script.take(), {
      take: () => void (acting || messages.push(message)),
      tell: ({ state, code }: News) => report(message, state, code),
      accepted: () => {
        if (acting)
          return c.json(whatsapp ? { success: true } : { recipient_id: body.recipient.id });
        if (!whatsapp) return c.json({ recipient_id: body.recipient.id, message_id: message.id });
        return c.json({
          messaging_product: 'whatsapp',
          contacts: [{ input: body.to, wa_id: body.to }],
          messages: [{ id: message.id, message_status: 'accepted' }],
        });
      },
    });
  });

  async function upload(c: Context<FakeEnv>): Promise<Response> {
    const form = await c.req.formData();
    const file = form.get('file');
    const id = `UP${uploads.length + 1}`;
    return play(c, uploadScript.take(), {
      take: () => {
        if (file instanceof File) uploads.push({ id, path: c.req.path, form, file });
      },
      tell: async () => undefined,
      accepted: () => c.json({ id }),
    });
  }

  app.get('/files/:id', (c) => {
    const found = media.get(c.req.param('id'));
    if (!found || (found.gone ?? 0) > 0) {
      if (found) found.gone = (found.gone ?? 0) - 1;
      return c.text('expired', 404);
    }
    return c.body(found.bytes, 200, { 'content-type': found.mimeType });
  });

  const address = (c: { req: { url: string } }, id: string) =>
    // 360dialog passes Meta's own address on, whose host it does not speak for.
    apiKey === undefined
      ? new URL(`/files/${id}`, c.req.url).href
      : `https://lookaside.example/files/${id}`;
  app.get('*', (c) => {
    const id = c.req.path.split('/').at(-1) ?? '';
    const found = media.get(id);
    if (!found) return c.json({ error: { message: 'no such medium', code: 100 } }, 400);
    const sha256 = createHash('sha256').update(found.bytes).digest('base64');
    return c.json({ url: address(c, id), mime_type: found.mimeType, sha256, id });
  });

  async function report(
    { id, partId, body }: FakeGraphMessage,
    status: string,
    code?: string,
  ): Promise<Response> {
    const seconds = String(Math.floor(Date.now() / 1000));
    if (body.messaging_product !== 'whatsapp') {
      const page = 'PAGE1';
      const echo = { mid: id, is_echo: true, text: body.message?.text, metadata: partId };
      const sides = { sender: { id: page }, recipient: body.recipient };
      const messaging = [{ ...sides, timestamp: Date.now(), message: echo }];
      return hook({ object: 'page', entry: [{ id: page, time: Date.now(), messaging }] });
    }
    const errors = code ? { errors: [{ code: Number(code), title: 'failed' }] } : {};
    const news = {
      id,
      status,
      timestamp: seconds,
      recipient_id: body.to,
      biz_opaque_callback_data: partId,
      ...errors,
    };
    const metadata = { display_phone_number: '15550001111', phone_number_id: 'PN1' };
    const value = { messaging_product: 'whatsapp', metadata, statuses: [news] };
    return hook({
      object: 'whatsapp_business_account',
      entry: [{ id: 'W1', changes: [{ field: 'messages', value }] }],
    });
  }

  function hook(body: unknown): Promise<Response> {
    const text = JSON.stringify(body);
    return fetch(graph.hookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signedByMeta(text, appSecret) },
      body: text,
    });
  }

  const server = await serveFake(app);
  return Object.assign(graph, server, {
    deliveries: (partId: string) => messages.filter((message) => message.partId === partId).length,
    hook,
    report,
  });
}

/** The header of a body, in the way of Meta: signed with what is not ASCII escaped. */
export function signedByMeta(body: string, appSecret: string): { 'x-hub-signature-256': string } {
  const escaped = [...Array(body.length).keys()]
    .map((at) => body.charCodeAt(at))
    .map((unit) =>
      unit > 0x7e ? `\\u${unit.toString(16).padStart(4, '0')}` : String.fromCharCode(unit),
    )
    .join('');
  const hex = createHmac('sha256', appSecret).update(escaped).digest('hex');
  return { 'x-hub-signature-256': `sha256=${hex}` };
}
