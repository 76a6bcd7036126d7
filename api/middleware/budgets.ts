import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context';
import { routeKey } from '../roles';
import type { ApiLimits } from '../settings';
import { byCaller, type RateLimitOptions, rateLimit } from './rate-limit';
import { routeOf } from './route-policy';

/**
 * What one customer, number or token may set off, beside what they may ask (reliability.md section 9): conversations that are started,
 * people who are written to first, files that come and go. Over it: `RATE_LIMITED` with `Retry-After`. A repeat under its
 * `Idempotency-Key` costs nothing. What a provider delivers has no budget: it was sent, and a refusal would lose it.
 */
export function budgets(limits: ApiLimits): MiddlewareHandler<AppEnv> {
  const fences = new Map(
    Object.entries(tableFor(limits)).map(([route, all]) => {
      const [method = '', path = ''] = route.split(' ');
      const { budgetWindowSeconds: windowSeconds } = limits;
      return [routeKey(method, path), all.map((one) => rateLimit({ ...one, windowSeconds }))];
    }),
  );
  return async function spendBudget(c, next) {
    const route = routeOf(c);
    for (const fence of (route && fences.get(routeKey(route.method, route.path))) ?? [])
      await fence(c, passed);
    await next();
  };
}

async function passed(): Promise<void> {}

type Budget = Pick<RateLimitOptions, 'limit' | 'key'>;

/** By route; each of its budgets is spent. */
function tableFor(limits: ApiLimits): Readonly<Record<string, readonly Budget[]>> {
  const start: readonly Budget[] = [{ limit: limits.startsPerCustomer, key: byNamedCustomer }];
  const upload: readonly Budget[] = [{ limit: limits.uploadsPerCustomer, key: byCredential }];
  return {
    'POST /webchat/{channelId}/sessions': start,
    'POST /directline/{channelId}/tokens/generate': start,
    'POST /directline/{channelId}/conversations': [
      { limit: limits.startsPerCustomer, key: byCredential },
    ],
    'POST /v1/channels/{channelId}/sessions': start,
    'POST /v1/conversations': [
      { limit: limits.outboundPerNumber, key: byNamedCustomer },
      { limit: limits.outboundPerToken, key: byCaller },
    ],
    'POST /v1/customers/{id}/export': [
      { limit: limits.exportsPerCustomer, key: (c) => c.req.path.split('/')[3] ?? null },
      { limit: limits.exportsPerToken, key: byCaller },
    ],
    'GET /v1/reports/{entity}': [{ limit: limits.reportsPerToken, key: byCaller }],
    'POST /v1/media': [{ limit: limits.uploadsPerToken, key: byCaller }],
    'POST /webchat/media': upload,
    'POST /deepchat/{channelId}/files': upload,
    'POST /directline/{channelId}/conversations/{conversationId}/upload': upload,
  };
}

interface Naming {
  readonly channelId?: unknown;
  readonly customer?: { readonly identifier?: unknown };
  /** Of Direct Line. */
  readonly user?: { readonly id?: unknown };
}

/** The customer whom a body names, on its channel; else the visitor whose token came along. Null: somebody new. */
async function byNamedCustomer(c: Context<AppEnv>): Promise<string | null> {
  const body = await c.req.json<Naming | null>().catch(() => null); // what is no JSON is refused by the route
  const named = body?.customer?.identifier ?? body?.user?.id;
  const channelId = body?.channelId ?? c.req.path.split('/').slice(1, 4).join('/');
  // `+1 555 0100` and `+15550100` are one number.
  if (typeof named === 'string')
    return hashed(`${channelId} ${named.replaceAll(/[\s().-]/g, '').toLowerCase()}`);
  return c.get('principal') ? null : byCredential(c);
}

/** A token of a visitor is signed, in three parts. */
const SIGNED_TOKEN = /^bearer [\w-]+\.[\w-]+\.[\w-]+$/i;

/** Who calls; on routes with a door of their own, whose token they show there. */
function byCredential(c: Context<AppEnv>): string | null {
  const shown = c.req.header('authorization') ?? '';
  return byCaller(c) ?? (SIGNED_TOKEN.test(shown) ? hashed(shown) : null);
}

/** Keys are of one length and tell nothing. */
function hashed(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
