import {
  IDENTITIES_PER_CUSTOMER,
  IDENTITIES_PER_NAMESPACE,
  isPhoneNamespace,
  typedNumber,
} from '../../domain/customer/identity';
import { ProblemError } from '../../domain/errors';
import type { Customer, CustomerIdentity } from '../stores';
import type { CustomerDocument } from './collections';

/** A customer as it is stored at first. */
export function newCustomer(
  id: string,
  at: string,
  given: Partial<
    Pick<
      CustomerDocument,
      'name' | 'anonymous' | 'attributes' | 'labels' | 'identities' | 'vouched'
    >
  >,
): CustomerDocument {
  return indexed({
    _id: id,
    name: null,
    anonymous: true,
    attributes: {},
    mergedAttributes: {},
    labels: [],
    identities: [],
    vouched: { phone: null, email: null },
    mergedInto: null,
    liveIn: null,
    absorbed: [],
    createdAt: at,
    updatedAt: at,
    phones: [],
    emails: [],
    words: [],
    ...given,
  });
}

/** The document with what is derived from its other members brought up to date. */
export function indexed(customer: CustomerDocument): CustomerDocument {
  const { identities, vouched, name } = customer;
  const ofNumbers = identities.filter(
    ({ namespace, externalId }) => isPhoneNamespace(namespace) && externalId.startsWith('+'),
  );
  const ofMail = identities.filter(({ namespace }) => namespace === 'email');
  const phones = unique([vouched.phone, ...ofNumbers.map(({ externalId }) => externalId)]);
  const emails = unique([vouched.email, ...ofMail.map(({ externalId }) => externalId)]);
  const named = (name ?? '').toLowerCase().split(/\s+/);
  const words = unique([
    ...named,
    ...phones,
    ...emails,
    ...identities.map(({ externalId }) => externalId.toLowerCase()),
  ]);
  return { ...customer, phones, emails, words };
}

/** What staff vouch for by writing it down; what a visitor claims about themselves is never matched. */
export function vouchedBy(
  attributes: Readonly<Record<string, string | null>>,
): CustomerDocument['vouched'] {
  const { phone, email } = attributes;
  return {
    phone: phone ? typedNumber(phone) : null,
    email: email ? email.trim().toLowerCase() : null,
  };
}

/** The customer with one more identity. Throws `CONFLICT` beyond the limits of domain.md 10.1. */
export function withIdentities(
  customer: CustomerDocument,
  added: readonly CustomerIdentity[],
): CustomerDocument {
  const identities = [...customer.identities, ...added];
  if (!withinLimits(identities)) {
    throw new ProblemError(
      'CONFLICT',
      `A customer has at most ${IDENTITIES_PER_CUSTOMER} identities, ${IDENTITIES_PER_NAMESPACE} of one kind.`,
    );
  }
  return { ...customer, identities };
}

export function withinLimits(identities: readonly CustomerIdentity[]): boolean {
  const counts = new Map<string, number>();
  for (const { namespace } of identities) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  return (
    identities.length <= IDENTITIES_PER_CUSTOMER &&
    [...counts.values()].every((count) => count <= IDENTITIES_PER_NAMESPACE)
  );
}

/** What the API shows. */
export function toCustomer(document: CustomerDocument): Customer {
  const {
    _id,
    name,
    anonymous,
    attributes,
    mergedAttributes,
    labels,
    identities,
    mergedInto,
    createdAt,
    updatedAt,
    erasedAt = null,
  } = document;
  return {
    id: _id,
    name,
    anonymous,
    attributes,
    mergedAttributes,
    labels,
    identities,
    mergedInto,
    createdAt,
    updatedAt,
    erasedAt,
  };
}

/**
 * The survivor and the merged customer after a merge (domain.md 10.3): identities and labels move, the survivor's attributes win,
 * differing values stay in `mergedAttributes`.
 */
export function mergedDocuments(
  merged: CustomerDocument,
  survivor: CustomerDocument,
  { at, requestId }: { readonly at: string; readonly requestId: string },
): { readonly merged: CustomerDocument; readonly survivor: CustomerDocument } {
  const homes = { merged: merged.liveIn ?? merged._id, survivor: survivor.liveIn ?? survivor._id };
  return {
    merged: indexed({
      ...merged,
      identities: [],
      labels: [],
      vouched: { phone: null, email: null },
      mergedInto: survivor._id,
      liveIn: null,
      absorbed: [],
      merge: { requestId, homes },
      updatedAt: at,
    }),
    survivor: indexed({
      ...withIdentities(survivor, merged.identities),
      name: survivor.name ?? merged.name,
      anonymous: survivor.anonymous && merged.anonymous,
      attributes: { ...merged.attributes, ...survivor.attributes },
      mergedAttributes: mergedAttributes(merged, survivor),
      labels: unique([...survivor.labels, ...merged.labels]),
      vouched: {
        phone: survivor.vouched.phone ?? merged.vouched.phone,
        email: survivor.vouched.email ?? merged.vouched.email,
      },
      absorbed: unique([...survivor.absorbed, merged._id, ...merged.absorbed]),
      // Where one of the two conversations lives already, the other one will join it there.
      liveIn: survivor.liveIn ?? homes.merged,
      merging: { mergedId: merged._id, since: at },
      updatedAt: at,
    }),
  };
}

function mergedAttributes(
  merged: CustomerDocument,
  survivor: CustomerDocument,
): CustomerDocument['mergedAttributes'] {
  const keys = unique([
    ...Object.keys(merged.attributes),
    ...Object.keys(merged.mergedAttributes),
    ...Object.keys(survivor.mergedAttributes),
  ]);
  const entries = keys.map((key) => {
    const kept = survivor.attributes[key] ?? merged.attributes[key];
    const values = [
      ...(survivor.mergedAttributes[key] ?? []),
      ...(merged.attributes[key] !== undefined && merged.attributes[key] !== kept
        ? [merged.attributes[key]]
        : []),
      ...(merged.mergedAttributes[key] ?? []),
    ];
    return [key, unique(values)] as const;
  });
  return Object.fromEntries(entries.filter(([, values]) => values.length > 0));
}

function unique(values: readonly (string | null)[]): string[] {
  return [...new Set(values)].filter((value) => value !== null && value !== '') as string[];
}
