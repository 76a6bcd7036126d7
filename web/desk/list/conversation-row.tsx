import { Circle, CirclePause, Clock, DoorClosed, Headset, Hourglass } from 'lucide-react';
import { memo } from 'react';
import { clock, useLocale } from '../../shared/i18n/locale';
import type { Summary } from '../../shared/model';
import { ChannelIcon } from '../../shared/ui/channel-icon';
import { useSince } from '../../shared/ui/now';
import { useNames } from '../../shared/ui/signed-in';
import { useSeen } from '../seen';
import { select } from '../selection';

/** One conversation in a list: who, on what, how it stands, how long it waits. */
export const ConversationRow = memo(function ConversationRow({
  summary,
  selected,
}: {
  summary: Summary;
  selected: boolean;
}) {
  const { t, named, time } = useLocale();
  const name = useNames();
  const seen = useSeen(summary.id);
  const unread = !selected && summary.lastSeq > seen && summary.state !== 'CLOSED' && seen > 0;
  const last = summary.lastCustomerMessageAt ?? summary.createdAt;
  return (
    <button
      type="button"
      className="row"
      aria-current={selected ? 'true' : undefined}
      onClick={() => select(summary.id)}
    >
      <span className="avatar" aria-hidden="true">
        {initials(summary.customerName)}
      </span>
      <span className="row-main">
        <span className="row-top">
          <strong className="cut" dir="auto">
            {summary.customerName ?? t('customer.unknown')}
          </strong>
          <span className="dim tabular">{time(last)}</span>
        </span>
        <span className="row-bottom">
          <span className="row-channels">
            {summary.channelTypes.map((type) => (
              <ChannelIcon key={type} type={type} />
            ))}
          </span>
          <span className="tag" data-state={summary.state}>
            <StateSign state={summary.state} />
            {named('conversationState', summary.state)}
          </span>
          {summary.erasedAt ? <span className="tag">{t('thread.erased')}</span> : null}
          {summary.queueId ? (
            <span className="dim cut">{name('queues', summary.queueId)}</span>
          ) : null}
          <span className="grow" />
          {summary.waitingSince ? (
            <span className="waiting tabular">
              <Hourglass aria-hidden size={12} />
              <span className="visually-hidden">{t('list.waitsSince')}</span>
              <Waited since={summary.waitingSince} />
            </span>
          ) : null}
          {unread ? <span className="unread">{t('list.new')}</span> : null}
        </span>
      </span>
    </button>
  );
});

/** Counts; apart, so that the rest of the row need not be drawn each second. */
export function Waited({ since }: { since: string | null }) {
  return <span className="tabular">{clock(useSince(since))}</span>;
}

export function StateSign({ state }: { state: string }) {
  const props = { 'aria-hidden': true, size: 12 };
  if (state === 'ACTIVE') return <Headset {...props} />;
  if (state === 'ON_HOLD') return <CirclePause {...props} />;
  if (state === 'WRAP_UP') return <Clock {...props} />;
  return state === 'CLOSED' || state === 'CLOSING' || state === 'CUSTOMER_LEFT' ? (
    <DoorClosed {...props} />
  ) : (
    <Circle {...props} />
  );
}

/** The first letters of up to two words. */
export function initials(name: string | null): string {
  const words = (name ?? '').trim().split(/\s+/).filter(Boolean);
  return (
    words
      .slice(0, 2)
      .map((word) => [...word][0]?.toLocaleUpperCase())
      .join('') || '?'
  );
}
