import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { BellRing } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { ApiError } from '../shared/api';
import { clock, useLocale } from '../shared/i18n/locale';
import { useNow, useSince, useUntil } from '../shared/ui/now';
import { useNames, useSignedIn } from '../shared/ui/signed-in';
import { useErrorText } from '../shared/ui/states';
import { useToast } from '../shared/ui/toasts';
import { SecondsLeft, TimeBar } from './countdown';
import { useCommand } from './palette/commands';
import { keys, type Offer, useOfferNote, useOffers } from './queries';
import { select } from './selection';
import { play } from './sounds';

/** What rings for this agent, with the time that is left to answer. */
export function Offers() {
  const { t } = useLocale();
  const { me } = useSignedIn();
  const known = useOffers(me.subject);
  const now = useNow();
  const offers = known.filter(({ expiresAt }) => Date.parse(expiresAt) > now);
  const ids = offers.map(({ taskId }) => taskId).join(' ');
  const heard = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const ringing = ids.split(' ').filter((id) => id !== '');
    if (ringing.some((id) => !heard.current.has(id))) play('offer');
    heard.current = new Set(ringing);
  }, [ids]);
  useEffect(() => {
    document.title = offers.length > 0 ? `(${offers.length}) ${t('desk.title')}` : t('desk.title');
  }, [offers.length, t]);
  return (
    <section className="offers" aria-live="assertive" aria-label={t('offer.region')}>
      {offers.map((offer) => (
        <OfferCard key={offer.taskId} offer={offer} />
      ))}
    </section>
  );
}

function OfferCard({ offer }: { offer: Offer }) {
  const { t, named } = useLocale();
  const { api, me } = useSignedIn();
  const name = useNames();
  const client = useQueryClient();
  const toast = useToast();
  const said = useErrorText();
  const left = useUntil(offer.expiresAt);
  const waited = useSince(offer.waitingSince);
  const note = useOfferNote(offer);
  const [key] = useState(() => crypto.getRandomValues(new Uint32Array(4)).join(''));
  const answer = useMutation({
    mutationFn: (how: 'accept' | 'decline') =>
      api.call('POST', `/v1/tasks/${encodeURIComponent(offer.taskId)}/${how}`, {
        key: `${key}-${how}`,
      }),
    // Its answer may have been lost: with the same key the winner still wins.
    retry: (count, error) => error instanceof ApiError && error.passing && count < 3,
    onSuccess: (_, how) => {
      if (how === 'accept') select(offer.conversationId);
    },
    onError: (error) => toast(said(error), 'error'),
    // Accepted, declined or gone: it does not ring any more.
    onSettled: () => {
      client.setQueryData<readonly Offer[]>(keys.offers(me.subject), (known = []) =>
        known.filter(({ taskId }) => taskId !== offer.taskId),
      );
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
        <SecondsLeft left={left} />
      </div>
      <TimeBar left={left} />
      {note ? (
        <p className="offer-note" dir="auto">
          {note}
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
