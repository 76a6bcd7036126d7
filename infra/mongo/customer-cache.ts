import type { Db } from 'mongodb';
import type { ChannelIdentity } from '../../domain/customer/identity';
import { BoundedCache } from '../bounded-cache';
import type { CustomerStanding } from '../stores';
import { type CustomerDocument, customersOf, type IdentityDocument } from './collections';

/** Customers and identities kept in memory: a few hundred bytes each. */
const CACHE_LIMIT = 50_000;
/** Merges that are followed one after the other; a longer chain is a fault of ours. */
const MERGE_HOPS = 20;

type IdentityKey = Pick<ChannelIdentity, 'namespace' | 'externalId'>;
/** What is remembered of an identity. */
export type Owner = Pick<IdentityDocument, 'customerId' | 'suggestions'>;
/** What is remembered of a customer. */
export type Known = CustomerStanding &
  Pick<CustomerDocument, 'absorbed' | 'updatedAt'> & {
    readonly attributeNames: ReadonlySet<string>;
    readonly erased: boolean;
  };

/**
 * What one process remembers of customers, so that a known one is identified without a round trip and also while MongoDB is down.
 * The change stream keeps it fresh; a stale answer is harmless, since a merged customer's workflow hands on.
 */
export interface CustomerCache {
  owner(identity: IdentityKey): Owner | undefined;
  own(identity: IdentityKey, owner: Owner): Owner;
  remember(customer: CustomerDocument): Known;
  /** The customer, or whoever they were merged into; read where it is not remembered. Undefined: there is none. */
  followed(id: string): Promise<Known | undefined>;
  /** The customer and those merged into them, whose conversations are theirs, too. */
  historyOf(id: string): Promise<readonly string[]>;
  /** A customer was changed, here or by another process. */
  renew(customer: CustomerDocument): void;
  /** An identity was taken away. */
  release(identity: IdentityKey): void;
  /** Anything may have changed. */
  forget(): void;
}

export function createCustomerCache(db: Db): CustomerCache {
  const customers = customersOf(db);
  const owners = new BoundedCache<string, Owner>(CACHE_LIMIT);
  const known = new BoundedCache<string, Known>(CACHE_LIMIT);

  function remember(customer: CustomerDocument): Known {
    const { _id: id, name, anonymous, labels, mergedInto, liveIn, absorbed, updatedAt } = customer;
    const attributeNames = new Set(Object.keys(customer.attributes));
    const standing = {
      id,
      name,
      anonymous,
      labels,
      mergedInto,
      liveIn,
      absorbed,
      updatedAt,
      attributeNames,
      erased: customer.erasedAt !== undefined,
    };
    known.set(id, standing);
    return standing;
  }

  async function find(id: string): Promise<Known | undefined> {
    const remembered = known.get(id);
    if (remembered) return remembered;
    const customer = await customers.findOne({ _id: id });
    return customer ? remember(customer) : undefined;
  }

  return {
    remember,
    owner: (identity) => owners.get(keyOf(identity)),

    own(identity, { customerId, suggestions }) {
      const owner = { customerId, suggestions };
      owners.set(keyOf(identity), owner);
      return owner;
    },

    async followed(id) {
      let current = await find(id);
      for (let hop = 0; current?.mergedInto && hop < MERGE_HOPS; hop += 1) {
        current = await find(current.mergedInto);
      }
      return current;
    },

    async historyOf(id) {
      return [id, ...((await find(id))?.absorbed ?? [])];
    },

    renew(customer) {
      const before = known.get(customer._id);
      if (before && before.updatedAt <= customer.updatedAt) remember(customer);
    },

    release: (identity) => owners.delete(keyOf(identity)),

    forget() {
      owners.clear();
      known.clear();
    },
  };
}

function keyOf({ namespace, externalId }: IdentityKey): string {
  return `${namespace}\0${externalId}`;
}
