import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { DemoError } from './client';

/** A message that Parley handed to the provider. */
export interface Sent {
  readonly to: string;
  readonly body: string;
}

/** The other side of a WhatsApp channel: Twilio's API on loopback, and Twilio's webhooks, signed as Twilio signs them. */
export interface PretendedTwilio {
  readonly baseUrl: string;
  readonly sent: readonly Sent[];
  /** The customer writes. */
  deliver(message: {
    readonly from: string;
    readonly name: string;
    readonly text: string;
  }): Promise<void>;
  /** Throws when a delivery report was refused. */
  assertReported(): Promise<void>;
  close(): Promise<void>;
}

export interface TwilioOptions {
  /** Where Parley's webhook is called. */
  readonly webhook: string;
  /** The same address as Parley gave it to Twilio: what the signature covers. */
  readonly publicWebhook: string;
  readonly number: string;
  readonly accountSid: string;
  readonly authToken: string;
  /** 0: any free one. */
  readonly port: number;
}

export async function startPretendedTwilio(options: TwilioOptions): Promise<PretendedTwilio> {
  const sent: Sent[] = [];
  const outcomes: Promise<Error | null>[] = [];

  /** `suffix` is the query of a status callback; the signature covers it. */
  async function webhook(suffix: string, params: Record<string, string>): Promise<void> {
    const body = new URLSearchParams(params).toString();
    const answer = await fetch(`${options.webhook}${suffix}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': sign(options.authToken, `${options.publicWebhook}${suffix}`, params),
      },
      body,
    });
    if (answer.ok) return;
    throw new DemoError(
      answer.status === 403
        ? `The webhook refused the signature: it is computed over ${options.publicWebhook}. Is that PARLEY_PUBLIC_URL? See --public-url.`
        : `The webhook answered ${answer.status}.`,
    );
  }

  /** Takes a message, and reports it delivered a moment later. */
  async function take(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const sid = `SM${randomBytes(16).toString('hex')}`;
    answer.setHeader('content-type', 'application/json');
    if (request.method !== 'POST') {
      answer.end(JSON.stringify({ messages: [] }));
      return;
    }
    sent.push({ to: form.get('To') ?? '', body: form.get('Body') ?? '' });
    answer.writeHead(201).end(JSON.stringify({ sid, status: 'queued', error_code: null }));
    const { search } = new URL(form.get('StatusCallback') ?? 'http://none/');
    await webhook(search, {
      MessageSid: sid,
      MessageStatus: 'delivered',
      AccountSid: options.accountSid,
      From: form.get('From') ?? '',
      To: form.get('To') ?? '',
    });
  }

  const server: Server = createServer((request, answer) => {
    const outcome = take(request, answer).then(
      () => null,
      (error: Error) => error,
    );
    outcomes.push(outcome);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new DemoError(
          `Port ${options.port} for the pretended Twilio cannot be had: ${error.message}`,
        ),
      ),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  });

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    deliver: ({ from, name, text }) =>
      webhook('', {
        MessageSid: `SM${randomBytes(16).toString('hex')}`,
        AccountSid: options.accountSid,
        From: `whatsapp:${from}`,
        To: `whatsapp:${options.number}`,
        Body: text,
        NumMedia: '0',
        ProfileName: name,
        WaId: from.slice(1),
      }),
    async assertReported() {
      const [refused] = (await Promise.all(outcomes)).filter((outcome) => outcome !== null);
      if (refused) throw refused;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** connectors.md 3.1: base64 HMAC-SHA1 over the URL and the sorted parameters. */
function sign(authToken: string, url: string, params: Record<string, string>): string {
  const text = Object.keys(params)
    .sort()
    .reduce((before, name) => before + name + params[name], url);
  return createHmac('sha1', authToken).update(text).digest('base64');
}
