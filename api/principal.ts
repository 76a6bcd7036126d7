/** Who may call: roles of staff tokens, and `customer` for webchat (http-api.md section 1). */
export const STAFF_ROLES = [
  'admin',
  'supervisor',
  'agent',
  'connector',
  'bot',
  'operator',
] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];
export const ROLES = [...STAFF_ROLES, 'customer'] as const;
export type Role = (typeof ROLES)[number];

interface Caller {
  /** ISO UTC; null = does not expire by itself. */
  readonly expiresAt: string | null;
}

/** A person or program of the business. */
export interface StaffPrincipal extends Caller {
  readonly role: StaffRole;
  /** Agent, connector or bot id; for admins and operators a name. */
  readonly subject: string;
  /** Null for the bootstrap token and for sign-in by an issuer. */
  readonly tokenId: string | null;
  /** Names the token in the store; null likewise. */
  readonly tokenHash: string | null;
  /** Channels a connector's token is limited to; null = all of its connector. */
  readonly channelIds: readonly string[] | null;
}

/** A webchat visitor: one customer on one channel. */
export interface CustomerPrincipal extends Caller {
  readonly role: 'customer';
  /** The customer id. */
  readonly subject: string;
  readonly channelId: string;
  /** The visitor's identifier on the channel. */
  readonly identifier: string;
}

export type Principal = StaffPrincipal | CustomerPrincipal;

/** One caller under one name: scope of idempotency keys, rate limits and stream counts. */
export function callerKey(principal: Principal): string {
  const token = principal.role === 'customer' ? principal.channelId : (principal.tokenId ?? '-');
  return `${principal.role}:${principal.subject}:${token}`;
}

/** Whether a connector's token is good for a channel: those it names, else all of its own connector. */
export function mayUseChannel(
  principal: Principal,
  channel: { readonly id: string; readonly connectorId: string },
): boolean {
  if (principal.role !== 'connector') return false;
  return principal.channelIds
    ? principal.channelIds.includes(channel.id)
    : channel.connectorId === principal.subject;
}
