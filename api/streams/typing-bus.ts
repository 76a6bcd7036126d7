import type { ActorType } from '../../domain/conversation/actor';

/** Somebody writes, or stopped. Never stored, never numbered, not promised (reliability.md section 1). */
export interface TypingSign {
  readonly typing: boolean;
  readonly actor: { readonly type: ActorType; readonly id: string; readonly name: string | null };
  readonly channelSessionId: string | null;
  /** `staff`: not for the customer, who does not see observers and consulted agents. */
  readonly audience: 'everybody' | 'staff';
}
type Listener = (sign: TypingSign) => void;

/** Typing signs of this process, by customer: the customer's own to staff, those of the business to the customer and staff. */
export interface TypingBus {
  publish(customerId: string, sign: TypingSign): void;
  /** Call the answer to stop. */
  on(customerId: string, listener: Listener): () => void;
}

export function createTypingBus(): TypingBus {
  const listeners = new Map<string, Set<Listener>>();
  return {
    publish(customerId, sign) {
      for (const listener of listeners.get(customerId) ?? []) listener(sign);
    },
    on(customerId, listener) {
      const all = listeners.get(customerId) ?? new Set<Listener>();
      listeners.set(customerId, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0 && listeners.get(customerId) === all) listeners.delete(customerId);
      };
    },
  };
}
