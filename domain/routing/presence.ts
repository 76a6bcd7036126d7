import type { AgentRow } from './model';

/** Without a sign of an agent for so many ms they count as gone (domain.md 5.1, `presence`). */
export const PRESENCE_MS = 60_000;
/**
 * Of several signs of an agent within so many ms only the first renews the lease, which therefore lasts that much longer: nobody is
 * judged absent early.
 */
export const PRESENCE_RENEWAL_MS = 2_000;

/** What leases say of agents. */
export interface PresenceVerdict {
  /** Nobody has heard of them for too long. */
  readonly lapsed: readonly string[];
  /** UNKNOWN agents who are heard of again. */
  readonly back: readonly string[];
  /** When the next lease ends, ms; null when none runs. */
  readonly nextAt: number | null;
}

/**
 * Judges agents by when their leases end (`leases`, ISO UTC; nobody's before `since` + {@link PRESENCE_MS}), at `now` ms. `unknown` are
 * those who were lost already.
 */
export function judgePresence(
  { agents, unknown, now }: Judged,
  leases: ReadonlyMap<string, string>,
): PresenceVerdict {
  const ends = agents.map(({ id, since }) => {
    const lease = leases.get(id);
    return { id, at: Math.max(since + PRESENCE_MS, lease ? Date.parse(lease) : 0) };
  });
  const living = ends.filter(({ at }) => at > now).map(({ at }) => at);
  return {
    lapsed: ends.filter(({ at }) => at <= now).map(({ id }) => id),
    back: unknown.filter((id) => Date.parse(leases.get(id) ?? '') > now),
    nextAt: living.length > 0 ? Math.min(...living) : null,
  };
}

/** Who is to be judged: agents who are there (`since` ms) and those who are UNKNOWN. */
export interface Judged {
  readonly agents: readonly { readonly id: string; readonly since: number }[];
  readonly unknown: readonly string[];
  readonly now: number;
}

/**
 * The agents of a domain whose presence is to be looked at. `leasesSince`: since when leases can be read again after an outage, ms.
 * An agent without a stream of their own (let in by a direct join) has no lease.
 */
export function toJudge(
  rows: Iterable<Pick<AgentRow, 'id' | 'state' | 'loginAt' | 'leased'>>,
  leasesSince: number,
): Omit<Judged, 'now'> {
  const leased = [...rows].filter((agent) => agent.leased);
  return {
    unknown: leased.filter(({ state }) => state === 'UNKNOWN').map(({ id }) => id),
    agents: leased
      .filter(({ state }) => state !== 'UNKNOWN')
      .map(({ id, loginAt }) => ({ id, since: Math.max(loginAt, leasesSince) })),
  };
}
