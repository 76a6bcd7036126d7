import { clock, useLocale } from '../../shared/i18n/locale';
import type { Conversation } from '../../shared/model';
import { useUntil } from '../../shared/ui/now';

/** What will happen by itself, and when. */
export function Timers({ conversation }: { conversation: Conversation }) {
  const { t } = useLocale();
  const timers = [...conversation.timers].sort((a, b) => a.dueAt.localeCompare(b.dueAt));
  if (timers.length === 0) return <p className="dim">{t('context.noTimers')}</p>;
  return (
    <ul className="people">
      {timers.map(({ name, dueAt }) => (
        <Timer key={name} name={name} dueAt={dueAt} />
      ))}
    </ul>
  );
}

function Timer({ name, dueAt }: { name: string; dueAt: string }) {
  const { named } = useLocale();
  const left = useUntil(dueAt);
  return (
    <li>
      <span className="cut">{named('timer', name.split(':')[0] ?? name)}</span>
      <span className="grow" />
      <time className="tabular dim" dateTime={dueAt}>
        {clock(left)}
      </time>
    </li>
  );
}
