import type { OpenAPIHono } from '@hono/zod-openapi';
import { Registry } from 'prom-client';
import { createApp } from '../../api/app';
import { mintToken } from '../../api/authenticator';
import type { AppDeps, AppEnv } from '../../api/context';
import type { StaffRole } from '../../api/principal';
import type { ApiConfig } from '../../api/settings';
import { readActivity } from '../../connectors/bots/bot-framework';
import { directLineSecretFits, identifierFits } from '../../connectors/webchat';
import { createBotCredentials } from '../../infra/bot-credentials';
import { type FakeStores, fakeStores } from './fakes/stores';

export const ADMIN_TOKEN = 'test-admin-token-of-enough-length';
export const SECRETS = ['test-secret-of-enough-length'] as const;

export interface TestApi {
  readonly app: OpenAPIHono<AppEnv>;
  readonly stores: FakeStores;
  /** What the API logged. */
  readonly logged: readonly {
    readonly level: string;
    readonly fields: object;
    readonly message: string;
  }[];
  /** One request. A body that is no string is sent as JSON. */
  call(
    method: string,
    path: string,
    options?: {
      readonly token?: string | null;
      readonly body?: unknown;
      readonly headers?: Record<string, string>;
    },
  ): Promise<Response>;
  /** A token of a role, as the store knows it. */
  tokenFor(
    role: StaffRole,
    subject: string,
    options?: { readonly channelIds?: readonly string[]; readonly expiresAt?: string },
  ): Promise<string>;
}

/** The API over stores in memory. Requests carry the bootstrap token unless told otherwise; `token: null` sends none. */
export function testApi(
  given: Partial<AppDeps> & { readonly limits?: ApiConfig['limits'] } = {},
): TestApi {
  const { limits, ...deps } = given;
  const stores = (given.stores as FakeStores | undefined) ?? fakeStores();
  const logged: { level: string; fields: object; message: string }[] = [];
  const log = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, fields, message });
  const app = createApp({
    temporal: unreachableTemporal(),
    connectors: new Map(),
    config: {
      publicUrl: 'http://localhost',
      adminToken: ADMIN_TOKEN,
      secrets: SECRETS,
      allowedPrivateHosts: [],
      ...(limits ? { limits } : {}),
    },
    logger: { info: log('info'), warn: log('warn'), error: log('error') },
    metrics: new Registry(),
    now: () => new Date(),
    stopping: new AbortController().signal,
    outgoing: {
      check: async () => undefined,
      fetch: () => () => Promise.reject(new Error('no network in this test')),
    },
    providers: [],
    identifierFits,
    directLineSecretFits,
    mediaLinkOf: (mediaId) => `http://localhost/media/${mediaId}`,
    isMediaLink: () => false,
    botReplies: {
      grantOf: createBotCredentials({ publicUrl: 'http://localhost', secrets: SECRETS }).read,
      read: readActivity,
    },
    ...deps,
    stores,
  });
  return {
    app,
    stores,
    logged,
    async call(method, path, { token = ADMIN_TOKEN, body, headers } = {}) {
      const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
      return app.request(path, {
        method,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(text === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(text === undefined ? {} : { body: text }),
      });
    },
    async tokenFor(
      role,
      subject,
      {
        channelIds = null,
        expiresAt = null,
      }: {
        readonly channelIds?: readonly string[] | null;
        readonly expiresAt?: string | null;
      } = {},
    ) {
      const { token, hash } = mintToken();
      await stores.tokens.insert({
        id: `tok_${hash.slice(0, 12)}`,
        role,
        subject,
        channelIds,
        expiresAt,
        revokedAt: null,
        hash,
      });
      return token;
    },
  };
}

function unreachableTemporal(): AppDeps['temporal'] {
  return new Proxy({} as AppDeps['temporal'], {
    get: (_target, name) => {
      throw new Error(`the test gave no Temporal client (${String(name)})`);
    },
  });
}
