import type { ConfigStore, ConversationStore, CustomerStore } from '../infra/stores';
import { isUnavailable } from './send-failures';
import type { ConversationActivities, OpeningFacts } from './types';

export interface OpeningDeps {
  readonly customers: Pick<CustomerStore, 'standing'>;
  readonly conversations: Pick<ConversationStore, 'previousOf'>;
  readonly config: Pick<ConfigStore, 'get'>;
  /** Answers of earlier looks, for the time when MongoDB is down; bounded by whoever makes it. */
  readonly remembered: {
    get(customerId: string): OpeningFacts | undefined;
    set(customerId: string, facts: OpeningFacts): void;
  };
}

/** What a run's first step learns (architecture.md decision 1). While MongoDB is down it is what this process knew last. */
export function createOpeningActivities({
  customers,
  conversations,
  config,
  remembered,
}: OpeningDeps) {
  return {
    async loadOpening({ customerId }: { readonly customerId: string }): Promise<OpeningFacts> {
      try {
        const facts = await read(customerId);
        remembered.set(customerId, facts);
        return facts;
      } catch (error) {
        const known = isUnavailable(error) ? remembered.get(customerId) : undefined;
        if (!known) throw error;
        return known;
      }
    },
  } satisfies Partial<ConversationActivities>;

  async function read(customerId: string): Promise<OpeningFacts> {
    const [standing, previous] = await Promise.all([
      customers.standing(customerId),
      conversations.previousOf(customerId),
    ]);
    // A customer whose record was erased is nobody in particular.
    const {
      name = null,
      anonymous = true,
      labels = [],
      mergedInto = null,
      liveIn = null,
    } = standing ?? {};
    return {
      customer: { id: customerId, name, anonymous, labelPriority: await labelPriority(labels) },
      mergedInto,
      liveIn,
      previous,
    };
  }

  /** The highest priority among the customer's labels, null when none has one. */
  async function labelPriority(labels: readonly string[]): Promise<number | null> {
    const found = await Promise.all(labels.map((label) => config.get('customer-labels', label)));
    const priorities = found
      .map((label) => label?.['priority'])
      .filter((priority) => typeof priority === 'number');
    return priorities.length > 0 ? Math.max(...priorities) : null;
  }
}
