import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpBindings, serve } from '@hono/node-server';
import type { Context, Hono } from 'hono';

/** What a fake provider does with one request to send. `taken`: the message is delivered although the sender may not learn of it. */
export type Behaviour =
  | {
      readonly type: 'accept';
      readonly afterMs?: number;
      /** Its answer waits for this. */
      readonly until?: Promise<unknown>;
      readonly state?: string;
      readonly news?: readonly News[];
    }
  | {
      readonly type: 'answer';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly taken?: boolean;
    }
  /** The answer never comes. */
  | { readonly type: 'hang'; readonly taken: boolean; readonly news?: readonly News[] }
  /** The connection is cut instead of an answer. */
  | { readonly type: 'reset'; readonly taken: boolean; readonly news?: readonly News[] };

/** A callback about a message. `early`: before the answer; else that many ms after it. */
export interface News {
  readonly state: string;
  readonly when: 'early' | number;
  /** @default 1 */
  readonly times?: number;
  readonly code?: string;
}

export type FakeEnv = { Bindings: HttpBindings };

/** Takes behaviours one by one for the requests that follow, then the usual one for ever. */
export class Script {
  readonly #queue: Behaviour[] = [];
  usual: Behaviour = { type: 'accept' };
  next(...behaviours: Behaviour[]): void {
    this.#queue.push(...behaviours);
  }
  take(): Behaviour {
    return this.#queue.shift() ?? this.usual;
  }
}

/** Plays a behaviour: takes the message when it says so, sends the news, answers. */
export async function play(
  c: Context<FakeEnv>,
  behaviour: Behaviour,
  message: {
    readonly take: () => void;
    readonly tell: (news: News) => Promise<unknown>;
    readonly accepted: (state: string | undefined) => Response;
  },
): Promise<Response> {
  if (behaviour.type === 'accept' || behaviour.taken) message.take();
  const news = 'news' in behaviour ? (behaviour.news ?? []) : [];
  for (const early of news.filter(({ when }) => when === 'early'))
    await tellAll(early, message.tell);
  for (const late of news)
    if (late.when !== 'early')
      setTimeout(() => void tellAll(late, message.tell).catch(() => undefined), late.when);
  switch (behaviour.type) {
    case 'accept':
      if (behaviour.afterMs) await sleep(behaviour.afterMs);
      await behaviour.until;
      return message.accepted(behaviour.state);
    case 'answer':
      return answerOf(behaviour);
    case 'hang':
      await new Promise((resolve) => c.env.incoming.socket.once('close', resolve));
      return new Response(null, { status: 500 });
    case 'reset':
      c.env.incoming.socket.resetAndDestroy();
      return new Response(null, { status: 500 });
  }
}

async function tellAll(
  { times = 1, ...news }: News,
  tell: (news: News) => Promise<unknown>,
): Promise<void> {
  for (let n = 0; n < times; n += 1) await tell(news);
}

function answerOf({ status, body, headers }: Extract<Behaviour, { type: 'answer' }>): Response {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  const type = typeof body === 'string' ? 'text/html' : 'application/json';
  return new Response(text, { status, headers: { 'content-type': type, ...headers } });
}

export interface FakeServer {
  /** Without a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves on a free port of the loopback; closing cuts every connection. */
export async function serveFake(app: Hono<FakeEnv>): Promise<FakeServer> {
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () =>
      resolve(started),
    );
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
