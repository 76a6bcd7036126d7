/** Whether bytes name one of the people that it was made for. */
export type NameFinder = (raw: Uint8Array) => boolean;

/** A telephone number as E.164 has it. */
const NUMBER = /^\+(\d{7,15})$/;

/**
 * Looks for identifiers, numbers and mail addresses in a request that nobody could read, however its provider wrote them: in capitals,
 * a number without its `+`, percent-encoded, with the escapes of JSON, as quoted-printable, in base64 (WhatsApp's message ids hold the
 * number so) or in two bytes a letter. A longer word or number that holds one is somebody else's. One too many is found rather than
 * one too few: `ana@x.example` is found in `my.ana@x.example`.
 */
export function createNameFinder(names: readonly string[]): NameFinder {
  const patterns = [...new Set(names.map((name) => name.trim().toLowerCase()))]
    .filter((name) => name !== '')
    .map(patternOf);
  if (patterns.length === 0) return () => false;
  const pattern = new RegExp(patterns.join('|'), 'u');
  return (raw) => READINGS.some((read) => pattern.test(read(raw).toLowerCase()));
}

function patternOf(name: string): string {
  const digits = NUMBER.exec(name)?.[1];
  if (digits) return String.raw`(?<!\d)(?:00)?${digits}(?!\d)`;
  const literal = name.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`);
  return String.raw`(?<![\p{L}\p{N}])${literal}(?![\p{L}\p{N}])`;
}

const READINGS: readonly ((raw: Uint8Array) => string)[] = [
  text,
  (raw) => latin1(raw).replaceAll('\0', ''),
  (raw) => text(unescaped(latin1(raw), /%([\da-f]{2})/gi)),
  (raw) => text(unescaped(latin1(raw).replaceAll(/=\r?\n/g, ''), /=([\dA-F]{2})/g)),
  (raw) =>
    text(raw)
      .replaceAll(/\\u([\da-f]{4})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      .replaceAll(String.raw`\/`, '/'),
  fromBase64,
];

/** What stands in runs of base64, whose lines mail breaks. */
function fromBase64(raw: Uint8Array): string {
  const joined = latin1(raw).replaceAll(/(?<=[A-Za-z\d+/])\r?\n(?=[A-Za-z\d+/=])/g, '');
  const runs = joined.match(/[A-Za-z\d+/_-]{12,}/g) ?? [];
  return runs.map((run) => text(Buffer.from(run, 'base64'))).join('\n');
}

function unescaped(encoded: string, pattern: RegExp): Uint8Array {
  const decoded = encoded.replaceAll(pattern, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return Buffer.from(decoded, 'latin1');
}

function text(raw: Uint8Array): string {
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8');
}

function latin1(raw: Uint8Array): string {
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');
}
