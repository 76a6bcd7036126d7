import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As strict as a page can be: own scripts only, no inline anything, no styles but constructed ones, no HTML from strings. */
const STRICT_POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'none'; img-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** A red dot, PNG. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';

export interface FakeEntry {
  readonly type: string;
  readonly actor?: { readonly type: string; readonly id: string; readonly name: string | null };
  readonly body?: unknown;
  readonly data?: unknown;
  readonly reactions?: unknown;
  readonly media?: unknown;
  readonly id?: string;
  readonly at?: string;
  readonly providerMessageId?: string;
}

/** A webchat API in memory, for the widget's tests: one visitor, one conversation, and faults on demand. */
export interface WebchatServer {
  readonly origin: string;
  /** Serves this page at `/`. */
  page(html: string): void;
  settings: Record<string, unknown>;
  /** Adds an entry to the conversation and streams it. */
  say(entry: FakeEntry): void;
  /** An event without an id, such as `typing`. */
  hint(event: string, data: unknown): void;
  /** Streams get no answer from now on, until what it returns is called. */
  holdStreams(): () => void;
  /** Cuts all streams, as a restarted server does. */
  cut(): void;
  /** Answers that take the place of the next ones, by `METHOD path`: a status, or `lost` for an answer that never arrives. */
  readonly faults: { readonly on: string; readonly status: number | 'lost' }[];
  /** Every request but page and scripts, in order. */
  readonly requests: {
    readonly on: string;
    readonly url: string;
    readonly body: unknown;
    readonly token: string | null;
  }[];
  /** Distinct messages that were taken, by `clientMessageId`. */
  readonly taken: ReadonlyMap<string, unknown>;
  close(): Promise<void>;
}

export async function startWebchatServer(widget: string): Promise<WebchatServer> {
  const entries: Record<string, unknown>[] = [];
  const streams = new Set<ServerResponse>();
  const taken = new Map<string, unknown>();
  const faults: WebchatServer['faults'] = [];
  const requests: WebchatServer['requests'] = [];
  let html = '';
  let sessions = 0;
  let held: Promise<void> | null = null;
  const fake = {
    settings: { channelId: 'web', title: 'Harbour Lane', preChatFields: [] } as Record<
      string,
      unknown
    >,
  };

  function say(entry: FakeEntry): void {
    const seq = entries.length + 1;
    const whole = {
      conversationId: 'cnv_1',
      seq,
      id: entry.id ?? `evt_${seq}`,
      at: new Date().toISOString(),
      actor: { type: 'BOT', id: 'greeter', name: 'Nell' },
      delivery: null,
      ...entry,
    };
    entries.push(whole);
    for (const stream of streams) stream.write(`id: ${seq}\ndata: ${JSON.stringify(whole)}\n\n`);
  }

  const routes: Record<
    string,
    (request: IncomingMessage, answer: ServerResponse, body: never) => unknown
  > = {
    'GET /webchat/web/settings': () => fake.settings,
    'POST /webchat/web/sessions': () => {
      sessions += 1;
      say({ type: 'CHANNEL_SESSION_STARTED' });
      return {
        token: `token-${sessions}`,
        customerId: 'cus_1',
        channelSessionIdentifier: 'visitor-1',
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      };
    },
    'POST /webchat/messages': (
      _request,
      _answer,
      body: { clientMessageId: string; body: unknown },
    ) => {
      const id = `msg_${body.clientMessageId}`;
      if (!taken.has(body.clientMessageId)) {
        taken.set(body.clientMessageId, body.body);
        const actor = { type: 'CUSTOMER', id: 'cus_1', name: null };
        setTimeout(
          () =>
            say({
              type: 'CUSTOMER_MESSAGE',
              id,
              actor,
              body: body.body,
              providerMessageId: body.clientMessageId,
            }),
          20,
        );
      }
      return { messageId: id };
    },
    'GET /webchat/messages': (request) => {
      const { searchParams } = new URL(request.url ?? '', 'http://localhost');
      return {
        items: entries.slice(Number(searchParams.get('after') ?? 0)),
        nextCursor: null,
        cursor: String(entries.length),
      };
    },
    'GET /webchat/events': async (request, answer) => {
      await held;
      const { searchParams } = new URL(request.url ?? '', 'http://localhost');
      answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      answer.write(': connected\n\n');
      for (const entry of entries.slice(Number(searchParams.get('after') ?? 0)))
        answer.write(`id: ${entry['seq']}\ndata: ${JSON.stringify(entry)}\n\n`);
      streams.add(answer);
      answer.on('close', () => streams.delete(answer));
    },
    'POST /webchat/media': () => ({ mediaId: 'med_1', mimeType: 'image/png' }),
    'GET /webchat/media/med_1': (_request, answer) => {
      answer.writeHead(200, { 'content-type': 'image/png' });
      answer.end(Buffer.from(PIXEL, 'base64'));
    },
    'POST /webchat/typing': () => ({}),
    'POST /webchat/read': () => ({}),
    'DELETE /webchat/session': () => {
      setTimeout(() => say({ type: 'CHANNEL_SESSION_ENDED', data: { reason: 'CUSTOMER' } }), 20);
      return {};
    },
  };

  async function serve(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const reply = (status: number, type: string, content: string) => {
      answer.writeHead(status, { 'content-type': type });
      answer.end(content);
    };
    const problem = (status: number) =>
      reply(status, 'application/problem+json', JSON.stringify({ status, code: 'FAULT' }));
    if (pathname === '/') {
      answer.setHeader('content-security-policy', STRICT_POLICY);
      return reply(200, 'text/html; charset=utf-8', html);
    }
    if (pathname === '/widget.js') return reply(200, 'text/javascript; charset=utf-8', widget);
    const on = `${request.method} ${pathname}`;
    const body = await read(request);
    const token = request.headers.authorization?.replace('Bearer ', '') ?? null;
    requests.push({ on, url: request.url ?? '', body, token });
    const fault = faults.find((candidate) => candidate.on === on);
    if (fault) faults.splice(faults.indexOf(fault), 1);
    if (fault?.status === 'lost') {
      request.socket.destroy();
      return;
    }
    const handle = routes[on];
    if (fault || !handle) return problem(fault ? fault.status : 404);
    const value = await handle(request, answer, body as never);
    if (value !== undefined)
      reply(request.method === 'POST' ? 202 : 200, 'application/json', JSON.stringify(value));
  }

  const server: Server = createServer((request, answer) => {
    serve(request, answer).catch(() => answer.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    page: (text) => {
      html = text;
    },
    get settings() {
      return fake.settings;
    },
    set settings(value) {
      fake.settings = value;
    },
    say,
    hint: (event, data) => {
      for (const stream of streams)
        stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    holdStreams: () => {
      let release = () => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        held = null;
        release();
      };
    },
    cut: () => {
      for (const stream of streams) stream.destroy();
    },
    faults,
    requests,
    taken,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function read(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  if (request.headers['content-type'] !== 'application/json') return text || null;
  return JSON.parse(text);
}
