import { useLocale } from '../../shared/i18n/locale';
import type { Conversation } from '../../shared/model';
import { ChannelIcon } from '../../shared/ui/channel-icon';
import { Failed, Loading } from '../../shared/ui/states';
import { useCustomerHistory } from '../queries';
import { select } from '../selection';

/** The customer's other conversations. */
export function History({ conversation }: { conversation: Conversation }) {
  const { t, named, dateTime } = useLocale();
  const history = useCustomerHistory(conversation.customerId);
  if (history.isPending) return <Loading />;
  if (history.isError) return <Failed error={history.error} retry={() => void history.refetch()} />;
  const others = history.data.items.filter(({ id }) => id !== conversation.id);
  if (others.length === 0) return <p className="dim">{t('context.noHistory')}</p>;
  return (
    <ul className="past">
      {others.map((past) => (
        <li key={past.id}>
          <button type="button" onClick={() => select(past.id)}>
            <span className="row-channels">
              {past.channelTypes.map((type) => (
                <ChannelIcon key={type} type={type} />
              ))}
            </span>
            <span>{dateTime(past.createdAt)}</span>
            <span className="dim">{named('disposition', past.disposition ?? past.state)}</span>
            {past.erasedAt ? <span className="tag">{t('thread.erased')}</span> : null}
          </button>
        </li>
      ))}
    </ul>
  );
}
