/**
 * What has become of telling a provider where to call. `REGISTERED`: it knows the address. `FAILED`: tried again at `nextAttemptAt`.
 * `SKIPPED`: no provider could reach the address.
 */
export type HookRegistrationState = 'REGISTERED' | 'FAILED' | 'SKIPPED';
export interface HookRegistration {
  readonly channelId: string;
  /** What was told: the address, and by which version of which connector. Anything else is told anew. */
  readonly fingerprint: string;
  readonly url: string;
  readonly state: HookRegistrationState;
  /** Why not, for people; free of secrets. */
  readonly reason: string | null;
  /** In a row that failed. */
  readonly attempts: number;
  /** ISO UTC. */
  readonly lastAttemptAt: string | null;
  readonly nextAttemptAt: string | null;
}
export interface HookRegistrationStore {
  get(channelId: string): Promise<HookRegistration | null>;
  all(): Promise<readonly HookRegistration[]>;
  save(registration: HookRegistration): Promise<void>;
  /** The provider is told again, whatever is known. */
  forget(channelId: string): Promise<void>;
}
