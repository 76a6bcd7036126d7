import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { getExpectedTwilioSignature, validateRequest } from 'twilio';
import type { RawRequest } from '../../connectors/connector';
import { twilioConnector } from '../../connectors/twilio';
import { TwilioConfig } from '../../connectors/twilio/config';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const U = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const P: Record<string, string | string[]> = {
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675309',
  Digits: '1234',
  From: '+14158675309',
  To: '+18005551212',
};
const CHANNEL = {
  id: 'sms',
  channelType: 'SMS',
  serviceIdentifier: '+18005551212',
} as const;

const config = (authToken: string | string[]) =>
  TwilioConfig.parse({ accountSid: 'AC1', authToken });

function encode(params: Record<string, string | string[]>): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    for (const one of [value].flat()) form.append(name, one);
  return form.toString();
}

function post(
  url: string,
  params: Record<string, string | string[]>,
  signature: string | null,
  raw = encode(params),
): RawRequest {
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' });
  if (signature !== null) headers.set('x-twilio-signature', signature);
  return { method: 'POST', url, headers, raw: Buffer.from(raw) };
}

const verify = (request: RawRequest, authToken: string | string[] = '12345') =>
  twilioConnector.verify(request, config(authToken), NOW, CHANNEL);

const sign = (url: string, params: Record<string, string | string[]>, token = '12345') =>
  getExpectedTwilioSignature(token, url, params);

