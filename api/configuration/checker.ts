import { isIPv6 } from 'node:net';
import type { z } from 'zod';
import type { AnyConnector } from '../../connectors/connector';
import { referencesOf } from '../../domain/configuration/references';
import { RESOURCE_SCHEMAS } from '../../domain/configuration/schema';
import type { Outgoing } from '../../infra/outgoing';
import type { ResourceName } from '../../infra/stores';
import { type Fault, faultsOf } from '../errors';
import { type Configured, ruleOf } from './rules';

type Fields = Readonly<Record<string, unknown>>;

/** Checks configured objects, whoever brings them: a request or parley.yaml. */
export interface ConfigurationChecker {
  /** The object by its schema and, for a connector, its provider's: defaults filled in. */
  parse(
    resource: ResourceName,
    object: Fields,
  ): { readonly value: Fields & { readonly id: string } } | { readonly faults: readonly Fault[] };
  /** What is wrong with a parsed object beside the others. */
  faultsAmong(
    resource: ResourceName,
    value: Fields,
    configured: Configured,
  ): Promise<readonly Fault[]>;
}

export interface CheckerDeps {
  readonly connectors: ReadonlyMap<string, AnyConnector>;
  readonly outgoing: Pick<Outgoing, 'check'>;
}

export function createConfigurationChecker({
  connectors,
  outgoing,
}: CheckerDeps): ConfigurationChecker {
  return {
    parse(resource, object) {
      const parsed = (RESOURCE_SCHEMAS[resource] as z.ZodType<Fields & { id: string }>).safeParse(
        object,
      );
      if (!parsed.success) return { faults: faultsOf(parsed.error) };
      if (resource !== 'connectors') return { value: parsed.data };
      const provider = connectors.get(String(parsed.data['providerId']));
      if (!provider)
        return {
          faults: [{ path: 'providerId', message: `one of ${[...connectors.keys()].join(', ')}` }],
        };
      const attributes = provider.configSchema.safeParse(parsed.data['attributes']);
      if (!attributes.success) return { faults: faultsOf(attributes.error, ['attributes']) };
      return { value: { ...parsed.data, attributes: attributes.data } };
    },
    async faultsAmong(resource, value, configured) {
      const faults = await Promise.all([
        missingReferences(resource, value, configured),
        forbiddenAddresses(value, outgoing),
        ruleOf(resource)(value, configured, connectors),
      ]);
      return faults.flat();
    },
  };
}

async function missingReferences(
  resource: ResourceName,
  value: Fields,
  configured: Configured,
): Promise<readonly Fault[]> {
  const found = await Promise.all(
    referencesOf(resource, value).map(async ({ path, resource: target, id }) => {
      // An object may name itself, as a team's supervisor may be its member.
      const known =
        (target === resource && id === value['id']) ||
        (await configured.get(target as ResourceName, id)) !== null;
      return known ? [] : [{ path, message: `no such object in ${target}` }];
    }),
  );
  return found.flat();
}

/** Every address in an object must be one that we may call: checked here, and again when it is used (reliability.md section 10). */
async function forbiddenAddresses(
  value: Fields,
  outgoing: Pick<Outgoing, 'check'>,
): Promise<readonly Fault[]> {
  const found = await Promise.all(
    addressesIn(value, '').map(async ({ path, url }) => {
      try {
        await within(CHECK_PATIENCE_MS, outgoing.check(url));
        return [];
      } catch {
        return [
          {
            path,
            message:
              'not an address that we may call (PARLEY_ALLOWED_PRIVATE_HOSTS lists exceptions)',
          },
        ];
      }
    }),
  );
  return found.flat();
}

/** A resolver that is slow to say no must not hold up a save: the address is looked at again when it is used. */
const CHECK_PATIENCE_MS = 2_000;

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, patience]).finally(() => clearTimeout(timer));
}

/** Fields that hold the address of another server: of a page or an API, or the host of a mail server. */
const URL_FIELD = /(^url|Url|Avatar)$/;
const HOST_FIELD = 'host';

function addressesIn(value: unknown, path: string): { path: string; url: string }[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const fields = value as Fields;
  return Object.entries(fields).flatMap(([key, inner]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof inner !== 'string') return addressesIn(inner, at);
    if (URL_FIELD.test(key))
      return wholeUrl(inner, fields['baseUrl']).map((url) => ({ path: at, url }));
    return key === HOST_FIELD ? [{ path: at, url: urlOfHost(inner, fields['port']) }] : [];
  });
}

/** An address as it is written, so that an odd spelling is seen; a path, below its base. None where it is neither: schemas say so. */
function wholeUrl(text: string, base: unknown): readonly string[] {
  if (URL.canParse(text)) return [text];
  return typeof base === 'string' && URL.canParse(text, base) ? [new URL(text, base).href] : [];
}

/** The scheme is that which all may use: mail servers are asked for by host and port alone. */
function urlOfHost(host: string, port: unknown): string {
  return `https://${isIPv6(host) ? `[${host}]` : host}:${port}/`;
}
