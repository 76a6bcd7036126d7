import { LogIn, LogOut } from 'lucide-react';
import { useLocale } from '../../shared/i18n/locale';
import type { Entry } from '../../shared/model';
import { ChannelIcon } from '../../shared/ui/channel-icon';
import { useNames } from '../../shared/ui/signed-in';

export function DayDivider({ at }: { at: string }) {
  const { day } = useLocale();
  return (
    <div className="day">
      <span>{day(at)}</span>
    </div>
  );
}

export function SessionDivider({ entry }: { entry: Entry }) {
  const { t, named, time } = useLocale();
  const name = useNames();
  const { channelType, channelId, endReason } = entry.data ?? {};
  const started = entry.type === 'CHANNEL_SESSION_STARTED';
  const Icon = started ? LogIn : LogOut;
  return (
    <div className="session-divider">
      <span>
        <Icon aria-hidden size={13} className="flip" />
        <ChannelIcon type={String(channelType)} />
        {t(started ? 'thread.sessionStarted' : 'thread.sessionEnded', {
          channel: name('channels', String(channelId)),
        })}
        {started ? null : ` · ${named('endReason', String(endReason))}`}
        <time className="dim">{time(entry.at)}</time>
      </span>
    </div>
  );
}

/** Something that happened, in a line. */
export function EventLine({ entry }: { entry: Entry }) {
  const { time } = useLocale();
  const text = useEventText();
  return (
    <p className="event">
      <span>{text(entry)}</span> <time className="dim">{time(entry.at)}</time>
    </p>
  );
}

/** What an entry tells, in words. */
export function useEventText(): (entry: Entry) => string {
  const { t, named } = useLocale();
  const name = useNames();
  return ({ type, data, actor }) => {
    const fact = (key: string) => {
      const value = data?.[key];
      return value === null || value === undefined ? '' : String(value);
    };
    const target = () => {
      const to = (data?.['to'] ?? {}) as { queueId?: string; agentId?: string };
      return to.queueId ? name('queues', to.queueId) : name('agents', to.agentId);
    };
    const who = actor.name ?? name('agents', actor.id);
    const about = fact('name') || name('agents', fact('agentId') || fact('participantId')) || who;
    switch (type) {
      case 'CONVERSATION_PAUSED':
        return t('event.paused', {
          who: about,
          minutes: Math.round(Number(data?.['seconds']) / 60),
        });
      case 'CONVERSATION_RESUMED':
        return t('event.resumed', { cause: named('resumeCause', fact('cause')) });
      case 'END_CONVERSATION':
        return t('event.ended', { reason: named('closeReason', fact('closeReason')) });
      case 'AGENT_SUBSCRIBED':
        return t('event.joined', { who: about, role: named('role', fact('role')) });
      case 'AGENT_UNSUBSCRIBED':
        return t('event.left', { who: about, reason: named('leaveReason', fact('reason')) });
      case 'PARTICIPANT_ROLE_CHANGED':
        return t('event.role', {
          who: fact('participantType') === 'BOT' ? name('bots', fact('participantId')) : about,
          role: named('role', fact('to')),
        });
      case 'AGENT_REQUESTED':
        if (!fact('queueId') && !fact('agentId')) return t('event.requestedAny');
        return t('event.requested', {
          target: fact('queueId')
            ? name('queues', fact('queueId'))
            : name('agents', fact('agentId')),
        });
      case 'TRANSFER_STARTED':
      case 'TRANSFER_COMPLETED':
      case 'TRANSFER_FAILED':
        return t(`event.${type}`, {
          operation: named('operation', fact('operation')),
          target: target(),
          reason: named('taskCloseReason', fact('reason')),
        });
      case 'HAND_RAISED':
        return t(data?.['raised'] === true ? 'event.handUp' : 'event.handDown', { who: about });
      case 'WRAPUP_APPLIED': {
        const labels = (data?.['labels'] ?? []) as { category: string; value: string }[];
        return t('event.wrapUp', {
          who: about,
          labels: labels.map(({ category, value }) => `${category}: ${value}`).join(', '),
        });
      }
      case 'MESSAGE_DELIVERY_NOTIFICATION':
        return t('event.undelivered', { reason: fact('reasonCode') });
      case 'BOT_FAILED':
      case 'BOT_TIMEOUT':
        return t('event.botFailed', { bot: name('bots', fact('botId')) });
      default:
        return named('event', type);
    }
  };
}
