import { PRESENCE_RENEWAL_MS } from '../../domain/routing/presence';
import type { PresenceStore } from '../../infra/stores/routing';
import type { ApiLogger } from '../context';
import type { Principal } from '../principal';

/** Agents whose last renewal is remembered. */
const REMEMBERED_LIMIT = 10_000;

/** Who is there: each authenticated call of an agent and their open stream renew their lease (domain.md 5.1, `presence`). */
export interface Presence {
  /** Never fails and is not waited for: while leases cannot be written nobody is judged absent. */
  seen(principal: Principal): void;
}

export function createPresence(
  store: Pick<PresenceStore, 'renew'>,
  logger: ApiLogger,
  now: () => Date,
): Presence {
  const renewed = new Map<string, number>();
  return {
    seen({ role, subject }) {
      if (role !== 'agent' && role !== 'supervisor') return;
      const at = now().getTime();
      if (at - (renewed.get(subject) ?? 0) < PRESENCE_RENEWAL_MS) return;
      if (renewed.size >= REMEMBERED_LIMIT) renewed.clear();
      renewed.set(subject, at);
      store.renew(subject).catch((err: unknown) => {
        renewed.delete(subject); // the next call tries again
        logger.warn({ err }, 'a presence lease could not be renewed');
      });
    },
  };
}
