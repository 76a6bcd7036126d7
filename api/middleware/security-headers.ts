import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { AppEnv } from '../context';

/** What an answer that is no page may load: nothing. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** A policy for pages made of our own files only. */
export const OWN_FILES_ONLY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

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
  const secure = secureHeaders({
    strictTransportSecurity: publicUrl.startsWith('https:') ? 'max-age=31536000' : false,
    xFrameOptions: 'DENY',
    overwrite: false,
    ...cspOf(NOTHING),
  });
  return async function setSecurityHeaders(c, next) {
    await secure(c, next);
    // Answers hold people's messages and tokens: no cache between us and the caller keeps them.
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
  };
}

/** Hono wants the directives apart. */
function cspOf(policy: string) {
  const directives = policy.split('; ').map((part) => {
    const [name = '', ...sources] = part.split(' ');
    return [
      name.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
      sources,
    ] as const;
  });
  return { contentSecurityPolicy: Object.fromEntries(directives) };
}
