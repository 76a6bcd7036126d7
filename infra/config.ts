import path from 'node:path';
import { z } from 'zod';

/** How to reach Temporal. `tls` is on when any `TEMPORAL_TLS_*` key or an API key is set. Files are paths to PEM. */
export interface TemporalConfig {
  readonly address: string;
  readonly namespace: string;
  readonly apiKey?: string;
  readonly tls?: {
    readonly certPath?: string;
    readonly keyPath?: string;
    readonly caPath?: string;
    readonly serverName?: string;
  };
}

interface CommonConfig {
  readonly host: string;
  readonly port: number;
  /** Where both metrics ports listen. */
  readonly metricsHost: string;
  /** Of the api. */
  readonly metricsPort: number;
  readonly workerMetricsPort: number;
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute path of the list of erasures, kept beside the backups. */
  readonly erasureList: string;
  /** Without a trailing slash. Provider signatures are computed over it. */
  readonly publicUrl: string;
  /** Absolute path of `parley.yaml`. */
  readonly configFile: string;
  readonly allowedPrivateHosts: readonly string[];
  readonly payloadEncryption: boolean;
  readonly oidc?: {
    readonly issuer: string;
    readonly audience: string;
    readonly roleClaim: string;
    /** As whom the pages send people to the issuer; unset = they ask for a token. */
    readonly signIn?: { readonly clientId: string; readonly scope: string } | undefined;
  };
  readonly otlpEndpoint?: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Absolute; touched by a worker while it is well. */
  readonly workerHealthFile?: string;
  /** Open conversations that a worker keeps in memory; one beyond them is replayed when it goes on. */
  readonly workerCache: number;
  /** Whether workers can show the Web UI where each workflow waits. */
  readonly workerCallStacks: boolean;
  /** True under the supervisor with its own Temporal: one machine, so the worker keeps old bundles in the data directory. */
  readonly embedded: boolean;
}

/** What api and worker run on: every server is named, every secret is there. */
export interface Config extends CommonConfig {
  readonly temporal: TemporalConfig;
  readonly mongodbUri: string;
  readonly adminToken: string;
  /** The first signs, all verify. */
  readonly secrets: readonly [string, ...string[]];
  /** Where the Temporal Web UI is: pages link it, and it alone may open sealed histories in a browser. */
  readonly temporalUiUrl?: string;
}

/** What the supervisor starts from: whatever is left out, it brings along. */
export interface SupervisorConfig extends CommonConfig {
  readonly temporal: Omit<TemporalConfig, 'address'> & { readonly address?: string };
  readonly mongodbUri?: string;
  readonly adminToken?: string;
  readonly secrets?: readonly string[];
  readonly embeddedServers: {
    readonly temporalPort: number;
    readonly temporalUiPort: number;
    readonly mongodbPort: number;
    /** `fast`: the embedded Temporal skips the fsync of each commit. */
    readonly durability: 'full' | 'fast';
    readonly temporalPath: string;
    readonly mongodPath: string;
  };
}

/** Thrown when the environment does not validate. `problems` names every bad key, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(`The configuration does not validate:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
  }
}

/** The environment of api and worker. Throws {@link ConfigError}. @default `process.env` */
export function loadConfig(env: Environment = process.env): Config {
  const values = parse(env, Environment.extend(required));
  return {
    ...common(values),
    temporal: { ...temporal(values), address: values.TEMPORAL_ADDRESS },
    mongodbUri: values.MONGODB_URI,
    adminToken: values.PARLEY_ADMIN_TOKEN,
    secrets: values.PARLEY_SECRET as [string, ...string[]], // the schema refuses an empty list
    ...temporalUi(values),
  };
}

/** The environment of `npm start`. Throws {@link ConfigError}. @default `process.env` */
export function loadSupervisorConfig(env: Environment = process.env): SupervisorConfig {
  const values = parse(env, Environment);
  const bin = (name: string) => path.resolve(values.PARLEY_DATA_DIR, 'bin', name);
  return {
    ...common(values),
    temporal: { ...temporal(values), address: values.TEMPORAL_ADDRESS },
    mongodbUri: values.MONGODB_URI,
    adminToken: values.PARLEY_ADMIN_TOKEN,
    secrets: values.PARLEY_SECRET,
    embeddedServers: {
      temporalPort: values.EMBEDDED_TEMPORAL_PORT,
      temporalUiPort: values.EMBEDDED_TEMPORAL_UI_PORT,
      mongodbPort: values.EMBEDDED_MONGODB_PORT,
      durability: values.EMBEDDED_DURABILITY,
      temporalPath: values.TEMPORAL_CLI_PATH ?? bin('temporal'),
      mongodPath: values.MONGOD_PATH ?? bin('mongod'),
    },
  };
}

