import type { ConversationStateName } from '../../domain/conversation/model';

/** Changes of a conversation's state that a row of domain.md 2.3 gives; written down a second time, so that it can disagree with the product. */
export const LEGAL_STEPS: Readonly<
  Record<ConversationStateName, readonly ConversationStateName[]>
> = {
  CREATED: ['ACTIVE', 'CLOSING'],
  ACTIVE: ['ON_HOLD', 'INACTIVE', 'WRAP_UP', 'CUSTOMER_LEFT', 'CLOSING'],
  ON_HOLD: ['ACTIVE', 'INACTIVE', 'WRAP_UP', 'CUSTOMER_LEFT', 'CLOSING'],
  INACTIVE: ['ACTIVE', 'WRAP_UP', 'CLOSING'],
  CUSTOMER_LEFT: ['ACTIVE', 'INACTIVE', 'CLOSING'],
  WRAP_UP: ['ACTIVE', 'INACTIVE', 'CUSTOMER_LEFT', 'CLOSING'],
  CLOSING: ['CLOSED'],
  CLOSED: [],
};
