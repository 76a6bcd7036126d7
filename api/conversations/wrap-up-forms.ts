import type { Stores } from '../../infra/stores';
import { type Fault, invalid } from '../errors';
import { isUnavailable } from '../ingress/outage-budget';

export interface Label {
  readonly category: string;
  readonly value: string;
}
/** The wrap-up form of a conversation's channel decides which labels there are (domain.md 6.15). */
export interface WrapUpForms {
  /** Throws `VALIDATION_FAILED` for labels that the form does not have; a channel without a form takes any. */
  check(conversationId: string, labels: readonly Label[]): Promise<void>;
}

export function createWrapUpForms(stores: Pick<Stores, 'config' | 'conversations'>): WrapUpForms {
  return {
    async check(conversationId, labels) {
      const stored = await stores.conversations.get(conversationId).catch((error: unknown) => {
        // Labels that nobody can check are better than an agent who cannot finish.
        if (isUnavailable(error)) return null;
        throw error;
      });
      const channelId = stored?.projection.firstChannelId ?? stored?.channelSessions[0]?.channelId;
      const channel = channelId ? await stores.config.channel(channelId) : null;
      const formId = channel?.channel.wrapUp.formId;
      const form = formId ? await stores.config.get('wrap-up-forms', formId) : null;
      if (!form) return;
      const categories = (form['categories'] ?? []) as readonly {
        name: string;
        values: readonly string[];
      }[];
      const faults = labels.flatMap(({ category, value }, index): Fault[] => {
        const known = categories.find(({ name }) => name === category);
        if (!known) return [{ path: `labels[${index}].category`, message: 'not on the form' }];
        return known.values.includes(value)
          ? []
          : [{ path: `labels[${index}].value`, message: 'not on the form' }];
      });
      if (faults.length > 0) throw invalid(faults);
    },
  };
}
