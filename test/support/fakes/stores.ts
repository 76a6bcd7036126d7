import { randomUUID } from 'node:crypto';
import { referencesOf } from '../../../domain/configuration/references';
import { ProblemError } from '../../../domain/errors';
import {
  type AuditLog,
  type ConfigStore,
  type IdempotencyStore,
  type Page,
  type PageRequest,
  RESOURCE_NAMES,
  type ResourceName,
  type StoredResource,
  type Stores,
  type TicketStore,
  type TokenRecord,
  type TokenStore,
} from '../../../infra/stores';

/**
 * Stores in memory, for tests of the API alone. What a test needs beyond configuration and credentials it passes itself; the rest
 * fails loudly. `down` makes every method of these throw `UNAVAILABLE`, as MongoDB does while it is away.
 */
export function fakeStores(given: Partial<Stores> = {}): FakeStores {
  const outage = { down: false };
  const own = {
    config: fakeConfig(),
    tokens: fakeTokens(),
    tickets: fakeTickets(),
    idempotency: fakeIdempotency(),
    audit: fakeAudit(),
    routing: {
      publish: async () => undefined,
      agent: async () => null,
      agents: async () => [],
      events: async () => [],
      recent: async () => [],
      lastEvent: async () => 0,
      decisions: async () => [],
    },
    presence: { renew: async () => undefined, leases: async () => new Map() },
  };
  const guarded = Object.fromEntries(
    Object.entries(own).map(([name, store]) => [name, failing(store, outage)]),
  );
  const rest = {
    ping: async () => {
      if (outage.down) throw unavailable();
    },
    close: async () => undefined,
  };
  const stores = { ...guarded, ...rest, ...given, outage };
  return new Proxy(stores, {
    get: (target, name) => {
      if (name in target || typeof name === 'symbol' || name === 'then')
        return target[name as keyof typeof target];
      throw new Error(`the test gave no store "${name}"`);
    },
  }) as unknown as FakeStores;
}
export interface FakeStores extends Stores {
  readonly outage: { down: boolean };
  readonly audit: AuditLog & { readonly rows: Record<string, unknown>[] };
}

