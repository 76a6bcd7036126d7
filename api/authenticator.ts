import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ProblemError } from '../domain/errors';
import type { Stores, TokenRecord } from '../infra/stores';
import type { CustomerTokens } from './customer-token';
import type { IssuerVerifier } from './oidc';
import {
  type CustomerPrincipal,
  type Principal,
  STAFF_ROLES,
  type StaffPrincipal,
  type StaffRole,
} from './principal';
import type { ApiConfig } from './settings';

/** What a request brings along to say who it is. */
export interface Credentials {
  readonly authorization: string | undefined;
  /** Only where the route takes tickets. */
  readonly ticket: string | undefined;
  /** The request's path: a ticket may be bound to it. */
  readonly path: string;
}

export interface Authenticator {
  /** Throws `UNAUTHENTICATED`, `UNAVAILABLE`. */
  authenticate(credentials: Credentials): Promise<Principal>;
  /** For open streams, asked at each heartbeat: false once the token is revoked or expired, or its owner deactivated. Never throws. */
  stillValid(principal: Principal): Promise<boolean>;
  /** A one-use ticket for a stream of this caller, good for 30 s; `path` null = any of their streams. */
  issueTicket(principal: Principal, path: string | null): Promise<string>;
  /** Tokens of webchat visitors. */
  readonly customers: CustomerTokens;
}

export interface AuthenticatorDeps {
  readonly stores: Pick<Stores, 'tokens' | 'tickets' | 'config'>;
  readonly config: Pick<ApiConfig, 'adminToken'>;
  readonly customers: CustomerTokens;
  /** Null without an issuer. */
  readonly issuer: IssuerVerifier | null;
  readonly now: () => Date;
}

