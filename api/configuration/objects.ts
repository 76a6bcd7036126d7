import { randomBytes } from 'node:crypto';
import type { AnyConnector } from '../../connectors/connector';
import { ProblemError } from '../../domain/errors';
import type { ResourceName, StoredResource, Stores } from '../../infra/stores';
import { type Fault, invalid } from '../errors';
import type { ConfigurationChecker } from './checker';
import type { Editor } from './editor';
import type { Configured } from './rules';
import { masked, secretPaths, unmasked } from './secrets';

type Fields = Readonly<Record<string, unknown>>;

/** Reads and changes of configured objects as the administrator sees them: checked, masked, audited. */
export interface ConfigurationObjects {
  get(resource: ResourceName, id: string): Promise<StoredResource>;
  masked(resource: ResourceName, object: StoredResource): StoredResource;
  create(resource: ResourceName, object: Fields, editor: Editor): Promise<StoredResource>;
  /** `version` null takes whatever is current. */
  replace(
    resource: ResourceName,
    id: string,
    version: number | null,
    object: Fields,
    editor: Editor,
  ): Promise<StoredResource>;
  remove(resource: ResourceName, id: string, editor: Editor): Promise<void>;
}

export interface ConfigurationDeps {
  readonly stores: Pick<Stores, 'config' | 'audit' | 'tokens'>;
  readonly connectors: ReadonlyMap<string, AnyConnector>;
  readonly checker: ConfigurationChecker;
}

export function createConfigurationObjects({
  stores,
  connectors,
  checker,
}: ConfigurationDeps): ConfigurationObjects {
  const { config, audit, tokens } = stores;
  const configured: Configured = {
    get: (resource, id) => config.get(resource, id),
    all: (resource) => allOf(config, resource),
  };

  const mask = (resource: ResourceName, object: StoredResource) =>
    masked(object, secretPaths(resource, object, connectors));

  async function get(resource: ResourceName, id: string): Promise<StoredResource> {
    const stored = await config.get(resource, id);
    if (!stored) throw new ProblemError('NOT_FOUND', `There is no ${id} in ${resource}.`);
    return stored;
  }

  /** Throws with every fault there is. */
  async function checked(
    resource: ResourceName,
    object: Fields,
    stored: Fields | null,
  ): Promise<Fields & { readonly id: string }> {
    const { value: complete, faults } = unmasked(
      withoutReadOnly(resource, object),
      stored,
      secretPaths(resource, object, connectors),
    );
    const parsed = checker.parse(resource, complete);
    const own: readonly Fault[] = [...faults, ...('faults' in parsed ? parsed.faults : [])];
    if (own.length > 0 || 'faults' in parsed) throw invalid(own);
    const among = await checker.faultsAmong(resource, parsed.value, configured);
    if (among.length > 0) throw invalid(among);
    return parsed.value;
  }

  return {
    get,
    masked: mask,
    async create(resource, object, { actor, requestId }) {
      const value = await checked(
        resource,
        { ...object, id: object['id'] ?? newId(resource) },
        null,
      );
      const stored = await config.create(resource, value);
      await audit.record({
        actor,
        action: 'configuration.created',
        target: `${resource}/${stored.id}`,
        after: mask(resource, stored),
        requestId,
      });
      return stored;
    },
    async replace(resource, id, version, object, { actor, requestId }) {
      const before = await get(resource, id);
      if (version !== null && before.version !== version) throw stale(before.version);
      if (object['id'] !== undefined && object['id'] !== id)
        throw invalid([{ path: 'id', message: 'differs from the path' }]);
      const value = await checked(resource, { ...object, id }, before);
      const stored = await config.replace(resource, id, version ?? before.version, value);
      if (resource === 'agents' && before['supervisor'] === true && stored['supervisor'] !== true)
        await tokens.revokeOf(id, ['supervisor']);
      await audit.record({
        actor,
        action: 'configuration.replaced',
        target: `${resource}/${id}`,
        before: mask(resource, before),
        after: mask(resource, stored),
        requestId,
      });
      return stored;
    },
    async remove(resource, id, { actor, requestId }) {
      const before = await get(resource, id);
      // The store sees to all that names or uses it; members are named by the team itself.
      const members = resource === 'teams' ? (before['memberIds'] as readonly string[]) : [];
      if (members.length > 0)
        throw new ProblemError('CONFLICT', `It has members: ${members.join(', ')}.`);
      await config.remove(resource, id);
      await tokens.revokeOf(id, ROLES_OF[resource] ?? []);
      await audit.record({
        actor,
        action: 'configuration.deleted',
        target: `${resource}/${id}`,
        before: mask(resource, before),
        requestId,
      });
    },
  };
}

/** Tokens that go with their owner. */
const ROLES_OF: Partial<Record<ResourceName, readonly string[]>> = {
  agents: ['agent', 'supervisor'],
  bots: ['bot'],
  connectors: ['connector'],
};

/** All objects of a resource; configuration is small. */
async function allOf(
  config: Stores['config'],
  resource: ResourceName,
): Promise<readonly StoredResource[]> {
  const all: StoredResource[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await config.list(resource, { limit: 200, cursor });
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}

/** Fields that reads show and writes ignore, so that what was read can be sent back. */
const READ_ONLY = ['version', 'createdAt', 'updatedAt'];
/** Of agents: what routing knows of them. */
const AGENT_STATE = ['state', 'reason', 'since', 'loginAt', 'mrdStates', 'timers'];

function withoutReadOnly(resource: ResourceName, object: Fields): Fields {
  const left = resource === 'agents' ? [...READ_ONLY, ...AGENT_STATE] : READ_ONLY;
  return Object.fromEntries(Object.entries(object).filter(([key]) => !left.includes(key)));
}

function newId(resource: ResourceName): string {
  return `${resource.replace(/s$/, '')}-${randomBytes(8).toString('hex')}`;
}

function stale(current: number): ProblemError {
  return new ProblemError('PRECONDITION_FAILED', `The current version is ${current}.`);
}
