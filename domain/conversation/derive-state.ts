import { hasPrimaryAgent, hasStartedSession, hasWrapUp } from './facts';
import type { ConversationState, ConversationStateName } from './model';

/** The state as a function of the facts: the first matching row of domain.md 2.2 wins (V2). */
export function deriveState(state: ConversationState): ConversationStateName {
  if (state.closedAt !== null) return 'CLOSED';
  if (state.closingAt !== null) return 'CLOSING';
  const customer = hasStartedSession(state);
  const agents = hasPrimaryAgent(state);
  if (!customer && hasWrapUp(state)) return 'WRAP_UP';
  if (!customer && agents) return 'CUSTOMER_LEFT';
  if (!customer) return 'CLOSING';
  if (agents) return state.held ? 'ON_HOLD' : 'ACTIVE';
  return state.everAgent ? 'INACTIVE' : 'CREATED';
}
