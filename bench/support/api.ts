import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { Instance } from './instance';

const PATIENCE_MS = 120_000;

export interface Caller {
  readonly token: string;
}

/** The product as its callers see it, over kept-alive connections and with as little of a client as there is: the caller costs the same machine. */
export class Api {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly admin: Caller;

  constructor(private readonly instance: Pick<Instance, 'url' | 'adminToken'>) {
    this.admin = { token: instance.adminToken };
  }

  /** @throws on any answer but 2xx, with what it said */
  async call(method: string, path: string, { token }: Caller, body?: object): Promise<unknown> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
    };
    const url = new URL(path, this.instance.url);
    const { status, text } = await exchange(url, { method, agent: this.agent, headers }, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return text ? JSON.parse(text) : {};
  }

  async tokenFor(role: string, subject: string, channelIds?: readonly string[]): Promise<Caller> {
    const minted = await this.call('POST', '/v1/tokens', this.admin, {
      role,
      subject,
      ...(channelIds && { channelIds }),
    });
    return minted as Caller;
  }

  /** A configuration object, unless an earlier measurement made it. */
  async has(
    resource: string,
    object: { readonly id: string; readonly [field: string]: unknown },
  ): Promise<void> {
    await this.call('POST', `/v1/${resource}`, this.admin, object).catch((error: unknown) => {
      if (!String(error).includes(': 409 ')) throw error;
    });
  }

  /** A customer of `channelId` writes. The provider's id begins with `prefix`, by which the message is found again. */
  async writes(
    channelId: string,
    connector: Caller,
    identifier: string,
    text: string,
    prefix = 'bench',
  ): Promise<{ readonly customerId: string; readonly messageId: string }> {
    const message = {
      providerMessageId: `${prefix}-${randomBytes(12).toString('hex')}`,
      customer: { identifier },
      body: { type: 'PLAIN', text },
    };
    const path = `/v1/channels/${channelId}/messages`;
    return (await this.call('POST', path, connector, message)) as {
      customerId: string;
      messageId: string;
    };
  }

  /** The id of a customer's open conversation, as soon as it can be read. */
  async conversationOf(customerId: string): Promise<string> {
    const path = `/v1/customers/${customerId}/conversation`;
    const read = () =>
      this.call('GET', path, this.admin).catch(() => null) as Promise<{ id: string } | null>;
    return (await until(read)).id;
  }
}

/** Looks until there is something. */
export async function until<T>(
  look: () => Promise<T | null | undefined>,
  everyMs = 20,
): Promise<T> {
  const patience = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    if (Date.now() > patience) throw new Error('what was waited for never came');
    await pause(everyMs);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** POSTs JSON over kept-alive connections to a server that has one route. */
export function postTo(url: string): (body: object) => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return async (body) => {
    const { status } = await exchange(url, { method: 'POST', agent, headers: {} }, body);
    if (status !== 202) throw new Error(`the floor answered ${status}`);
  };
}

/** GETs one address over kept-alive connections. */
export function getFrom(url: string): () => Promise<string> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return async () => (await exchange(url, { method: 'GET', agent, headers: {} })).text;
}

function exchange(
  url: string | URL,
  options: {
    readonly method: string;
    readonly agent: Agent;
    readonly headers: Readonly<Record<string, string>>;
  },
  body?: object,
): Promise<{ readonly status: number; readonly text: string }> {
  const sent = body ? JSON.stringify(body) : '';
  const headers = {
    ...options.headers,
    ...(body && { 'content-length': Buffer.byteLength(sent) }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...options, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.once('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
    });
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      // The server closed the connection while it was idle, in the moment in which it was used again: nothing was read of this.
      if (outgoing.reusedSocket && error.code === 'ECONNRESET')
        exchange(url, options, body).then(resolve, reject);
      else reject(error);
    });
    outgoing.end(sent);
  });
}
