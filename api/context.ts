import type { Client } from '@temporalio/client';
import type { Context } from 'hono';
import type { Registry } from 'prom-client';
import type { Provider } from '../connectors';
import type { AnyConnector } from '../connectors/connector';
import type { BotAnswer } from '../domain/bot/answer';
import type { BotGrant } from '../infra/bot-credentials';
import type { Outgoing } from '../infra/outgoing';
import type { Stores } from '../infra/stores';
import type { Tracing } from '../infra/tracing/types';
import type { Authenticator } from './authenticator';
import type { Principal } from './principal';
import type { ApiConfig, ApiLimits } from './settings';

/** The part of a pino logger that the API uses; fields outside infra/logger.ts `LOGGED_FIELDS` are dropped. */
export interface ApiLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Runs work whose log lines all carry some fields (infra/log-fields.ts). */
export type WithLogFields = <T>(
  fields: { readonly requestId: string; readonly conversationId: string | undefined },
  work: () => T,
) => T;

/** What `createApp` (api/app.ts) is given by its entry point. */
export interface AppDeps {
  readonly stores: Stores;
  readonly temporal: Client;
  /** By provider id. */
  readonly connectors: ReadonlyMap<string, AnyConnector>;
  readonly config: ApiConfig;
  readonly logger: ApiLogger;
  /** @default lines carry what they are given alone */
  readonly withLogFields?: WithLogFields;
  readonly metrics: Registry;
  /** Unset: nothing is traced. */
  readonly tracing?: Tracing | null;
  readonly now: () => Date;
  /** Aborted when the process stops: open streams end and their readers come back. */
  readonly stopping: AbortSignal;
  /** The guarded way out: addresses are checked when they are saved, the sign-in issuer's keys are fetched. */
  readonly outgoing: Pick<Outgoing, 'check' | 'fetch'>;
  /** Whether a signature vouches for a webchat visitor's identifier; `cfg` is their connector's. */
  readonly identifierFits: (
    cfg: Readonly<Record<string, unknown>>,
    identifier: string | undefined,
    identifierHash: string | undefined,
  ) => boolean;
  /** Whether the caller is a site's own server, which may name its visitors; `cfg` is the webchat connector's. */
  readonly directLineSecretFits: (
    cfg: Readonly<Record<string, unknown>>,
    given: string | undefined,
  ) => boolean;
  /** A link to one of our media that needs no credential and expires. */
  readonly mediaLinkOf: (mediaId: string) => string;
  /** Whether a link that a provider was given to one of our media still holds. */
  readonly isMediaLink: (mediaId: string, expires: string, signature: string) => boolean;
  /** What a Bot Framework bot that answers later may do (connectors.md 12.5), and how its words are read; null: neither is ours. */
  readonly botReplies: {
    readonly grantOf: (credential: string) => BotGrant | null;
    readonly read: (activity: unknown) => BotAnswer | null;
  };
  /** The catalogue as `GET /v1/providers` shows it. */
  readonly providers: readonly Provider[];
}

/** What route modules get: the same, with what the frame adds. */
export interface RouteDeps extends AppDeps {
  readonly auth: Authenticator;
  readonly limits: ApiLimits;
}

/** A route as it was registered. */
export interface MatchedRoute {
  readonly method: string;
  readonly path: string;
}

/** Variables that the frame sets on each request. */
export interface AppEnv {
  Variables: {
    requestId: string;
    /** Looked up by the first that asks (api/middleware/route-policy.ts). */
    route: MatchedRoute | null | undefined;
    /** Who calls. Unset on public routes; read it with {@link principalOf}. */
    principal: Principal | undefined;
  };
}

/** The caller of a route that is not public. */
export function principalOf(c: Context<AppEnv>): Principal {
  const principal = c.get('principal');
  // The role table let the request through to a route that reads its caller: the row and the route disagree.
  if (!principal) throw new Error('a public route asked for its caller');
  return principal;
}