/** What `${NAME}` in parley.yaml may stand for. */
export function configurationVariables(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

type Environment = Readonly<Record<string, string | undefined>>;

const port = z.coerce.number().int().min(1).max(65_535);
const url = z.url({ protocol: /^https?$/ });
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const text = z.string().min(1);
const address = text.regex(/^[^\s/]+:\d+$/, 'must be host:port');
const mongodbUri = text.regex(
  /^mongodb(\+srv)?:\/\//,
  'must start with mongodb:// or mongodb+srv://',
);
// Sixteen characters keep out what somebody typed in passing; the generated ones have 43.
const token = z.string().min(16);
const secrets = list.refine(
  (all) => all.length > 0 && all.every((secret) => secret.length >= 16),
  'must be one or more secrets of at least 16 characters, separated by commas',
);

const Environment = z.object({
  HOST: text.default('127.0.0.1'),
  PORT: port.default(8080),
  METRICS_HOST: text.default('127.0.0.1'),
  METRICS_PORT: port.default(9464),
  WORKER_METRICS_PORT: port.optional(),
  PARLEY_DATA_DIR: text.default('.parley'),
  PARLEY_ERASURE_LIST: text.optional(),
  PARLEY_PUBLIC_URL: url.optional(),
  PARLEY_CONFIG: text.default('parley.yaml'),
  PARLEY_ADMIN_TOKEN: token.optional(),
  PARLEY_SECRET: secrets.optional(),
  PARLEY_ALLOWED_PRIVATE_HOSTS: list.default([]),
  PARLEY_WORKER_HEALTH_FILE: text.optional(),
  PARLEY_WORKER_CACHE: z.coerce.number().int().min(1).max(1_000_000).default(600),
  PARLEY_WORKER_CALL_STACKS: z.enum(['on', 'off']).default('off'),
  PARLEY_PAYLOAD_ENCRYPTION: z.enum(['on', 'off']).default('off'),
  /** Set by the supervisor for its children; nobody else needs it. */
  PARLEY_EMBEDDED: z.enum(['on', 'off']).default('off'),
  TEMPORAL_ADDRESS: address.optional(),
  TEMPORAL_NAMESPACE: text.default('default'),
  TEMPORAL_API_KEY: text.optional(),
  TEMPORAL_TLS: z.enum(['on', 'off']).optional(),
  TEMPORAL_TLS_CERT_PATH: text.optional(),
  TEMPORAL_TLS_KEY_PATH: text.optional(),
  TEMPORAL_TLS_CA_PATH: text.optional(),
  TEMPORAL_TLS_SERVER_NAME: text.optional(),
  TEMPORAL_UI_URL: url.optional(),
  MONGODB_URI: mongodbUri.optional(),
  EMBEDDED_TEMPORAL_PORT: port.default(7233),
  EMBEDDED_TEMPORAL_UI_PORT: port.default(8233),
  EMBEDDED_MONGODB_PORT: port.default(27_017),
  EMBEDDED_DURABILITY: z.enum(['full', 'fast']).default('full'),
  TEMPORAL_CLI_PATH: text.optional(),
  MONGOD_PATH: text.optional(),
  OIDC_ISSUER: url.optional(),
  OIDC_AUDIENCE: text.optional(),
  OIDC_ROLE_CLAIM: text.default('parley_role'),
  OIDC_CLIENT_ID: text.optional(),
  OIDC_SCOPE: text
    .regex(/(^|\s)openid(\s|$)/, 'must have the scope openid')
    .default('openid profile'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
type Values = z.infer<typeof Environment>;

const required = {
  TEMPORAL_ADDRESS: address,
  MONGODB_URI: mongodbUri,
  PARLEY_ADMIN_TOKEN: token,
  PARLEY_SECRET: secrets,
};

/** An empty variable counts as unset, as in compose files. */
function parse<T extends z.ZodType>(env: Environment, schema: T): z.infer<T> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  const problems = [
    ...(result.error?.issues.map((issue) => describe(issue, given)) ?? []),
    ...pairs(given),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return result.data as z.infer<T>; // no problems, so it parsed
}

/** Names the key and what is wrong with it, never the value: it may be a secret. */
function describe(issue: z.core.$ZodIssue, given: Environment): string {
  const key = String(issue.path[0]);
  return given[key] === undefined ? `${key}: is required` : `${key}: ${issue.message}`;
}

/** Keys that are useless alone. */
function pairs(env: Environment): string[] {
  const together = [
    ['OIDC_ISSUER', 'OIDC_AUDIENCE'],
    ['TEMPORAL_TLS_CERT_PATH', 'TEMPORAL_TLS_KEY_PATH'],
  ] as const;
  const needs = [
    ...together.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]),
    ['OIDC_CLIENT_ID', 'OIDC_ISSUER'] as const,
  ];
  return needs
    .filter(([present, missing]) => env[present] !== undefined && env[missing] === undefined)
    .map(([present, missing]) => `${missing}: is required because ${present} is set`);
}

function common(values: Values): CommonConfig {
  const issuer = values.OIDC_ISSUER;
  const audience = values.OIDC_AUDIENCE;
  const clientId = values.OIDC_CLIENT_ID;
  return {
    host: values.HOST,
    port: values.PORT,
    metricsHost: values.METRICS_HOST,
    metricsPort: values.METRICS_PORT,
    workerMetricsPort: values.WORKER_METRICS_PORT ?? values.METRICS_PORT + 1,
    dataDir: path.resolve(values.PARLEY_DATA_DIR),
    erasureList: path.resolve(
      values.PARLEY_ERASURE_LIST ?? path.join(values.PARLEY_DATA_DIR, 'erasures.ndjson'),
    ),
    publicUrl: (
      values.PARLEY_PUBLIC_URL ?? `http://${hostInUrl(values.HOST)}:${values.PORT}`
    ).replace(/\/+$/, ''),
    configFile: path.resolve(values.PARLEY_CONFIG),
    allowedPrivateHosts: values.PARLEY_ALLOWED_PRIVATE_HOSTS,
    payloadEncryption: values.PARLEY_PAYLOAD_ENCRYPTION === 'on',
    oidc:
      issuer && audience
        ? {
            issuer,
            audience,
            roleClaim: values.OIDC_ROLE_CLAIM,
            ...(clientId ? { signIn: { clientId, scope: values.OIDC_SCOPE } } : {}),
          }
        : undefined,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    logLevel: values.LOG_LEVEL,
    ...(values.PARLEY_WORKER_HEALTH_FILE
      ? { workerHealthFile: path.resolve(values.PARLEY_WORKER_HEALTH_FILE) }
      : {}),
    workerCache: values.PARLEY_WORKER_CACHE,
    workerCallStacks: values.PARLEY_WORKER_CALL_STACKS === 'on',
    embedded: values.PARLEY_EMBEDDED === 'on',
  };
}

function temporalUi(values: Values): { readonly temporalUiUrl?: string } {
  if (values.TEMPORAL_UI_URL) return { temporalUiUrl: values.TEMPORAL_UI_URL.replace(/\/+$/, '') };
  if (values.PARLEY_EMBEDDED === 'off') return {};
  return { temporalUiUrl: `http://127.0.0.1:${values.EMBEDDED_TEMPORAL_UI_PORT}` };
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function temporal(values: Values): Omit<TemporalConfig, 'address'> {
  const tls = {
    certPath: values.TEMPORAL_TLS_CERT_PATH,
    keyPath: values.TEMPORAL_TLS_KEY_PATH,
    caPath: values.TEMPORAL_TLS_CA_PATH,
    serverName: values.TEMPORAL_TLS_SERVER_NAME,
  };
  const asked = values.TEMPORAL_API_KEY ?? Object.values(tls).find((value) => value !== undefined);
  const on = values.TEMPORAL_TLS ? values.TEMPORAL_TLS === 'on' : asked !== undefined;
  return {
    namespace: values.TEMPORAL_NAMESPACE,
    apiKey: values.TEMPORAL_API_KEY,
    tls: on ? tls : undefined,
  };
}
