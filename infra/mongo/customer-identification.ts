import type { Db } from 'mongodb';
import {
  type ChannelIdentity,
  identityOf,
  SUGGESTIONS_LIMIT,
} from '../../domain/customer/identity';
import { ID_PREFIXES } from '../../domain/ids';
import { randomId } from '../random-id';
import type { CustomerIdentity, CustomerStore, IdentifiedCustomer } from '../stores';
import {
  type CustomerDocument,
  customersOf,
  type IdentityDocument,
  identitiesOf,
} from './collections';
import type { CustomerCache, Known, Owner } from './customer-cache';
import { newCustomer, withIdentities, withinLimits } from './customer-document';
import { type CustomerRecords, ErasedError } from './customer-records';
import { isDuplicateKey } from './unavailable';

type Contact = Parameters<CustomerStore['identify']>[0];
/** Whom a new identity joins, or who may be the same person. */
interface Match {
  readonly join: CustomerDocument | null;
  readonly suggestions: readonly string[];
}

export interface IdentificationDeps {
  readonly records: CustomerRecords;
  readonly cache: CustomerCache;
  readonly now: () => Date;
}

/** The customer behind a channel identity (domain.md 10.2), made at first contact. */
export function createIdentification(
  db: Db,
  { records, cache, now }: IdentificationDeps,
): (contact: Contact) => Promise<IdentifiedCustomer> {
  const customers = customersOf(db);
  const identities = identitiesOf(db);

  return async function identify(contact) {
    const identity = identityOf(contact.channel, contact.identifier);
    const others = aliasesOf(identity, contact);
    try {
      return await identified(contact, identity, others);
    } catch (error) {
      if (!(error instanceof ErasedError)) throw error;
      // What was remembered is from before the erasure: whoever writes is somebody new.
      for (const each of [identity, ...others]) cache.release(each);
      return identified(contact, identity, others);
    }
  };

  async function identified(
    contact: Contact,
    identity: ChannelIdentity,
    others: readonly ChannelIdentity[],
  ): Promise<IdentifiedCustomer> {
    const owner =
      (await ownerOf(identity)) ??
      (await ofAlias(identity, others, contact)) ??
      (await meet(identity, contact));
    const known = await cache.followed(owner.customerId);
    if (!known) throw new Error(`The identity of ${owner.customerId} has no customer`);
    if (known.erased) throw new ErasedError();
    await keepAliases(others, owner.customerId, contact);
    const { id, name, anonymous, liveIn } = await enriched(known, contact);
    const suggestions = anonymous ? owner.suggestions : [];
    return { customerId: id, name, anonymous, signalTo: liveIn ?? id, suggestions };
  }

  async function ownerOf(identity: ChannelIdentity): Promise<Owner | undefined> {
    return cache.owner(identity) ?? (await lookUp(identity));
  }

  /** Never worth a message: what cannot be kept now is kept with the next one. */
  async function keepAliases(
    aliases: readonly ChannelIdentity[],
    customerId: string,
    contact: Contact,
  ): Promise<void> {
    try {
      for (const alias of aliases)
        if (!(await ownerOf(alias))) await adopt(alias, customerId, contact);
    } catch {
      // The database is away, or refuses the customer.
    }
  }

  /** The customer of the first alias that is known, to whom the identity is added. */
  async function ofAlias(
    identity: ChannelIdentity,
    aliases: readonly ChannelIdentity[],
    contact: Contact,
  ): Promise<Owner | undefined> {
    for (const alias of aliases) {
      const owner = await ownerOf(alias);
      if (owner) return adopt(identity, owner.customerId, contact);
    }
    return undefined;
  }

  /** Gives a customer one more identity; whoever was faster has it. Undefined: the customer has no room for more. */
  async function adopt(
    identity: ChannelIdentity,
    customerId: string,
    { channel }: Contact,
  ): Promise<Owner | undefined> {
    const { namespace, externalId } = identity;
    const linked = { namespace, externalId, channelId: channel.id, linkedAt: now().toISOString() };
    const { channelId, linkedAt } = linked;
    const _id = keyOf(identity);
    try {
      const customer = await records.transaction(async (session) => {
        const before = await records.existing(session, customerId);
        if (!withinLimits([...before.identities, linked])) return null;
        await identities.insertOne(
          {
            _id,
            customerId: before.mergedInto ?? customerId,
            channelId,
            linkedAt,
            suggestions: [],
          },
          { session },
        );
        return records.change(session, before.mergedInto ?? customerId, (target) =>
          withIdentities(target, [linked]),
        );
      });
      if (!customer) return undefined;
      cache.remember(customer);
      return cache.own(identity, { customerId: customer._id, suggestions: [] });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return lookUp(identity);
    }
  }

  /** One command: the identity with its customer. */
  async function lookUp(identity: ChannelIdentity): Promise<Owner | undefined> {
    const customer = {
      from: customers.collectionName,
      localField: 'customerId',
      foreignField: '_id',
      as: 'customer',
    };
    const [found] = await identities
      .aggregate<IdentityDocument & { customer: CustomerDocument[] }>([
        { $match: { _id: keyOf(identity) } },
        { $lookup: customer },
      ])
      .toArray();
    if (!found) return undefined;
    for (const document of found.customer) cache.remember(document);
    if (found.customer.some(({ erasedAt }) => erasedAt !== undefined)) {
      // An address that is nobody's: one that an older version linked to what is left of a customer.
      await identities.deleteOne({ _id: found._id, customerId: found.customerId });
      return undefined;
    }
    return cache.own(identity, found);
  }

  /** Concurrent first messages of one identity meet at its unique `_id`; the losers take the winner's customer. */
  async function meet(identity: ChannelIdentity, contact: Contact): Promise<Owner> {
    const at = now().toISOString();
    const { namespace, externalId } = identity;
    const linked = { namespace, externalId, channelId: contact.channel.id, linkedAt: at };
    const { join, suggestions } = await matchOf(identity, linked, contact);
    const created = newCustomer(randomId(ID_PREFIXES.customer), at, {
      name: contact.name,
      anonymous: contact.verified !== true,
      attributes: contact.attributes ?? {},
      identities: [linked],
    });
    const document: IdentityDocument = {
      _id: keyOf(identity),
      customerId: join?._id ?? created._id,
      channelId: contact.channel.id,
      linkedAt: at,
      suggestions,
    };
    try {
      // In a transaction both writes wait for the journal once, and no crash leaves one without the other.
      const customer = await records.transaction(async (session) => {
        await identities.insertOne(document, { session });
        if (join)
          return records.change(session, join._id, (before) => withIdentities(before, [linked]));
        await customers.insertOne(created, { session });
        return created;
      });
      cache.remember(customer);
      return cache.own(identity, document);
    } catch (error) {
      const winner = isDuplicateKey(error) ? await lookUp(identity) : undefined;
      if (!winner) throw error;
      return winner;
    }
  }

  /** domain.md 10.2 rule 2: numbers that a provider vouches for, and mail addresses of channels that carry them. */
  async function matchOf(
    { phone, email }: ChannelIdentity,
    linked: CustomerIdentity,
    { channel, ...contact }: Contact,
  ): Promise<Match> {
    const byPhone = MATCHED_BY_PHONE.has(channel.channelType) ? 'PHONE' : 'NONE';
    const matchBy = channel.identification.matchBy ?? byPhone;
    const number = contact.phone ?? phone;
    const filter = {
      PHONE: number && { phones: number },
      EMAIL: email && { emails: email },
      NONE: null,
    }[matchBy];
    if (!filter) return { join: null, suggestions: [] };
    const matches = await customers
      .find({ ...filter, mergedInto: null })
      .limit(SUGGESTIONS_LIMIT)
      .toArray();
    const [only] = matches;
    const autoLink = channel.identification.autoLink ?? matchBy === 'PHONE';
    const joins =
      only && matches.length === 1 && autoLink && withinLimits([...only.identities, linked]);
    return joins
      ? { join: only, suggestions: [] }
      : { join: null, suggestions: matches.map(({ _id }) => _id) };
  }

  /** A name and attributes that were not known before are kept, a verified identifier ends anonymity; nothing is overwritten. */
  async function enriched(
    known: Known,
    { name, attributes = {}, verified }: Contact,
  ): Promise<Known> {
    const fresh = Object.entries(attributes).filter(([key]) => !known.attributeNames.has(key));
    const named = known.name === null && name !== null;
    const proven = known.anonymous && verified === true;
    if (fresh.length === 0 && !named && !proven) return known;
    const after = await records.transaction((session) =>
      records.change(session, known.id, (before) => ({
        ...before,
        name: before.name ?? name,
        anonymous: before.anonymous && !proven,
        attributes: { ...Object.fromEntries(fresh), ...before.attributes },
      })),
    );
    return cache.remember(after);
  }
}

/** Aliases under which a provider may bring the same user again, other spellings of the same identity left out. */
function aliasesOf(
  identity: ChannelIdentity,
  { channel, aliases = [] }: Contact,
): readonly ChannelIdentity[] {
  return aliases
    .slice(0, ALIASES_LIMIT)
    .map((alias) => identityOf(channel, alias))
    .filter(({ externalId }) => externalId !== '' && externalId !== identity.externalId);
}

/** Names that one event may bring. */
const ALIASES_LIMIT = 5;

const MATCHED_BY_PHONE: ReadonlySet<string> = new Set(['WHATSAPP', 'SMS', 'CX_VOICE']);

/** The identity's `_id`; the order of the members is part of it. */
export function keyOf({
  namespace,
  externalId,
}: Pick<ChannelIdentity, 'namespace' | 'externalId'>): IdentityDocument['_id'] {
  return { namespace, externalId };
}
