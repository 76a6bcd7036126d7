import type { Context } from 'hono';
import { ProblemError } from '../../domain/errors';
import type { Authenticator } from '../authenticator';
import type { AppEnv } from '../context';
import type { CustomerPrincipal } from '../principal';
import { visitorKeyOf } from '../webchat/visitor-history';
import type { KnownVisitor, Visitors } from '../webchat/visitors';

/** Seconds that a token lives; clients refresh it every quarter of an hour (connectors.md 11.2). */
export const TOKEN_SECONDS = 1800;

/** A visitor, and the name that Direct Line clients have for the chat. */
export interface DirectLineVisitor extends KnownVisitor {
  readonly conversationId: string;
}
export interface DirectLineVisitors {
  /** Whose Bearer token it is. Throws `FORBIDDEN`, which clients take for an expired token, and `NOT_FOUND` for another's chat. */
  byToken(
    c: Context<AppEnv>,
    channelId: string,
    conversationId?: string,
  ): Promise<DirectLineVisitor>;
  /** Whose token it is that came in another place than the header; throws likewise. */
  byValue(
    c: Context<AppEnv>,
    channelId: string,
    token: string | undefined,
  ): Promise<DirectLineVisitor>;
  /** Whose one-use ticket it is; throws likewise. */
  byTicket(
    c: Context<AppEnv>,
    channelId: string,
    conversationId: string,
    ticket: string | undefined,
  ): Promise<DirectLineVisitor>;
}

/** The facade's own door: the protocol says 403 where the rest of the API says 401. */
export function createDirectLineVisitors({
  auth,
  knownVisitor,
}: {
  readonly auth: Pick<Authenticator, 'authenticate' | 'customers'>;
  readonly knownVisitor: Visitors['knownVisitor'];
}): DirectLineVisitors {
  async function enter(
    c: Context<AppEnv>,
    principal: CustomerPrincipal,
    channelId: string,
    conversationId: string | undefined,
  ): Promise<DirectLineVisitor> {
    if (principal.channelId !== channelId) throw expired();
    const own = conversationIdOf(principal);
    if (conversationId !== undefined && conversationId !== own)
      throw new ProblemError('NOT_FOUND', 'There is no such conversation.');
    return { ...(await knownVisitor(c, principal)), conversationId: own };
  }
  async function verified(token: string | undefined): Promise<CustomerPrincipal> {
    const principal = token && (await auth.customers.verify(token).catch(() => null));
    if (!principal) throw expired();
    return principal;
  }
  return {
    byToken: async (c, channelId, conversationId) =>
      enter(c, await verified(bearerOf(c)), channelId, conversationId),
    byValue: async (c, channelId, token) => enter(c, await verified(token), channelId, undefined),
    async byTicket(c, channelId, conversationId, ticket) {
      const principal = await auth
        .authenticate({ authorization: undefined, ticket: ticket ?? '', path: c.req.path })
        .catch((error: unknown) => {
          if (error instanceof ProblemError && error.code === 'UNAUTHENTICATED') throw expired();
          throw error;
        });
      if (principal.role !== 'customer') throw expired();
      return enter(c, principal, channelId, conversationId);
    },
  };
}

export function bearerOf(c: Context<AppEnv>): string | undefined {
  return /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
}

/** One chat per visitor, whatever conversations it goes through; nobody's name can be read from it. */
export function conversationIdOf(
  visitor: Pick<CustomerPrincipal, 'channelId' | 'identifier'>,
): string {
  return `dl_${visitorKeyOf(visitor)}`;
}

function expired(): ProblemError {
  return new ProblemError('FORBIDDEN', 'The token is missing, expired or of another channel.');
}
