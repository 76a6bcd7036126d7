import fc from 'fast-check';
import type { RawRequest } from '../../../connectors/connector';
import type { ConnectorDescription } from './description';

const NOW = new Date();
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

/** What is signed passes, and nothing else does (connectors.md 13.1). */
export function verificationSuite({
  connector,
  channel,
  signing,
  text,
}: ConnectorDescription): void {
  const { header, status, secrets, attributes, covers, sign } = signing;
  const [secret, other] = secrets;
  const signed = (words: string, by = secret) => sign(text(words, 'id-1'), by, NOW);
  const verify = (request: RawRequest, active: unknown = secret) =>
    connector.verify(request, connector.configSchema.parse(attributes(active)), NOW, channel);
  const refused = { ok: false, status };
  const withHeader = (request: RawRequest, value: string | null): RawRequest => {
    const headers = new Headers(request.headers);
    headers.delete(header);
    if (value !== null) headers.set(header, value);
    return { ...request, headers };
  };

  describe('verification', () => {
    it.each(TEXTS)('M17: takes what is signed: %j', (words) => {
      expect(verify(signed(words))).toEqual({ ok: true });
    });

    if (covers !== null) {
      it('M17: refuses a flipped bit anywhere in the body', () => {
        const request = signed('hello');
        const seen = covers ?? ((bytes: Buffer) => bytes.toString('hex'));
        fc.assert(
          fc.property(fc.nat(request.raw.length - 1), fc.nat(7), (at, bit) => {
            const raw = Buffer.from(request.raw);
            raw[at] = (raw[at] ?? 0) ^ (1 << bit);
            fc.pre(seen(raw) !== seen(Buffer.from(request.raw)));
            expect(verify({ ...request, raw })).toMatchObject(refused);
          }),
        );
      });

      it('refuses text that merely looks the same, and a body that is cut', () => {
        const composed = signed('caf\u00e9');
        expect(verify({ ...composed, raw: signed('cafe\u0301').raw })).toMatchObject(refused);
        const bom = Buffer.concat([Buffer.from('\ufeff'), composed.raw]);
        expect(verify({ ...composed, raw: bom })).toMatchObject(refused);
        expect(verify({ ...composed, raw: composed.raw.subarray(0, -1) })).toMatchObject(refused);
        expect(verify({ ...composed, raw: new Uint8Array() })).toMatchObject(refused);
      });
    }

    it('refuses any other signature', () => {
      const request = signed('hello');
      const good = request.headers.get(header) ?? '';
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
      expect(verify(signed('hello', other))).toMatchObject(refused);
      for (const active of [`${other},${secret}`, [secret, other]]) {
        expect(verify(signed('hello'), active)).toEqual({ ok: true });
        expect(verify(signed('hello', other), active)).toEqual({ ok: true });
      }
    });

    it('M17: refuses to be configured without a secret', () => {
      for (const none of ['', [], undefined, null, ['']])
        expect(connector.configSchema.safeParse(attributes(none)).success).toBe(false);
    });

    it('refuses and reads anything without throwing', () => {
      const context = { cfg: {}, channel, now: NOW };
      const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', ''];
      fc.assert(
        fc.property(
          fc.oneof(
            fc.uint8Array({ maxLength: 200 }),
            fc.json().map((json) => Buffer.from(json)),
          ),
          fc.constantFrom(...types),
          fc.constantFrom('GET', 'POST'),
          fc.webUrl({ withQueryParameters: true }),
          (raw, type, method, url) => {
            const request = { method, url, headers: new Headers({ 'content-type': type }), raw };
            expect(verify(request)).toMatchObject(refused);
            connector.reply(request, connector.parse(request, context), context);
          },
        ),
      );
    });
  });
}
