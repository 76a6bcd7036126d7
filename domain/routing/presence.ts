/** Without a sign of an agent for so many ms they count as gone (domain.md 5.1, `presence`). */
export const PRESENCE_MS = 60_000;
/**
 * Of several signs of an agent within so many ms only the first renews the lease, which therefore lasts that much longer: nobody is
 * judged absent early.
 */
export const PRESENCE_RENEWAL_MS = 2_000;
