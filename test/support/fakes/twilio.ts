import { Hono } from 'hono';
import { getExpectedTwilioSignature } from 'twilio';
import { type FakeEnv, type FakeServer, type News, play, Script, serveFake } from './behaviour';

export interface FakeTwilioMessage {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
  readonly direction: 'outbound-api' | 'inbound';
  readonly date_created: string;
  /** Our part id, as `mid` of the callback's address. */
  readonly partId: string | null;
  status: string;
}
export interface FakeTwilio extends FakeServer {
  /** Webhook of the channel, for incoming messages. */
  hookUrl: string;
  readonly script: Script;
  /** What look-ups do. */
  readonly lookups: Script;
  /** Requests to send, taken or not, by part id. */
  readonly requests: readonly { readonly partId: string | null; readonly form: URLSearchParams }[];
  readonly messages: FakeTwilioMessage[];
  deliveries(partId: string): number;
  /** A customer writes. */
  receive(
    message: Readonly<Record<string, string>> & { readonly From: string; readonly To: string },
  ): Promise<Response>;
  /** A status callback, signed. */
  report(message: FakeTwilioMessage, status: string, code?: string): Promise<Response | null>;
}

/** As much of Twilio as the connector uses, signing by Twilio's own library. */
export async function startFakeTwilio({
  accountSid,
  authToken,
}: {
  readonly accountSid: string;
  readonly authToken: string;
}): Promise<FakeTwilio> {
  const script = new Script();
  const lookups = new Script();
  const requests: FakeTwilio['requests'][number][] = [];
  const messages: FakeTwilioMessage[] = [];
  const callbacks = new Map<string, string>();
  const app = new Hono<FakeEnv>();
  const twilio = { script, lookups, requests, messages, hookUrl: '' };
  const path = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
  let created = 0;

  app.use(async (c, next) => {
    const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
    if (c.req.header('authorization') === expected) return next();
    return c.json({ code: 20003, message: 'Authenticate', status: 401 }, 401);
  });

  app.post(path, async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const callback = form.get('StatusCallback') ?? '';
    const partId = URL.canParse(callback) ? new URL(callback).searchParams.get('mid') : null;
    requests.push({ partId, form });
    created += 1;
    const message: FakeTwilioMessage = {
      sid: `SM${String(created).padStart(32, '0')}`,
      to: form.get('To') ?? '',
      from: form.get('From') ?? form.get('MessagingServiceSid') ?? '',
      body: form.get('Body') ?? '',
      mediaUrls: form.getAll('MediaUrl'),
      direction: 'outbound-api',
      date_created: new Date().toUTCString(),
      partId,
      status: 'queued',
    };
    return play(c, script.take(), {
      take: () => {
        messages.unshift(message);
        callbacks.set(message.sid, callback);
      },
      tell: ({ state, code }: News) => report(message, state, code),
      accepted: (state = 'queued') =>
        c.json({ sid: message.sid, status: state, error_code: null }, 201),
    });
  });

  app.get(path, (c) =>
    play(c, lookups.take(), {
      take: () => undefined,
      tell: async () => undefined,
      accepted: () => {
        const { To, From } = c.req.query();
        const found = messages.filter(
          ({ to, from }) => (!To || to === To) && (!From || from === From),
        );
        const shown = found.map(
          ({ sid, to, from, body, direction, date_created, status, mediaUrls }) => ({
            sid,
            to,
            from,
            body,
            direction,
            date_created,
            status,
            num_media: String(mediaUrls.length),
          }),
        );
        return c.json({ messages: shown, next_page_uri: null });
      },
    }),
  );

  async function report(
    message: FakeTwilioMessage,
    status: string,
    code?: string,
  ): Promise<Response | null> {
    message.status = status;
    const callback = callbacks.get(message.sid);
    if (!callback) return null;
    return postForm(callback, {
      MessageSid: message.sid,
      MessageStatus: status,
      AccountSid: accountSid,
      From: message.from,
      To: message.to,
      ...(code && { ErrorCode: code }),
    });
  }

  async function receive(message: Readonly<Record<string, string>>): Promise<Response> {
    created += 1;
    const sid = message['MessageSid'] ?? `SM${String(created).padStart(32, 'a')}`;
    return postForm(twilio.hookUrl, {
      AccountSid: accountSid,
      NumMedia: '0',
      ...message,
      MessageSid: sid,
    });
  }

  function postForm(url: string, params: Record<string, string>): Promise<Response> {
    return fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': getExpectedTwilioSignature(authToken, url, params),
      },
      body: new URLSearchParams(params).toString(),
    });
  }

  const server = await serveFake(app);
  return Object.assign(twilio, server, {
    deliveries: (partId: string) => messages.filter((message) => message.partId === partId).length,
    receive,
    report,
  });
}
