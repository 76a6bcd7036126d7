/** What the API needs of the configuration (infra/config.ts). */
export interface ApiConfig {
  /** Without a trailing slash: the outside URL that provider signatures are computed over. */
  readonly publicUrl: string;
  readonly adminToken: string;
  /** The first signs, all verify. */
  readonly secrets: readonly [string, ...string[]];
  readonly oidc?:
    | {
        readonly issuer: string;
        readonly audience: string;
        readonly roleClaim: string;
        /** As whom the pages send people to the issuer; unset = they ask for a token. */
        readonly signIn?: { readonly clientId: string; readonly scope: string } | undefined;
      }
    | undefined;
  readonly allowedPrivateHosts: readonly string[];
  /** Of the embedded Temporal: the demo page links it. */
  readonly temporalUiUrl?: string | undefined;
  /** Only where they differ from {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<ApiLimits>;
}

/** Bounds of one api process. */
export interface ApiLimits {
  /** Bytes of a JSON body (http-api.md section 1). */
  readonly bodyBytes: number;
  /** Bytes of a provider's webhook (connectors.md 1.2). */
  readonly webhookBytes: number;
  /** Bytes of one upload. */
  readonly mediaBytes: number;
  /** Requests in {@link ApiLimits.rateWindowSeconds} of one network address, before it is known who calls. */
  readonly requestsPerAddress: number;
  /** Requests in the same window of one token. */
  readonly requestsPerToken: number;
  readonly rateWindowSeconds: number;
  /** Of the budgets below: what one of these may set off in it. */
  readonly budgetWindowSeconds: number;
  /** Chats that one customer opens; whoever comes without a name is somebody new. */
  readonly startsPerCustomer: number;
  /** First messages to one address of a customer, whoever sends them. */
  readonly outboundPerNumber: number;
  readonly outboundPerToken: number;
  readonly exportsPerCustomer: number;
  readonly exportsPerToken: number;
  readonly reportsPerToken: number;
  /** Files that a visitor brings. */
  readonly uploadsPerCustomer: number;
  /** Files of staff, bots and connectors. */
  readonly uploadsPerToken: number;
  /** Open streams of one subject. */
  readonly streamsPerSubject: number;
  /** Seconds between heartbeat comments of a stream. */
  readonly heartbeatSeconds: number;
}

/**
 * Rates are a fence against runaway clients, not a quota: one connector may well deliver 300 messages a second, and a balancer
 * in front makes all callers one address. Budgets are a fence against abuse: far above what anybody does by hand.
 */
export const DEFAULT_LIMITS: ApiLimits = {
  bodyBytes: 256 * 1024,
  webhookBytes: 1024 * 1024,
  mediaBytes: 25 * 1024 * 1024,
  requestsPerAddress: 50_000,
  requestsPerToken: 20_000,
  rateWindowSeconds: 10,
  budgetWindowSeconds: 60,
  startsPerCustomer: 300,
  outboundPerNumber: 300,
  outboundPerToken: 1200,
  exportsPerCustomer: 30,
  exportsPerToken: 600,
  reportsPerToken: 3000,
  uploadsPerCustomer: 120,
  uploadsPerToken: 20_000,
  streamsPerSubject: 20,
  heartbeatSeconds: 15,
};
