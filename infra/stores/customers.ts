import type { Channel } from '../../domain/channel/schema';
import type { Page, PageRequest } from '../page';

export interface CustomerIdentity {
  readonly namespace: string;
  readonly externalId: string;
  readonly channelId: string | null;
  readonly linkedAt: string;
}
export interface Customer {
  readonly id: string;
  readonly name: string | null;
  readonly anonymous: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly mergedAttributes: Readonly<Record<string, readonly string[]>>;
  readonly labels: readonly string[];
  readonly identities: readonly CustomerIdentity[];
  readonly mergedInto: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Since when this is a tombstone. */
  readonly erasedAt: string | null;
}
export interface IdentifiedCustomer {
  readonly customerId: string;
  readonly name: string | null;
  readonly anonymous: boolean;
  /** `customerId` under whose workflow the conversation is to be signalled: itself, or `liveIn` (domain.md 10.3). */
  readonly signalTo: string;
  readonly suggestions: readonly string[];
}
export interface CustomerStore {
  /**
   * The customer behind a channel identity (domain.md 10.2), created when new; follows merges; answers from a bounded cache where
   * it can. Concurrent first calls of one identity make one customer. `verified`: a signature vouches for the identifier.
   * `aliases`: other names that the provider has for this very user. An unknown identifier joins the customer of a known alias, and
   * unknown aliases join the customer; nobody is merged by them.
   */
  identify(input: {
    readonly channel: Channel;
    readonly identifier: string;
    readonly aliases?: readonly string[];
    readonly name: string | null;
    readonly attributes?: Readonly<Record<string, string>>;
    readonly phone?: string | null;
    readonly verified?: boolean;
  }): Promise<IdentifiedCustomer>;
  get(id: string): Promise<Customer | null>;
  /** Follows `mergedInto`. */
  resolve(id: string): Promise<Customer | null>;
  create(input: {
    readonly name?: string | null;
    readonly attributes?: Readonly<Record<string, string>>;
    readonly labels?: readonly string[];
  }): Promise<Customer>;
  update(
    id: string,
    patch: {
      readonly name?: string | null;
      readonly attributes?: Readonly<Record<string, string | null>>;
      readonly labels?: readonly string[];
    },
  ): Promise<Customer>;
  search(
    filter: {
      readonly q?: string;
      readonly channelId?: string;
      readonly identifier?: string;
      readonly label?: string;
    },
    page: PageRequest,
  ): Promise<Page<Customer>>;
  /** domain.md 10.2 rule 4. `merge` set: the identity was the only one of an anonymous customer, who must now be merged. */
  link(
    customerId: string,
    identity: {
      readonly namespace: string;
      readonly externalId: string;
      readonly channelId: string;
    },
    actorId: string,
  ): Promise<{ readonly customer: Customer; readonly merge: string | null }>;
  unlink(
    customerId: string,
    identity: { readonly namespace: string; readonly externalId: string },
    actorId: string,
  ): Promise<Customer>;
  /** What a conversation's first step needs; `liveIn` of domain.md 10.3. Null when unknown. */
  standing(id: string): Promise<CustomerStanding | null>;
  /**
   * Step 1 of a merge (domain.md 10.3), in one transaction, audited. A repeat answers the same. Throws `CONFLICT`, and `UNAVAILABLE` while
   * another merge into one of the two is not settled.
   */
  merge(input: {
    readonly mergedId: string;
    readonly survivorId: string;
    readonly actorId: string;
    /** Tells a repeated call of one attempt from a merge that is asked for again. */
    readonly requestId: string;
  }): Promise<MergedCustomers>;
  setLiveIn(id: string, liveIn: string | null): Promise<void>;
  /** The last step of a merge: the conversations have heard of it, the next merge may begin. */
  settleMerge(merge: { readonly mergedId: string; readonly survivorId: string }): Promise<void>;
}
export interface CustomerStanding {
  readonly id: string;
  readonly name: string | null;
  readonly anonymous: boolean;
  readonly labels: readonly string[];
  readonly mergedInto: string | null;
  readonly liveIn: string | null;
}
export interface MergedCustomers {
  readonly survivor: {
    readonly id: string;
    readonly name: string | null;
    readonly anonymous: boolean;
  };
  /** Customers under whose workflows the two conversations lived before the merge: themselves, unless an earlier merge moved them. */
  readonly homes: { readonly merged: string; readonly survivor: string };
  /** An earlier request did it, and its conversations have found their place since. */
  readonly settled: boolean;
}
