import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv, WithLogFields } from '../context';
import { withHeaders } from './answer-headers';

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
    const [, conversationId] = /^\/v1\/conversations\/(cnv_\w{1,64})/.exec(c.req.path) ?? [];
    await withLogFields({ requestId: id, conversationId }, () =>
      withHeaders(c, [['X-Request-Id', id]], next),
    );
  };
}
