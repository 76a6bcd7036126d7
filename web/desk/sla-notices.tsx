import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { AlarmClock } from 'lucide-react';
import { useEffect, useId } from 'react';
import { useLocale } from '../shared/i18n/locale';
import { useUntil } from '../shared/ui/now';
import { useSignedIn } from '../shared/ui/signed-in';
import { useErrorText } from '../shared/ui/states';
import { useToast } from '../shared/ui/toasts';
import { SecondsLeft, TimeBar } from './countdown';
import {
  conversationPath,
  keys,
  type SlaNotice,
  useConversation,
  useCustomer,
  useNotices,
} from './queries';
import { select, useSelection } from './selection';
import { play } from './sounds';

/** How often a notice is held against the conversation itself, ms: an answer, from wherever, ends it. */
const LOOK_MS = 5000;

/** Customers who wait too long for this agent: warnings, and the question whether the agent stays (domain.md 5.3). */
export function SlaNotices() {
  const { t } = useLocale();
  const notices = useNotices();
  return (
    <section className="offers" aria-live="assertive" aria-label={t('sla.region')}>
      {notices.map((notice) => (
        <NoticeCard
          key={`${notice.conversationId} ${notice.dueAt} ${notice.kind}`}
          notice={notice}
        />
      ))}
    </section>
  );
}

/** Not modal on purpose: whoever is writing the answer at this moment must not lose the field. */
function NoticeCard({ notice }: { notice: SlaNotice }) {
  const { conversationId, kind, dueAt, toldAt } = notice;
  const { t } = useLocale();
  const id = useId();
  const { api } = useSignedIn();
  const client = useQueryClient();
  const toast = useToast();
  const said = useErrorText();
  const left = useUntil(dueAt);
  const selected = useSelection();
  const conversation = useConversation(conversationId, LOOK_MS);
  const customer = useCustomer(conversation.data?.customerId ?? '');
  const asks = kind === 'SLA_PROMPT';
  const over =
    left === 0 ||
    (conversation.dataUpdatedAt > toldAt &&
      !conversation.data?.timers.some(
        (timer) => timer.name === 'agentSla' && timer.dueAt === dueAt,
      ));
  const drop = () =>
    client.setQueryData<readonly SlaNotice[]>(keys.notices, (known = []) =>
      known.filter((other) => other !== notice),
    );
  const answer = useMutation({
    mutationFn: (how: 'STAY' | 'LEAVE') =>
      api.call('POST', `${conversationPath(conversationId)}/agent-sla`, { body: { answer: how } }),
    onSuccess: drop,
    onError: (error) => toast(said(error), 'error'),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.conversation(conversationId) });
      void client.invalidateQueries({ queryKey: keys.lists });
    },
  });
  useEffect(() => {
    if (asks) play('offer');
  }, [asks]);
  if (over) return null;
  return (
    <div
      className="offer notice"
      data-kind={kind}
      {...(asks ? { role: 'alertdialog', 'aria-labelledby': id } : {})}
    >
      <div className="offer-head">
        <AlarmClock aria-hidden size={18} />
        <div className="offer-what" id={id}>
          <strong>{t(asks ? 'sla.ask' : 'sla.hurry')}</strong>
          <span className="dim" dir="auto">
            {t('sla.waits', { name: customer.data?.name ?? t('customer.unknown') })}
          </span>
        </div>
        <SecondsLeft left={left} />
      </div>
      <TimeBar left={left} />
      <div className="offer-buttons">
        {asks ? (
          <Button loading={answer.isPending} onClick={() => answer.mutate('STAY')}>
            {t('sla.stay')}
          </Button>
        ) : null}
        {asks ? (
          <Button
            variant="default"
            disabled={answer.isPending}
            onClick={() => answer.mutate('LEAVE')}
          >
            {t('sla.leave')}
          </Button>
        ) : null}
        {selected === conversationId ? null : (
          <Button className="wide" variant="subtle" onClick={() => select(conversationId)}>
            {t('sla.open')}
          </Button>
        )}
      </div>
    </div>
  );
}
