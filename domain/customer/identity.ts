import type { ChannelType } from '../channel/types';

/** How a channel names a customer (domain.md 10.1), and what of it may match across channels. */
export interface ChannelIdentity {
  readonly namespace: string;
  readonly externalId: string;
  /** E.164, when the identifier is a number that the provider vouches for. */
  readonly phone: string | null;
  /** Lower case, when the identifier is a mail address. */
  readonly email: string | null;
}
/** The business-side address of a channel, which scopes identifiers that mean nothing elsewhere. */
export interface IdentityScope {
  readonly channelType: ChannelType;
  readonly serviceIdentifier: string;
}

/** At most this many identities (domain.md 10.1). */
export const IDENTITIES_PER_CUSTOMER = 50;
export const IDENTITIES_PER_NAMESPACE = 10;
/** Customers who may be the same person, kept with the session (domain.md 10.2 rule 2). */
export const SUGGESTIONS_LIMIT = 10;

/** Namespaces shared by all channels of a type: numbers and mail addresses mean the same person everywhere. */
const SHARED_NAMESPACES: Readonly<Partial<Record<ChannelType, string>>> = {
  WHATSAPP: 'whatsapp',
  SMS: 'sms',
  CX_VOICE: 'voice',
  EMAIL: 'email',
};
/** Namespaces whose identifiers are numbers. */
export const PHONE_NAMESPACES = ['whatsapp', 'sms', 'voice'] as const;

/** Namespace of a channel's identities: `whatsapp`, `sms`, `voice`, `email`, else `<type>:<serviceIdentifier>`. */
export function identityNamespace(scope: IdentityScope): string {
  return SHARED_NAMESPACES[scope.channelType] ?? scopedNamespace(scope);
}

/**
 * The identity behind an identifier that a provider asserts. Numbers come out as E.164; a short code or an alphanumeric sender stays
 * as it is in the channel's own namespace, a provider's scoped id in the shared one (connectors.md 13.5).
 */
export function identityOf(scope: IdentityScope, identifier: string): ChannelIdentity {
  const given = identifier.trim();
  const namespace = identityNamespace(scope);
  if (namespace === 'email') {
    const email = given.toLowerCase();
    return { namespace, externalId: email, phone: null, email };
  }
  if (!isPhoneNamespace(namespace))
    return { namespace, externalId: given, phone: null, email: null };
  const phone = assertedNumber(given);
  if (phone) return { namespace, externalId: phone, phone, email: null };
  const own = namespace === 'sms' ? scopedNamespace(scope) : namespace;
  return { namespace: own, externalId: given, phone: null, email: null };
}

/** A number asserted by a provider (`wa_id`, Twilio `From`) as E.164: `+` and 7 to 15 digits, else null. No library gates it. */
export function assertedNumber(raw: string): string | null {
  const number = raw.trim().replace(/^whatsapp:/i, '');
  return e164(number.startsWith('+') ? number : `+${number}`);
}

/** A number typed by a person or sent to our API: the international form is required; null = refuse it. */
export function typedNumber(raw: string): string | null {
  return e164(raw.replace(/[\s.()[\]-]/g, ''));
}

/**
 * An identifier typed by a person or sent to our API, normalised for its channel. Null where a number is needed and this is none:
 * answer `VALIDATION_FAILED`.
 */
export function typedIdentifier(scope: IdentityScope, identifier: string): string | null {
  if (isPhoneNamespace(identityNamespace(scope))) return typedNumber(identifier);
  return identityOf(scope, identifier).externalId || null;
}

export function isPhoneNamespace(namespace: string): boolean {
  return (PHONE_NAMESPACES as readonly string[]).includes(namespace);
}

function scopedNamespace({ channelType, serviceIdentifier }: IdentityScope): string {
  const type = channelType === 'CX_VOICE' ? 'voice' : channelType.toLowerCase();
  return `${type}:${serviceIdentifier}`;
}

function e164(number: string): string | null {
  return /^\+\d{7,15}$/.test(number) ? number : null;
}