/** A new opaque token, and the hash that is stored in its place. */
export function mintToken(): { readonly token: string; readonly hash: string } {
  const token = `ptk_${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashToken(token) };
}

function hashToken(token: string): string {
  return hash('sha256', token, 'hex');
}

/** Tickets are kept under one name: what they are bound to stands in them. */
const TICKET_STREAM = 'stream';
/** Answers of the token store that are remembered for the time it is down. */
const REMEMBERED_LIMIT = 10_000;

export function createAuthenticator({
  stores,
  config,
  customers,
  issuer,
  now,
}: AuthenticatorDeps): Authenticator {
  // While MongoDB is down whoever was let in before is let in: a connector must be able to deliver.
  const remembered = new Map<string, TokenRecord>();

  async function findToken(hash: string): Promise<TokenRecord | null> {
    try {
      const record = await stores.tokens.find(hash);
      remembered.delete(hash);
      if (record) remember(hash, record);
      return record;
    } catch (error) {
      const known = remembered.get(hash);
      if (known && isUnavailable(error)) return known;
      throw error;
    }
  }
  function remember(hash: string, record: TokenRecord): void {
    remembered.set(hash, record);
    const oldest = remembered.size > REMEMBERED_LIMIT ? remembered.keys().next().value : undefined;
    if (oldest !== undefined) remembered.delete(oldest);
  }

  async function staff(hash: string): Promise<StaffPrincipal> {
    const record = await findToken(hash);
    if (
      !record ||
      record.revokedAt ||
      expired(record.expiresAt, now()) ||
      !isStaffRole(record.role)
    )
      throw refused();
    const { id, role, subject, channelIds, expiresAt } = record;
    return active({ role, subject, tokenId: id, tokenHash: hash, channelIds, expiresAt });
  }

  /** Refuses who was deactivated since the token was made. */
  async function active(principal: StaffPrincipal): Promise<StaffPrincipal> {
    const resource = OWNERS[principal.role];
    if (!resource) return principal;
    const owner = await stores.config.get(resource, principal.subject).catch((error: unknown) => {
      if (isUnavailable(error)) return undefined; // nobody is judged while it cannot be read
      throw error;
    });
    if (owner && owner['enabled'] === false) throw refused();
    // Tokens of ours are revoked with their owner; what an issuer gave is not ours to revoke.
    if (owner === null && principal.role === 'agent' && !principal.tokenHash) throw refused();
    return principal;
  }

  async function issued(token: string): Promise<StaffPrincipal> {
    if (!issuer) throw refused();
    const { username, role, expiresAt } = await issuer.verify(token);
    const agent =
      role === 'agent' || role === 'supervisor' ? await agentNamed(stores, username) : null;
    if (role === 'agent' && !agent) throw refused();
    return active({
      role,
      subject: agent ?? username,
      tokenId: null,
      tokenHash: null,
      channelIds: null,
      expiresAt,
    });
  }

  const adminHash = hashToken(config.adminToken);

  async function bearer(token: string): Promise<Principal> {
    const tokenHash = hashToken(token);
    if (sameHash(tokenHash, adminHash)) return BOOTSTRAP_ADMIN;
    if (token.startsWith('ptk_')) return staff(tokenHash);
    if (token.split('.').length !== 3) throw refused();
    return issuerOf(token) === 'parley' ? customers.verify(token) : issued(token);
  }

  async function byTicket(ticket: string, path: string): Promise<Principal> {
    const kept = await stores.tickets.redeem(ticket, TICKET_STREAM);
    const { principal, path: bound } = (kept ?? {}) as {
      principal?: Principal;
      path?: string | null;
    };
    if (!principal || (bound && bound !== path)) throw refused();
    if (!(await stillValid(principal))) throw refused();
    return principal;
  }

  async function stillValid(principal: Principal): Promise<boolean> {
    if (expired(principal.expiresAt, now())) return false;
    if (principal.role === 'customer') return true;
    try {
      if (principal.tokenHash) await staff(principal.tokenHash);
      else await active(principal);
      return true;
    } catch (error) {
      return isUnavailable(error);
    }
  }

  return {
    customers,
    stillValid,
    async authenticate({ authorization, ticket, path }) {
      if (authorization === undefined && ticket !== undefined) return byTicket(ticket, path);
      const token = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization ?? '')?.[1];
      if (!token) throw refused();
      return bearer(token);
    },
    issueTicket: (principal, path) =>
      stores.tickets.issue({ principal: { ...principal }, path }, TICKET_STREAM),
  };
}

/** Roles whose tokens belong to a configured object that may be switched off. */
const OWNERS: Partial<Record<StaffRole, 'agents' | 'bots'>> = {
  agent: 'agents',
  supervisor: 'agents',
  bot: 'bots',
};

const BOOTSTRAP_ADMIN: StaffPrincipal = {
  role: 'admin',
  subject: 'bootstrap',
  tokenId: null,
  tokenHash: null,
  channelIds: null,
  expiresAt: null,
};

/** The agent with a user name, by id. */
async function agentNamed(
  stores: Pick<Stores, 'config'>,
  username: string,
): Promise<string | null> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await stores.config.list('agents', { limit: 200, cursor });
    const agent = page.items.find(
      (candidate) =>
        candidate['username'] === username ||
        (candidate['username'] === undefined && candidate.id === username),
    );
    if (agent) return agent.id;
    cursor = page.nextCursor;
  }
  return null;
}

function issuerOf(token: string): unknown {
  try {
    const claims = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
    ) as CustomerPrincipal & { iss?: unknown };
    return claims.iss;
  } catch {
    return null;
  }
}

function isStaffRole(role: string): role is StaffRole {
  return (STAFF_ROLES as readonly string[]).includes(role);
}

function expired(expiresAt: string | null, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now.toISOString();
}

function isUnavailable(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'UNAVAILABLE';
}

function sameHash(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function refused(): ProblemError {
  return new ProblemError(
    'UNAUTHENTICATED',
    'The credential is missing, wrong, expired or revoked.',
  );
}
