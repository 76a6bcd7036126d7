import type { MiddlewareHandler, Next } from 'hono';
import type { AppEnv } from '../context';

/** Middleware in a row that looks at bodies, as one: `GET` and `HEAD` have none and pass all of it by. */
export function forBodies(...row: readonly MiddlewareHandler<AppEnv>[]): MiddlewareHandler<AppEnv> {
  return function lookAtBody(c, next) {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const inTurn = row.reduceRight<Next>(
      (rest, step) => async () => {
        const answer = await step(c, rest);
        if (answer instanceof Response && !c.finalized) c.res = answer;
      },
      next,
    );
    return inTurn();
  };
}