function failing<T extends object>(store: T, outage: { readonly down: boolean }): T {
  return new Proxy(store, {
    get(target, name) {
      const member = target[name as keyof T];
      // Spies of a test stand for themselves.
      if (typeof member !== 'function' || jest.isMockFunction(member)) return member;
      return async (...args: unknown[]) => {
        if (outage.down) throw unavailable();
        return (member as (...all: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

function unavailable(): ProblemError {
  return new ProblemError('UNAVAILABLE', 'The database is away.');
}

function fakeConfig(): ConfigStore {
  const all = new Map<ResourceName, Map<string, StoredResource>>();
  const mrds = new Map<string, string>();
  const of = (resource: ResourceName) =>
    all.get(resource) ?? all.set(resource, new Map()).get(resource) ?? new Map();
  const now = () => new Date().toISOString();
  return {
    get: async (resource, id) => of(resource).get(id) ?? null,
    list: async (resource, page) =>
      paged(
        [...of(resource).values()].sort((a, b) => a.id.localeCompare(b.id)),
        page,
        (item) => item.id,
      ),
    create: async (resource, value) => {
      if (of(resource).has(value.id)) throw new ProblemError('CONFLICT', 'the id exists');
      const stored = { ...value, version: 1, createdAt: now(), updatedAt: now() };
      of(resource).set(value.id, stored);
      return stored;
    },
    replace: async (resource, id, version, value) => {
      const before = of(resource).get(id);
      if (!before) throw new ProblemError('NOT_FOUND', 'no such object');
      if (before.version !== version) throw new ProblemError('PRECONDITION_FAILED', 'changed');
      const stored = {
        ...value,
        id,
        version: version + 1,
        createdAt: before.createdAt,
        updatedAt: now(),
      };
      of(resource).set(id, stored);
      return stored;
    },
    remove: async (resource, id) => {
      const users = RESOURCE_NAMES.flatMap((other) =>
        [...of(other).values()]
          .filter((object) =>
            referencesOf(other, object).some(
              (named) => named.resource === resource && named.id === id,
            ),
          )
          .map((object) => `${other}/${object.id}`),
      );
      if (users.length > 0) throw new ProblemError('CONFLICT', `In use by ${users.join(', ')}.`);
      if (!of(resource).delete(id)) throw new ProblemError('NOT_FOUND', 'no such object');
    },
    channelTypeMrd: async (type) => mrds.get(type) ?? 'chat',
    setChannelTypeMrd: async (type, mrd) => void mrds.set(type, mrd),
    channel: async (id) => {
      const channel = of('channels').get(id);
      const connector = channel && of('connectors').get(String(channel['connectorId']));
      if (!channel || !connector) return null;
      const { providerId, attributes, enabled } = connector;
      return {
        channel: channel as never,
        connector: {
          id: connector.id,
          providerId: String(providerId),
          enabled: enabled !== false,
          cfg: attributes as Record<string, unknown>,
          valid: true,
        },
      };
    },
    settings: async () => null,
  };
}

function fakeTokens(): TokenStore {
  const byHash = new Map<string, TokenRecord>();
  return {
    insert: async ({ hash, ...record }) => void byHash.set(hash, record),
    find: async (hash) => byHash.get(hash) ?? null,
    revoke: async (id) => {
      const entry = [...byHash].find(([, record]) => record.id === id);
      if (!entry || entry[1].revokedAt) return false;
      byHash.set(entry[0], { ...entry[1], revokedAt: new Date().toISOString() });
      return true;
    },
    revokeOf: async (subject, roles) => {
      for (const [hash, record] of byHash) {
        if (record.subject !== subject || !roles.includes(record.role)) continue;
        byHash.set(hash, { ...record, revokedAt: new Date().toISOString() });
      }
    },
  };
}

function fakeTickets(): TicketStore {
  const open = new Map<
    string,
    {
      readonly principal: Parameters<TicketStore['issue']>[0];
      readonly stream: string;
      readonly until: number;
    }
  >();
  return {
    issue: async (principal, stream) => {
      const ticket = `tkt_${randomUUID()}`;
      open.set(ticket, { principal, stream, until: Date.now() + 30_000 });
      return ticket;
    },
    redeem: async (ticket, stream) => {
      const entry = open.get(ticket);
      open.delete(ticket);
      return entry && entry.stream === stream && entry.until > Date.now() ? entry.principal : null;
    },
  };
}

function fakeIdempotency(): IdempotencyStore {
  const keys = new Map<
    string,
    { readonly bodyHash: string; answer?: { readonly status: number; readonly body: string } }
  >();
  return {
    begin: async (scope, key, bodyHash) => {
      const known = keys.get(`${scope} ${key}`);
      if (!known) {
        keys.set(`${scope} ${key}`, { bodyHash });
        return { state: 'fresh' };
      }
      if (known.bodyHash !== bodyHash) return { state: 'mismatch' };
      return known.answer ? { state: 'done', ...known.answer } : { state: 'pending' };
    },
    complete: async (scope, key, answer) => {
      const known = keys.get(`${scope} ${key}`);
      if (known) known.answer = answer;
    },
    abandon: async (scope, key) => void keys.delete(`${scope} ${key}`),
  };
}

function fakeAudit(): AuditLog & { readonly rows: Record<string, unknown>[] } {
  const rows: Record<string, unknown>[] = [];
  return {
    rows,
    record: async (row) => void rows.push({ ...row, at: new Date().toISOString() }),
    list: async (filter, page) => {
      const fits = (row: Record<string, unknown>) =>
        (!filter.action || row['action'] === filter.action) &&
        (!filter.target || row['target'] === filter.target);
      return paged([...rows].reverse().filter(fits), page, (row) => String(rows.indexOf(row)));
    },
  };
}

function paged<T>(
  items: readonly T[],
  { limit, cursor }: PageRequest,
  nameOf: (item: T) => string,
): Page<T> {
  const from = cursor ? items.findIndex((item) => nameOf(item) === cursor) + 1 : 0;
  const page = items.slice(from, from + limit);
  const last = page.at(-1);
  return { items: page, nextCursor: last && from + limit < items.length ? nameOf(last) : null };
}
