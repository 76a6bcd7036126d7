import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context';
import { type Header, withHeaders } from './answer-headers';

/** What an answer that is no page may load: nothing. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** A policy for pages made of our own files only. */
export const OWN_FILES_ONLY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Of every answer that has none of its own. */
const HEADERS: readonly Header[] = [
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Origin-Agent-Cluster', '?1'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-DNS-Prefetch-Control', 'off'],
  ['X-Download-Options', 'noopen'],
  ['X-Frame-Options', 'DENY'],
  ['X-Permitted-Cross-Domain-Policies', 'none'],
  ['X-XSS-Protection', '0'],
  ['Content-Security-Policy', NOTHING],
  // Answers hold people's messages and tokens: no cache between us and the caller keeps them.
  ['Cache-Control', 'no-store'],
];
const HTTPS_ONLY: Header = ['Strict-Transport-Security', 'max-age=31536000'];

/**
 * The security headers of every answer. Pages set their own `Content-Security-Policy`, what other origins embed its own
 * `Cross-Origin-Resource-Policy`, files their own `Cache-Control`: what a route sets stays. HSTS only where the outside URL is
 * https: on plain http it would lock people out.
 */
export function securityHeaders({
  publicUrl,
}: {
  readonly publicUrl: string;
}): MiddlewareHandler<AppEnv> {
  const headers = publicUrl.startsWith('https:') ? [...HEADERS, HTTPS_ONLY] : HEADERS;
  return function setSecurityHeaders(c, next) {
    return withHeaders(c, headers, next);
  };
}
