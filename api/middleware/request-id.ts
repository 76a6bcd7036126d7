import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv, WithLogFields } from '../context';

/**
 * Names each request in answers, problems and logs: the caller's `X-Request-Id` when it is well formed, else a new one. Lines that
 * are logged while it is answered carry it, and the id of the conversation that it is about.
 */
export function requestId(
  withLogFields: WithLogFields = (_, work) => work(),
): MiddlewareHandler<AppEnv> {
  return async function nameRequest(c, next) {
    const given = c.req.header('x-request-id');
    const id =
      given && /^[A-Za-z0-9._-]{1,64}$/.test(given)
        ? given
        : `req_${randomUUID().replaceAll('-', '')}`;
    c.set('requestId', id);
    c.header('X-Request-Id', id);
    // From here on there is an answer to put headers on: without it those that middleware sets are lost when a route answers with a
    // `Response` of its own making, as streams and files do.
    void c.res;
    const [, conversationId] = /^\/v1\/conversations\/(cnv_\w{1,64})/.exec(c.req.path) ?? [];
    await withLogFields({ requestId: id, conversationId }, next);
  };
}
