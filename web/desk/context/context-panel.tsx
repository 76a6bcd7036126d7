import { useLocale } from '../../shared/i18n/locale';
import type { Conversation, Entry } from '../../shared/model';
import { CustomerCard } from './customer-card';
import { DataEditor } from './data-editor';
import { History } from './history';
import { Participants } from './participants';
import { Section } from './section';
import { Sessions } from './sessions';
import { Timers } from './timers';

/** Everything known about the conversation that is open. */
export function ContextPanel({
  conversation,
}: {
  conversation: Conversation;
  entries: readonly Entry[];
}) {
  const { t } = useLocale();
  return (
    <div className="context-inner">
      <Section title={t('context.channels')}>
        <Sessions conversation={conversation} />
      </Section>
      <Section title={t('context.customer')}>
        <CustomerCard key={conversation.customerId} conversation={conversation} />
      </Section>
      <Section title={t('context.data')}>
        <DataEditor conversation={conversation} />
      </Section>
      <Section title={t('context.people')}>
        <Participants conversation={conversation} />
      </Section>
      <Section title={t('context.timers')}>
        <Timers conversation={conversation} />
      </Section>
      <Section title={t('context.history')}>
        <History conversation={conversation} />
      </Section>
    </div>
  );
}
