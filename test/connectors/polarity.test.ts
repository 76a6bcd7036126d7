import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { getExpectedTwilioSignature } from 'twilio';
import { connectorOf, PROVIDERS } from '../../connectors';
import type { AnyConnector, HookChannel, RawRequest } from '../../connectors/connector';
import { signedByMeta } from '../support/fakes/graph';

const NOW = new Date();
const whsec = (seed: string) => `whsec_${createHmac('sha256', seed).digest('base64')}`;

/** How a provider signs, so that every connector goes through the same mill. */
interface Signer {
  readonly header: string;
  readonly status: 401 | 403;
  readonly channel: HookChannel;
  readonly config: (secret: string) => unknown;
  readonly secrets: readonly [string, string];
  readonly sign: (text: string, secret: string) => RawRequest;
  /** What the signature covers of a body, where that is not every byte: `%2b` is `%2B` in a form. Null: a shared secret covers nothing. */
  readonly signed?: ((raw: Buffer) => string) | null;
}

const signers: Readonly<Record<string, Signer>> = {
  http: {
    header: 'webhook-signature',
    status: 401,
    channel: { id: 'shop', channelType: 'GENERIC', serviceIdentifier: 'shop' },
    config: (secret) => ({
      sendUrl: 'https://p.test/',
      inboundSecret: secret,
      outboundSecret: whsec('out'),
    }),
    secrets: [whsec('one'), whsec('two')],
    sign: (text, secret) => {
      const raw = JSON.stringify({ type: 'message.created', data: { text } });
      const headers = new Headers({
        'content-type': 'application/json',
        'webhook-id': 'evt_1',
        'webhook-timestamp': String(Math.floor(NOW.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign('evt_1', NOW, raw),
      });
      return {
        method: 'POST',
        url: 'https://parley.test/webhooks/shop',
        headers,
        raw: Buffer.from(raw),
      };
    },
  },
  email: {
    header: 'webhook-signature',
    status: 401,
    channel: { id: 'mail', channelType: 'EMAIL', serviceIdentifier: 'support@shop.test' },
    config: (inboundSecret) => ({
      address: 'support@shop.test',
      smtp: { host: 'smtp.shop.test' },
      inboundSecret,
    }),
    secrets: [whsec('mail one'), whsec('mail two')],
    sign: (text, secret) => {
      const raw = `From: ana@a.test\r\nTo: support@shop.test\r\n\r\n${text}`;
      const headers = new Headers({
        'content-type': 'message/rfc822',
        'webhook-id': 'evt_1',
        'webhook-timestamp': String(Math.floor(NOW.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign('evt_1', NOW, raw),
      });
      return {
        method: 'POST',
        url: 'https://parley.test/webhooks/mail',
        headers,
        raw: Buffer.from(raw),
      };
    },
  },
  twilio: {
    header: 'x-twilio-signature',
    status: 403,
    channel: { id: 'sms', channelType: 'SMS', serviceIdentifier: '+15550001111' },
    config: (authToken) => ({ accountSid: 'AC1', authToken, baseUrl: 'https://api.twilio.test' }),
    secrets: ['token-one', 'token-two'],
    signed: (raw) => JSON.stringify([...new URLSearchParams(raw.toString())]),
    sign: (text, secret) => {
      const params = { From: '+15550002222', To: '+15550001111', MessageSid: 'SM1', Body: text };
      const url = 'https://parley.test/webhooks/sms?a=b+c';
      const headers = new Headers({
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': getExpectedTwilioSignature(secret, url, params),
      });
      return {
        method: 'POST',
        url,
        headers,
        raw: Buffer.from(new URLSearchParams(params).toString()),
      };
    },
  },
  'whatsapp-cloud': {
    header: 'x-hub-signature-256',
    status: 401,
    channel: { id: 'wa', channelType: 'WHATSAPP', serviceIdentifier: '+15550001111' },
    config: (appSecret) => ({
      phoneNumberId: 'PN1',
      accessToken: 'T',
      verifyToken: 'V',
      appSecret,
    }),
    secrets: ['secret-one', 'secret-two'],
    sign: signAsMeta,
  },
  '360dialog': {
    header: 'x-secret',
    status: 401,
    channel: { id: 'wa', channelType: 'WHATSAPP', serviceIdentifier: '+15550001111' },
    config: (webhookSecret) => ({ apiKey: 'K', webhookSecret }),
    secrets: ['secret-one', 'secret-two'],
    signed: null,
    sign: (text, secret) =>
      signedJson('https://parley.test/webhooks/wa', 'x-secret', text, () => secret),
  },
  messenger: {
    header: 'x-hub-signature-256',
    status: 401,
    channel: { id: 'fb', channelType: 'MESSENGER', serviceIdentifier: 'PAGE1' },
    config: (appSecret) => ({ pageId: 'PAGE1', accessToken: 'T', verifyToken: 'V', appSecret }),
    secrets: ['secret-one', 'secret-two'],
    sign: signAsMeta,
  },
  instagram: {
    header: 'x-hub-signature-256',
    status: 401,
    channel: { id: 'ig', channelType: 'INSTAGRAM', serviceIdentifier: 'IG1' },
    config: (appSecret) => ({ pageId: 'PAGE1', accessToken: 'T', verifyToken: 'V', appSecret }),
    secrets: ['secret-one', 'secret-two'],
    sign: signAsMeta,
  },
  viber: {
    header: 'x-viber-content-signature',
    status: 401,
    channel: { id: 'viber', channelType: 'VIBER', serviceIdentifier: 'parley' },
    config: (authToken) => ({ authToken, senderName: 'Parley' }),
    secrets: ['token-one', 'token-two'],
    sign: (text, secret) =>
      signedJson('https://parley.test/webhooks/viber', 'x-viber-content-signature', text, (raw) =>
        createHmac('sha256', secret).update(raw).digest('hex'),
      ),
  },
  telegram: {
    header: 'x-telegram-bot-api-secret-token',
    status: 401,
    channel: { id: 'tg', channelType: 'TELEGRAM', serviceIdentifier: 'parley_bot' },
    config: (secretToken) => ({ botToken: '1:A', secretToken }),
    secrets: ['secret-one', 'secret-two'],
    signed: null,
    sign: (text, secret) =>
      signedJson(
        'https://parley.test/webhooks/tg',
        'x-telegram-bot-api-secret-token',
        text,
        () => secret,
      ),
  },
  line: {
    header: 'x-line-signature',
    status: 401,
    channel: { id: 'line', channelType: 'LINE', serviceIdentifier: '@parley' },
    config: (channelSecret) => ({ channelSecret, channelAccessToken: 't' }),
    secrets: ['secret-one', 'secret-two'],
    sign: (text, secret) =>
      signedJson('https://parley.test/webhooks/line', 'x-line-signature', text, (raw) =>
        createHmac('sha256', secret).update(raw).digest('base64'),
      ),
  },
};

function signAsMeta(text: string, secret: string): RawRequest {
  const header = 'x-hub-signature-256';
  return signedJson(
    'https://parley.test/webhooks/m',
    header,
    text,
    (raw) => signedByMeta(raw, secret)[header],
  );
}

function signedJson(
  url: string,
  header: string,
  text: string,
  signature: (raw: string) => string,
): RawRequest {
  const raw = JSON.stringify({ text });
  const headers = new Headers({ 'content-type': 'application/json', [header]: signature(raw) });
  return { method: 'POST', url, headers, raw: Buffer.from(raw) };
}

it('every provider with a webhook is in this suite', () => {
  const withWebhook = PROVIDERS.filter(({ delivery }) => delivery === 'SEND').map(({ id }) => id);
  expect(Object.keys(signers).sort()).toEqual([...withWebhook].sort());
});

const TEXTS = [
  'hello',
  '',
  'a b+c%20d',
  'caf\u00e9',
  'cafe\u0301',
  '\ufeffbom',
  '😀',
  'a=b&c',
  '\u0000\u202e',
];

describe.each(Object.entries(signers))('%s', (provider, signer) => {
  const connector = connectorOf(provider) as AnyConnector;
  const [secret, other] = signer.secrets;
  const verify = (request: RawRequest, active: unknown = secret) =>
    connector.verify(
      request,
      connector.configSchema.parse(signer.config(active as string)),
      NOW,
      signer.channel,
    );
  const refused = { ok: false, status: signer.status };
  const withHeader = (request: RawRequest, value: string | null): RawRequest => {
    const headers = new Headers(request.headers);
    headers.delete(signer.header);
    if (value !== null) headers.set(signer.header, value);
    return { ...request, headers };
  };

  it.each(TEXTS)('takes what is signed: %j', (text) => {
    expect(verify(signer.sign(text, secret))).toEqual({ ok: true });
  });

  const whenSigned = signer.signed === null ? it.skip : it;

  whenSigned('refuses a flipped bit anywhere in the body', () => {
    const request = signer.sign('hello', secret);
    fc.assert(
      fc.property(fc.nat(request.raw.length - 1), fc.nat(7), (at, bit) => {
        const raw = Buffer.from(request.raw);
        raw[at] = (raw[at] ?? 0) ^ (1 << bit);
        const signed = signer.signed ?? ((bytes: Buffer) => bytes.toString('hex'));
        fc.pre(signed(raw) !== signed(Buffer.from(request.raw)));
        expect(verify({ ...request, raw })).toMatchObject(refused);
      }),
    );
  });

  it('refuses any other signature', () => {
    const request = signer.sign('hello', secret);
    const good = request.headers.get(signer.header) ?? '';
    const bad = [
      null,
      '',
      ' ',
      good.slice(0, -1),
      good.slice(1),
      `${good}A`,
      `${good}, ${good}`,
      `x${good}`,
      good.toUpperCase(),
    ];
    for (const value of bad) expect(verify(withHeader(request, value))).toMatchObject(refused);
    fc.assert(
      fc.property(fc.nat(good.length - 1), (at) => {
        const changed = good[at] === 'A' ? 'B' : 'A';
        const value = good.slice(0, at) + changed + good.slice(at + 1);
        expect(verify(withHeader(request, value))).toMatchObject(refused);
      }),
    );
  });

  it("refuses another channel's secret, and takes either while one is rotated", () => {
    expect(verify(signer.sign('hello', other))).toMatchObject(refused);
    for (const active of [`${other},${secret}`, [secret, other]]) {
      expect(verify(signer.sign('hello', secret), active)).toEqual({ ok: true });
      expect(verify(signer.sign('hello', other), active)).toEqual({ ok: true });
    }
  });

  whenSigned('refuses text that merely looks the same', () => {
    const composed = signer.sign('caf\u00e9', secret);
    const decomposed = signer.sign('cafe\u0301', secret);
    expect(verify({ ...composed, raw: decomposed.raw })).toMatchObject(refused);
    const bom = Buffer.concat([Buffer.from('\ufeff'), composed.raw]);
    expect(verify({ ...composed, raw: bom })).toMatchObject(refused);
  });

  it('refuses to be configured without a secret', () => {
    for (const none of ['', [], undefined, null, ['']])
      expect(
        connector.configSchema.safeParse(signer.config(none as unknown as string)).success,
      ).toBe(false);
  });

  it('reads anything without throwing', () => {
    const context = { cfg: {}, channel: signer.channel, now: NOW };
    const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', ''];
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(...types),
        fc.constantFrom('GET', 'POST'),
        fc.webUrl({ withQueryParameters: true }),
        (raw, type, method, url) => {
          const request = { method, url, headers: new Headers({ 'content-type': type }), raw };
          expect(verify(request)).toMatchObject(refused);
          const events = connector.parse(request, context);
          expect(
            events.every(
              ({ kind }) => kind === 'unparsed' || kind === 'message' || kind === 'status',
            ),
          ).toBe(true);
          connector.reply(request, events, context);
        },
      ),
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        const request = {
          method: 'POST',
          url: 'https://a.test/',
          headers: new Headers({ 'content-type': 'application/json' }),
          raw: Buffer.from(json),
        };
        connector.reply(request, connector.parse(request, context), context);
      }),
    );
  });
});
