import { memo } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { Conversation } from '../../shared/model';
import { useSignedIn } from '../../shared/ui/signed-in';
import { CustomerCard } from './customer-card';
import { DataEditor } from './data-editor';
import { Explanation } from './explanation';
import { History } from './history';
import { Participants } from './participants';
import { Section } from './section';
import { Sessions } from './sessions';
import { Timers } from './timers';

/** Everything known about the conversation that is open. */
export const ContextPanel = memo(function ContextPanel({
  conversation,
}: {
  conversation: Conversation;
}) {
  const { t } = useLocale();
  const { me } = useSignedIn();
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
      {me.role === 'agent' ? null : (
        <Section title={t('explain.title')} folded>
          {() => <Explanation conversation={conversation} />}
        </Section>
      )}
      <Section title={t('context.history')}>
        <History conversation={conversation} />
      </Section>
    </div>
  );
});
