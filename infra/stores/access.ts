import type { Json } from '../../domain/json/json';

export interface TokenRecord {
  readonly id: string;
  readonly role: string;
  readonly subject: string;
  readonly channelIds: readonly string[] | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}
export interface TokenStore {
  insert(record: TokenRecord & { readonly hash: string }): Promise<void>;
  /** By the token's hash, through a cache of some seconds; null when unknown. Revocation reaches it at once in this process, elsewhere by the change stream. */
  find(hash: string): Promise<TokenRecord | null>;
  revoke(id: string): Promise<boolean>;
  /** Revokes every token of a subject in these roles: its owner is gone, or lost the role. */
  revokeOf(subject: string, roles: readonly string[]): Promise<void>;
}
export interface IdempotencyStore {
  /** `fresh`: go on and `complete`; `mismatch`: same key, other body; `pending`: the first is still being answered; `done`: its answer. */
  begin(
    scope: string,
    key: string,
    bodyHash: string,
  ): Promise<
    | { readonly state: 'fresh' | 'mismatch' | 'pending' }
    | { readonly state: 'done'; readonly status: number; readonly body: string }
  >;
  /** `about`: ids of customers whom the answer may quote. It goes with them. */
  complete(
    scope: string,
    key: string,
    answer: { readonly status: number; readonly body: string },
    about: readonly string[],
  ): Promise<void>;
  /** The request failed in a way that a repeat may mend. */
  abandon(scope: string, key: string): Promise<void>;
}
export interface TicketStore {
  /** A one-use ticket for a stream, 30 s, bound to the caller. */
  issue(principal: Readonly<Record<string, Json>>, stream: string): Promise<string>;
  redeem(ticket: string, stream: string): Promise<Readonly<Record<string, Json>> | null>;
}
