import type { DiscoverIssuer } from '../oidc-discovery';
import { createRoute, createRouter, json, z } from '../openapi';
import type { ApiConfig } from '../settings';

const SignIn = z
  .object({
    oidc: z
      .object({
        issuer: z.string(),
        clientId: z.string(),
        scope: z.string(),
        authorizationEndpoint: z.string(),
        tokenEndpoint: z.string(),
        token: z.enum(['access_token', 'id_token']).meta({
          description: 'Which of the issuer’s tokens this API takes: the one of its audience.',
        }),
        audience: z.string(),
      })
      .nullable()
      .meta({ description: 'Null: staff sign in by token alone.' }),
  })
  .meta({ id: 'SignIn' });
const getSignIn = createRoute({
  method: 'get',
  path: '/v1/sign-in',
  tags: ['Operations'],
  summary: 'How staff can sign in on the pages',
  responses: { 200: json(SignIn, 'Public facts about the issuer.') },
});

export interface SignInDeps {
  readonly config: Pick<ApiConfig, 'oidc'>;
  /** Null where no issuer is configured. */
  readonly discover: DiscoverIssuer | null;
}

/** What pages need to send people to the issuer: OpenID Connect, authorization code with PKCE. */
export function signInRoutes(deps: SignInDeps) {
  return createRouter().openapi(getSignIn, async (c) =>
    c.json({ oidc: await signInBy(deps) }, 200),
  );
}

/** Throws `UNAVAILABLE` while the issuer does not answer. */
export async function signInBy({
  config: { oidc },
  discover,
}: SignInDeps): Promise<z.infer<typeof SignIn>['oidc']> {
  if (!oidc?.signIn || !discover) return null;
  const { authorizationEndpoint, tokenEndpoint } = await discover();
  if (authorizationEndpoint === null || tokenEndpoint === null) return null;
  const { issuer, audience } = oidc;
  const { clientId, scope } = oidc.signIn;
  // The audience of an ID token is the client, always (OpenID Connect Core 2).
  const token = audience === clientId ? 'id_token' : 'access_token';
  return { issuer, clientId, scope, authorizationEndpoint, tokenEndpoint, token, audience };
}
