import { ActionIcon, Tooltip } from '@mantine/core';
import { ArrowUpFromLine, Bot, Eye, Hand, Headset, Plug, User, UserMinus } from 'lucide-react';
import { clock, useLocale } from '../../shared/i18n/locale';
import type { Conversation } from '../../shared/model';
import { useSince } from '../../shared/ui/now';
import { useNames, useSignedIn } from '../../shared/ui/signed-in';
import { useErrorText } from '../../shared/ui/states';
import { useAct } from '../acts';
import { roleOf } from '../present-agents';

type Participant = Conversation['participants'][number];

/** Who takes part now. */
export function Participants({ conversation }: { conversation: Conversation }) {
  const present = conversation.participants.filter(({ leftAt }) => leftAt === null);
  return (
    <ul className="people">
      {present.map((who) => (
        <Person key={`${who.id}:${who.joinedAt}`} who={who} conversation={conversation} />
      ))}
    </ul>
  );
}

function Person({ who, conversation }: { who: Participant; conversation: Conversation }) {
  const { t, named } = useLocale();
  const { me } = useSignedIn();
  const name = useNames();
  const said = useErrorText();
  const act = useAct(conversation.id, said);
  const since = useSince(who.joinedAt);
  const path = `/participants/${encodeURIComponent(who.id)}`;
  const other = who.type === 'AGENT' && who.id !== me.subject;
  const primary = roleOf(conversation, me.subject) === 'PRIMARY';
  const Icon =
    who.role === 'OBSERVER'
      ? Eye
      : ({ AGENT: Headset, BOT: Bot, APP: Plug, CUSTOMER: User }[who.type] ?? User);
  return (
    <li>
      <Icon aria-hidden size={15} />
      <span className="cut" dir="auto">
        {labelOf()}
      </span>
      {conversation.raisedHands.includes(who.id) ? (
        <span className="tag">
          <Hand aria-hidden size={12} />
          {t('context.handUp')}
        </span>
      ) : null}
      <span className="dim">{who.type === 'CUSTOMER' ? '' : named('role', who.role)}</span>
      <span className="dim tabular">{clock(since)}</span>
      {other && (primary || me.role === 'supervisor') && who.role === 'ASSISTANT' ? (
        <Tooltip label={t('context.promote')}>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={t('context.promote')}
            onClick={() => act.mutate({ method: 'PATCH', path, body: { role: 'PRIMARY' } })}
          >
            <ArrowUpFromLine aria-hidden size={14} />
          </ActionIcon>
        </Tooltip>
      ) : null}
      {other && me.role === 'supervisor' ? (
        <Tooltip label={t('context.takeOut')}>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={t('context.takeOut')}
            onClick={() => act.mutate({ method: 'DELETE', path })}
          >
            <UserMinus aria-hidden size={14} />
          </ActionIcon>
        </Tooltip>
      ) : null}
    </li>
  );

  function labelOf(): string {
    if (who.type === 'CUSTOMER') return who.name ?? t('customer.unknown');
    if (who.type === 'BOT') return who.name ?? name('bots', who.id);
    return who.name ?? name('agents', who.id);
  }
}
