import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context';
import { dotted, type Fault, invalid } from '../errors';
import { cachedBody } from './cached-body';
import { routeOf, routePolicy } from './route-policy';

/** Deeper or wider than anything we take (reliability.md section 12). */
const MAX_DEPTH = 64;
const MAX_KEYS = 10_000;

/**
 * Parses JSON bodies once and keeps hostile shapes from every schema behind it: too deep, too many keys, keys that are prototype or
 * query operators. Lone surrogates become U+FFFD in texts and are refused in ids and keys. Later readers get the parsed value.
 */
export function jsonGuard(): MiddlewareHandler<AppEnv> {
  return async function guardJson(c, next) {
    const cached = cachedBody(c).arrayBuffer;
    if (!cached) return next();
    const takesJson = routeOf(c) && (routePolicy(c)?.body ?? 'json') === 'json';
    if (takesJson) {
      const bytes = await cached;
      // An empty body is an empty object: what is required is then missing by name.
      const value = bytes.byteLength > 0 ? guarded(parse(bytes)) : {};
      // Hono would parse the text once more, as it was sent.
      c.req.json = async <T>() => value as T;
    }
    await next();
  };
}

/** The value with its texts well formed. Throws `VALIDATION_FAILED` with the path of the first thing refused. */
export function guarded(value: unknown): unknown {
  let keys = 0;
  const walk = (node: unknown, path: readonly PropertyKey[], name: string): unknown => {
    if (path.length > MAX_DEPTH) throw refused([], `nested deeper than ${MAX_DEPTH}`);
    if (typeof node === 'string') return wellFormed(node, path, name);
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index], name));
    if (typeof node !== 'object' || node === null) return node;
    const entries = Object.entries(node);
    keys += entries.length;
    if (keys > MAX_KEYS) throw refused([], `more than ${MAX_KEYS} keys`);
    return Object.fromEntries(
      entries.map(([key, inner]) => [allowedKey(key, path), walk(inner, [...path, key], key)]),
    );
  };
  return walk(value, [], '');
}

/** JSON that came in a frame or a part of a form; null for what is none. To be guarded like any other. */
export function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function parse(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid([{ path: '', message: 'not JSON in UTF-8' }], 'The body is not JSON.');
  }
}

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

function allowedKey(key: string, path: readonly PropertyKey[]): string {
  const bad =
    FORBIDDEN_KEYS.has(key) ||
    key.startsWith('$') ||
    key.includes('\0') ||
    LONE_SURROGATE.test(key);
  if (bad) throw refused([...path, printable(key)], 'this key is not allowed');
  return key;
}

/** Not global, so that `test` keeps no state. */
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const LONE_SURROGATES = new RegExp(LONE_SURROGATE, 'g');
/** Names of fields that hold an id: a repaired id would be another one. */
const ID_FIELD = /^(id|identifier|subject|to|replyTo|username|key|code)$|(Id|Ids|Identifier)$/;

function wellFormed(text: string, path: readonly PropertyKey[], name: string): string {
  if (!LONE_SURROGATE.test(text)) return text;
  if (ID_FIELD.test(name)) throw refused(path, 'not well-formed text');
  return text.replace(LONE_SURROGATES, '\uFFFD');
}

function printable(key: string): string {
  return key.replace(LONE_SURROGATES, '\uFFFD').replaceAll('\0', '\\0').slice(0, 64);
}

function refused(path: readonly PropertyKey[], message: string) {
  const fault: Fault = { path: dotted(path), message };
  return invalid([fault]);
}
