import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { BellRing } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { clock, useLocale } from '../shared/i18n/locale';
import type { Task } from '../shared/model';
import { useSince, useUntil } from '../shared/ui/now';
import { useNames, useSignedIn } from '../shared/ui/signed-in';
import { useErrorText } from '../shared/ui/states';
import { useToast } from '../shared/ui/toasts';
import { useCommand } from './palette/commands';
import { keys, useOffers } from './queries';
import { select } from './selection';
import { play } from './sounds';

/** What rings for this agent, with the time that is left to answer. */
export function Offers() {
  const { t } = useLocale();
  const { me } = useSignedIn();
  const { data: offers = [] } = useOffers(me.subject);
  const heard = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (offers.some(({ id }) => !heard.current.has(id))) play('offer');
    heard.current = new Set(offers.map(({ id }) => id));
  }, [offers]);
  useEffect(() => {
    document.title = offers.length > 0 ? `(${offers.length}) ${t('desk.title')}` : t('desk.title');
  }, [offers.length, t]);
  return (
    <section className="offers" aria-live="assertive" aria-label={t('offer.region')}>
      {offers.map((offer) => (
        <Offer key={offer.id} offer={offer} />
      ))}
    </section>
  );
}

function Offer({ offer }: { offer: Task }) {
  const { t, named } = useLocale();
  const { api, me } = useSignedIn();
  const name = useNames();
  const client = useQueryClient();
  const toast = useToast();
  const said = useErrorText();
  const left = useUntil(offer.offerExpiresAt);
  const waited = useSince(offer.waitingSince ?? offer.queuedAt);
  const total = spanOf(offer);
  const answer = useMutation({
    mutationFn: (how: 'accept' | 'decline') =>
      api.call('POST', `/v1/tasks/${encodeURIComponent(offer.id)}/${how}`),
    onSuccess: (_, how) => {
      if (how === 'accept') select(offer.conversationId);
    },
    onError: (error) => toast(said(error), 'error'),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.offers(me.subject) });
      void client.invalidateQueries({ queryKey: keys.lists });
    },
  });
  useCommand('offer.accept', () => answer.mutate('accept'));
  useCommand('offer.decline', () => answer.mutate('decline'));
  return (
    <div className="offer">
      <div className="offer-head">
        <BellRing aria-hidden size={18} />
        <div className="offer-what">
          <strong>{named('direction', offer.direction)}</strong>
          <span className="dim">
            {offer.queueId ? name('queues', offer.queueId) : t('offer.direct')}
            {' · '}
            {t('offer.waited', { time: clock(waited) })}
          </span>
        </div>
        <span className="offer-left tabular">
          <span aria-hidden="true">{left}</span>
          <span className="visually-hidden" aria-live="off">
            {t('offer.left', { seconds: left })}
          </span>
        </span>
      </div>
      <progress className="offer-bar" max={total} value={left} aria-hidden="true" />
      {offer.note ? (
        <p className="offer-note" dir="auto">
          {offer.note}
        </p>
      ) : null}
      <div className="offer-buttons">
        <Button loading={answer.isPending} onClick={() => answer.mutate('accept')}>
          {t('offer.accept')}
        </Button>
        <Button
          variant="default"
          disabled={answer.isPending}
          onClick={() => answer.mutate('decline')}
        >
          {t('offer.decline')}
        </Button>
      </div>
    </div>
  );
}

function spanOf({ reservedAt, offerExpiresAt }: Task): number {
  if (!reservedAt || !offerExpiresAt) return 20;
  return Math.max(1, (Date.parse(offerExpiresAt) - Date.parse(reservedAt)) / 1000);
}
