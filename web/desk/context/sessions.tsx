import { ActionIcon, Tooltip } from '@mantine/core';
import { PowerOff } from 'lucide-react';
import { clock, useLocale } from '../../shared/i18n/locale';
import type { Conversation, Session } from '../../shared/model';
import { ChannelIcon } from '../../shared/ui/channel-icon';
import { useSince } from '../../shared/ui/now';
import { useNames, useSignedIn } from '../../shared/ui/signed-in';
import { useErrorText } from '../../shared/ui/states';
import { useAct } from '../acts';
import { roleOf } from '../present-agents';
import { Facts } from './section';

/** The channels on which the customer is present now, each with what it brought along; below those that have ended. */
export function Sessions({ conversation }: { conversation: Conversation }) {
  const { t } = useLocale();
  const active = conversation.channelSessions.filter(({ state }) => state === 'STARTED');
  const ended = conversation.channelSessions.filter(({ state }) => state === 'ENDED');
  return (
    <>
      {active.length === 0 ? <p className="dim">{t('context.noChannels')}</p> : null}
      {active.map((session) => (
        <SessionCard key={session.id} session={session} conversation={conversation} />
      ))}
      {ended.length > 0 ? (
        <details className="ended-sessions">
          <summary>{t('context.endedChannels', { count: ended.length })}</summary>
          {ended.map((session) => (
            <SessionCard key={session.id} session={session} conversation={conversation} />
          ))}
        </details>
      ) : null}
    </>
  );
}

function SessionCard({ session, conversation }: { session: Session; conversation: Conversation }) {
  const { t, named, dateTime } = useLocale();
  const name = useNames();
  const { me } = useSignedIn();
  const said = useErrorText();
  const act = useAct(conversation.id, said);
  const since = useSince(session.startedAt);
  const present = roleOf(conversation, me.subject) === 'PRIMARY';
  const started = session.state === 'STARTED';
  return (
    <article className="session-card" data-state={session.state}>
      <header>
        <ChannelIcon type={session.channelType} size={16} />
        <strong className="cut">{name('channels', session.channelId)}</strong>
        <span className="grow" />
        <span className="dim tabular">
          {started ? clock(since) : named('endReason', session.endReason ?? '')}
        </span>
        {started && (present || me.role === 'supervisor') ? (
          <Tooltip label={t('context.endChannel')}>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={t('context.endChannel')}
              onClick={() =>
                act.mutate({
                  method: 'DELETE',
                  path: `/sessions/${encodeURIComponent(session.id)}`,
                })
              }
            >
              <PowerOff aria-hidden size={14} />
            </ActionIcon>
          </Tooltip>
        ) : null}
      </header>
      <p className="dim cut" dir="auto">
        {session.customerIdentifier}
      </p>
      <Facts
        facts={[
          ...flat(session.channelData),
          [t('context.startedAt'), dateTime(session.startedAt)],
          ...(session.expiresAt
            ? [[t('context.endsAt'), dateTime(session.expiresAt)] as const]
            : []),
          ...(started && session.replyWindow
            ? [[t('context.repliesUntil'), dateTime(session.replyWindow.endsAt)] as const]
            : []),
        ]}
      />
    </article>
  );
}

/** Nested channel data as dotted names: `formData.topic`. */
export function flat(
  data: Readonly<Record<string, unknown>>,
  before = '',
): (readonly [string, string])[] {
  return Object.entries(data).flatMap(([key, value]) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? flat(value as Record<string, unknown>, `${before}${key}.`)
      : [[before + key, Array.isArray(value) ? value.join(', ') : String(value)] as const],
  );
}
