import type { MiddlewareHandler } from 'hono';
import { ProblemError } from '../../domain/errors';
import type { AppEnv } from '../context';
import { cachedBody } from './cached-body';
import { routeOf, routePolicy } from './route-policy';

/** JSON routes take JSON in UTF-8 and nothing else: 415 for another type, charset or none at all. An empty body needs no type. */
export function contentType(): MiddlewareHandler<AppEnv> {
  return async function checkContentType(c, next) {
    const body = cachedBody(c).arrayBuffer;
    if (!body) return next();
    const takesJson = routeOf(c) && (routePolicy(c)?.body ?? 'json') === 'json';
    if (takesJson) {
      const { byteLength } = await body;
      const given = c.req.header('content-type');
      if (byteLength > 0 && !(given && isJson(given)))
        throw new ProblemError('UNSUPPORTED_MEDIA_TYPE', 'Send application/json in UTF-8.');
    }
    await next();
  };
}

function isJson(value: string): boolean {
  const [type = '', ...parameters] = value.split(';').map((part) => part.trim().toLowerCase());
  if (!/^application\/([\w.-]+\+)?json$/.test(type)) return false;
  return parameters.every(
    (parameter) => !parameter.startsWith('charset=') || /^charset="?utf-?8"?$/.test(parameter),
  );
}
