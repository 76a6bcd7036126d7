import { ActionIcon, Button, Popover, TextInput, Tooltip } from '@mantine/core';
import { CalendarClock, XCircle } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { Conversation, Session } from '../../shared/model';
import { useErrorText } from '../../shared/ui/states';
import { useAct } from '../acts';
import { textOf } from './body-text';

/** Chooses when a message goes out. */
export function SendLater({
  session,
  disabled,
  schedule,
}: {
  session: Session | undefined;
  disabled: boolean;
  schedule: (sendAt: string) => void;
}) {
  const { t } = useLocale();
  const [opened, setOpened] = useState(false);
  const [at, setAt] = useState('');
  const time = at === '' ? Number.NaN : new Date(at).getTime();
  const tooEarly = time <= Date.now();
  const endsAt = session?.replyWindow?.endsAt;
  const closedByThen = endsAt !== undefined && time > Date.parse(endsAt);
  function submit(event: FormEvent): void {
    event.preventDefault();
    event.stopPropagation();
    if (Number.isNaN(time) || tooEarly) return;
    schedule(new Date(time).toISOString());
    setOpened(false);
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="top-end" withinPortal trapFocus>
      <Popover.Target>
        <Tooltip label={t('later.open')}>
          <ActionIcon
            variant="default"
            size={36}
            disabled={disabled}
            aria-label={t('later.open')}
            onClick={() => {
              setAt(inAnHour());
              setOpened(!opened);
            }}
          >
            <CalendarClock aria-hidden size={18} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <form className="form" onSubmit={submit}>
          <TextInput
            type="datetime-local"
            data-autofocus
            label={t('later.when')}
            required
            value={at}
            onChange={(event) => setAt(event.currentTarget.value)}
            error={tooEarly ? t('later.past') : undefined}
          />
          {closedByThen ? <p className="warn-text">{t('later.windowClosed')}</p> : null}
          <Button type="submit" disabled={Number.isNaN(time) || tooEarly}>
            {t('later.go')}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

/** What goes out later, each with a way to take it back. */
export function Scheduled({ conversation }: { conversation: Conversation }) {
  const { t, dateTime } = useLocale();
  const said = useErrorText();
  const act = useAct(conversation.id, said);
  const messages = [...conversation.scheduledMessages].sort((a, b) =>
    a.sendAt.localeCompare(b.sendAt),
  );
  if (messages.length === 0) return null;
  return (
    <ul className="scheduled" aria-label={t('later.list')}>
      {messages.map(({ messageId, sendAt, body }) => (
        <li key={messageId}>
          <CalendarClock aria-hidden size={14} />
          <time dateTime={sendAt}>{dateTime(sendAt)}</time>
          <span className="cut dim" dir="auto">
            {textOf(body ?? null)}
          </span>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={t('later.withdraw', { time: dateTime(sendAt) })}
            loading={act.isPending && act.variables.path.endsWith(messageId)}
            onClick={() =>
              act.mutate({ method: 'DELETE', path: `/messages/${encodeURIComponent(messageId)}` })
            }
          >
            <XCircle aria-hidden size={14} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}

/** As the field wants it: local time without a zone. */
function inAnHour(): string {
  const at = new Date(Date.now() + 3_600_000);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
