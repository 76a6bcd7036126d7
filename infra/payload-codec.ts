import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type {
  DataConverter,
  Payload,
  PayloadCodec,
  SerializationContext,
} from '@temporalio/common';

/** One key, and the name that payloads know it by. */
export interface DataKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Keys of payloads. `scope` is whose they are: a workflow id. Throws `UNAVAILABLE` for what is not in memory while MongoDB is down. */
export interface DataKeys {
  /** The scope's key, made when there is none. */
  of(scope: string): Promise<DataKey>;
  /** Null: it was destroyed, and what was sealed with it is gone. */
  find(id: string): Promise<DataKey | null>;
  /** Of these keys, those that are there and belong to none of these scopes: what they sealed can be read once the scopes' are destroyed. */
  left(ids: readonly string[], without: readonly string[]): Promise<readonly string[]>;
  destroy(scopes: readonly string[]): Promise<void>;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12; // what GCM is made for
const TAG_BYTES = 16;
const HEADER_BYTES = 4;
const SEALED = bytesOf('binary/encrypted');
/** Workflows that hold a customer's words or name have a key each; all others share one, since they hold ids only. */
const PERSONAL = /^(conversation|closing|media|merge):/;
const SHARED_SCOPE = 'shared';
/** What a reader gets of a payload whose key was destroyed. */
const TOMBSTONE: Payload = {
  metadata: { encoding: bytesOf('json/plain') },
  data: bytesOf('{"erased":true}'),
};

/**
 * Seals what Temporal stores with AES-256-GCM, with a key for each workflow that holds a customer's words (reliability.md section 11):
 * destroying it makes the history dark. A sealed payload names its key, so it opens wherever the keys are.
 */
export function createPayloadCodec(keys: DataKeys): PayloadCodec {
  return {
    async encode(payloads, context) {
      if (payloads.length === 0) return [];
      const key = await keys.of(scopeOf(context));
      return payloads.map((payload) => sealed(payload, key));
    },
    decode: (payloads) => Promise.all(payloads.map((payload) => opened(payload, keys))),
  };
}

/** What clients and workers are given; undefined while encryption is off. Texts of failures are sealed like anything else. */
export function dataConverterOf(
  { payloadEncryption }: { readonly payloadEncryption: boolean },
  keys: DataKeys,
): DataConverter | undefined {
  if (!payloadEncryption) return undefined;
  const failureConverterPath = require.resolve('./failure-converter');
  return { payloadCodecs: [createPayloadCodec(keys)], failureConverterPath };
}

function scopeOf(context: SerializationContext | undefined): string {
  const workflowId = context?.workflowId ?? '';
  return PERSONAL.test(workflowId) ? workflowId : SHARED_SCOPE;
}

/** Nonce, tag and ciphertext of: length of the metadata's JSON, that JSON with values in base64, data. */
function sealed({ metadata, data }: Payload, { id, key }: DataKey): Payload {
  const values = Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)]);
  const header = bytesOf(JSON.stringify(Object.fromEntries(values)));
  const length = Buffer.alloc(HEADER_BYTES);
  length.writeUInt32BE(header.length);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(bytesOf(id));
  // Bytes that are not there come as an empty list.
  const body = [length, header, Buffer.from(data ?? [])].map((part) => cipher.update(part));
  const text = Buffer.concat([...body, cipher.final()]);
  return {
    metadata: { encoding: SEALED, 'encryption-key-id': bytesOf(id) },
    data: Buffer.concat([nonce, cipher.getAuthTag(), text]),
  };
}

/** The key that a payload is sealed with; null: it can be read without one. */
export function keyIdOf({ metadata, data }: Payload): string | null {
  const encoding = metadata?.['encoding'] ?? new Uint8Array();
  if (!data || Buffer.compare(encoding, SEALED) !== 0) return null;
  return Buffer.from(metadata?.['encryption-key-id'] ?? []).toString('utf8');
}

/** What is left of a payload whose key was destroyed, once it was decoded. */
export function isTombstone({ data }: Payload): boolean {
  return Buffer.compare(data ?? new Uint8Array(), TOMBSTONE.data ?? new Uint8Array()) === 0;
}

async function opened(payload: Payload, keys: DataKeys): Promise<Payload> {
  const { data } = payload;
  const id = keyIdOf(payload);
  if (id === null || !data) return payload; // from before it was switched on
  const found = await keys.find(id);
  if (!found) return TOMBSTONE;
  const decipher = createDecipheriv(CIPHER, found.key, data.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(bytesOf(id))
    .setAuthTag(data.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const text = Buffer.concat([
    decipher.update(data.subarray(NONCE_BYTES + TAG_BYTES)),
    decipher.final(),
  ]);
  const end = HEADER_BYTES + text.readUInt32BE(0);
  const header = JSON.parse(text.subarray(HEADER_BYTES, end).toString('utf8')) as Record<
    string,
    string
  >;
  return {
    metadata: Object.fromEntries(
      Object.entries(header).map(([name, value]) => [name, Buffer.from(value, 'base64')]),
    ),
    data: text.subarray(end),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