describe('published vectors', () => {
  it('T1: form post', () => {
    expect(verify(post(U, P, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='))).toEqual({ ok: true });
  });

  it('T8: repeated parameter', () => {
    const params = { Sid: 'CA123', SidAccount: 'AC123', Digits: ['5678', '1234', '1234'] };
    expect(verify(post(U, params, 'IK+Dwps556ElfBT0I3Rgjkr1wJU='))).toEqual({ ok: true });
  });

  it('T9: JSON body by its hash', () => {
    const url = `${U}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`;
    const body = '{"property": "value", "boolean": true}';
    const request = (raw: string): RawRequest => ({
      method: 'POST',
      url,
      headers: new Headers({
        'content-type': 'application/json',
        'x-twilio-signature': 'a9nBmqA0ju/hNViExpshrM61xv4=',
      }),
      raw: Buffer.from(raw),
    });
    expect(verify(request(body))).toEqual({ ok: true });
    expect(verify(request(`${body} `))).toMatchObject({ ok: false, status: 403 });
  });
});

describe('the URL', () => {
  it.each([
    ['https://host.test/x', 'https://host.test/x'],
    ['https://host.test/x', 'https://host.test:443/x'],
    ['http://host.test/x', 'http://host.test:80/x'],
    ['https://host.test:8443/x', 'https://host.test/x'],
    ['https://host.test:8443/x', 'https://host.test:8443/x'],
    ['https://user:pass@host.test/x', 'https://user:pass@host.test/x'],
    ['https://user:pass@host.test:1/x', 'https://user:pass@host.test/x'],
    ['https://user:p@ss@host.test/x', 'https://user:p@ss@host.test:443/x'],
    ['https://[::1]:8443/x?a=b:c', 'https://[::1]/x?a=b:c'],
    ["https://host.test/x?a=b+c&d='", "https://host.test/x?a=b+c&d='"],
    ['https://host.test?x=1', 'https://host.test:443?x=1'],
    ['https://HOST.test/%7Ea', 'https://HOST.test/%7Ea'],
  ])('%s accepts a signature over %s', (url, signed) => {
    const request = post(url, P, sign(signed, P));
    expect(validateRequest('12345', sign(signed, P), url, P)).toBe(true);
    expect(verify(request)).toEqual({ ok: true });
  });

  it.each([
    ['https://host.test/x?a=b+c', 'https://host.test/x?a=b%20c'],
    ['https://host.test:8443/x', 'https://host.test:443/x'],
    ['https://host.test/x', 'http://host.test/x'],
    ['https://host.test/x', 'https://host.test/x/'],
    ['https://host.test/x', 'https://HOST.test/x'],
    ['https://user:pass@host.test/x', 'https://host.test/x'],
    ['https://host.test/x?mid=msg_1-1', 'https://host.test/x?mid=msg_2-1'],
  ])('%s refuses one over %s', (url, signed) => {
    expect(verify(post(url, P, sign(signed, P)))).toMatchObject({ ok: false, status: 403 });
  });

  it('signs a GET by its query', () => {
    const url = `https://host.test/x?To=%2B18005551212&From=%2B1555&MessageSid=SM1`;
    const headers = new Headers({ 'x-twilio-signature': sign(url, {}) });
    expect(verify({ method: 'GET', url, headers, raw: new Uint8Array() })).toEqual({ ok: true });
  });
});

describe('parameters', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('a b', 'a+b', '\u00e9', 'e\u0301', '\ufeffx', '', '?', '&=%', 'žđ'),
  );
  const params = fc.dictionary(
    fc
      .string({ minLength: 1, maxLength: 8 })
      .filter(
        (name) =>
          !/^(To|From|MessageSid|MessagingServiceSid|SmsStatus|MessageStatus|__proto__)$/.test(
            name,
          ),
      ),
    fc.oneof(texts, fc.array(texts, { minLength: 1, maxLength: 3 })),
  );
  it('agree with the library whatever they are', () => {
    fc.assert(
      fc.property(params, (given) => {
        const all = Object.fromEntries(
          Object.entries({ ...given, To: '+18005551212' }).map(([name, value]) => [
            wellFormed(name),
            Array.isArray(value) ? value.map(wellFormed) : wellFormed(value),
          ]),
        );
        expect(verify(post(U, all, sign(U, all)))).toEqual({ ok: true });
      }),
    );
  });
  const wellFormed = (text: string) => new TextDecoder().decode(new TextEncoder().encode(text));
});

describe('what is refused', () => {
  const good = sign(U, P);
  it.each([
    ['no header', null],
    ['an empty one', ''],
    ['two of them', `${good}, ${good}`],
    ['a truncated one', good.slice(0, -1)],
    ['a prefixed one', `sha1=${good}`],
    ['hex instead of base64', Buffer.from(good, 'base64').toString('hex')],
    ['that of another token', sign(U, P, '54321')],
  ])('%s', (_name, signature) => {
    expect(verify(post(U, P, signature))).toMatchObject({ ok: false, status: 403 });
  });

  it('a parameter more, less or changed', () => {
    expect(verify(post(U, { ...P, Extra: '1' }, good))).toMatchObject({ ok: false });
    expect(verify(post(U, { ...P, Digits: '12345' }, good))).toMatchObject({ ok: false });
    const { Digits: _, ...less } = P;
    expect(verify(post(U, less, good))).toMatchObject({ ok: false });
  });

  it('a body that the signature cannot cover', () => {
    const headers = new Headers({
      'content-type': 'application/json',
      'x-twilio-signature': sign(U, {}),
    });
    expect(verify({ method: 'POST', url: U, headers, raw: Buffer.from('{}') })).toMatchObject({
      ok: false,
      status: 403,
    });
    expect(verify({ method: 'GET', url: U, headers, raw: Buffer.from('{}') })).toMatchObject({
      ok: false,
      status: 403,
    });
  });

  it('a body hash given twice', () => {
    const hash = createHash('sha256').update('{}').digest('hex');
    const url = `${U}&bodySHA256=${hash}&bodySHA256=${hash}`;
    const headers = new Headers({
      'content-type': 'application/json',
      'x-twilio-signature': sign(url, {}),
    });
    expect(verify({ method: 'POST', url, headers, raw: Buffer.from('{}') })).toMatchObject({
      ok: false,
    });
  });

  it("another number's message, and news of another number's sends", () => {
    const foreign = { ...P, To: '+18005559999' };
    expect(verify(post(U, foreign, sign(U, foreign)))).toEqual({
      ok: false,
      status: 403,
      reason: 'number',
    });
    const status = {
      MessageSid: 'SM1',
      MessageStatus: 'sent',
      From: '+18005559999',
      To: '+18005551212',
    };
    expect(verify(post(U, status, sign(U, status)))).toEqual({
      ok: false,
      status: 403,
      reason: 'number',
    });
  });

  it('everything while no secret is set', () => {
    expect(() => config('')).toThrow();
    expect(() => config([])).toThrow();
    const cfg = { ...config('x'), authToken: ' , ' };
    const request = post(U, P, sign(U, P, ''));
    expect(twilioConnector.verify(request, cfg, NOW, CHANNEL)).toMatchObject({
      ok: false,
      status: 403,
    });
  });
});

it('takes any of several tokens while one is rotated', () => {
  for (const token of ['old', 'new']) {
    expect(verify(post(U, P, sign(U, P, token)), 'new,old')).toEqual({ ok: true });
    expect(verify(post(U, P, sign(U, P, token)), ['new', 'old'])).toEqual({ ok: true });
  }
});
