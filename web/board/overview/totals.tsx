import { BellRing, Headset, Hourglass, MessagesSquare, Target } from 'lucide-react';
import type { ReactNode } from 'react';
import { clock, useLocale } from '../../shared/i18n/locale';
import { useSince } from '../../shared/ui/now';
import { useNames, useSignedIn } from '../../shared/ui/signed-in';
import { levelOf, type Thresholds } from '../levels';
import type { Stats } from '../stats';
import { LevelSign } from './level-sign';

/** The whole in five numbers. */
export function Totals({ stats, thresholds }: { stats: Stats; thresholds: Thresholds }) {
  const { t, number } = useLocale();
  const name = useNames();
  const { workspace } = useSignedIn();
  const sum = (of: (queue: Stats['queues'][number]) => number) =>
    stats.queues.reduce((total, queue) => total + of(queue), 0);
  const oldest = stats.queues
    .filter(({ oldestWaitingSince }) => oldestWaitingSince !== null)
    .sort((a, b) => (a.oldestWaitingSince ?? '').localeCompare(b.oldestWaitingSince ?? ''))[0];
  const waited = useSince(oldest?.oldestWaitingSince);
  const target =
    workspace.queues.find(({ id }) => id === oldest?.queueId)?.serviceLevelThresholdSeconds ?? 120;
  const offered = sum(({ today }) => today.offered);
  const answered = sum(({ today }) => today.answered);
  const within = sum(({ today }) => today.answeredWithin);
  const base = offered - sum(({ today }) => today.abandonedWithin);
  const ready = stats.agentStates['READY'] ?? 0;
  const loggedIn = stats.agents.filter(({ state }) => state !== 'LOGOUT').length;
  return (
    <div className="totals">
      <Total icon={<BellRing aria-hidden size={18} />} title={t('total.waiting')}>
        <strong>{number(sum(({ waiting }) => waiting))}</strong>
        <span className="dim">
          {t('total.ringing', { count: number(sum(({ ringing }) => ringing)) })}
        </span>
      </Total>
      <Total icon={<Hourglass aria-hidden size={18} />} title={t('total.oldest')}>
        <strong className="tabular">{clock(waited)}</strong>
        {oldest ? (
          <span className="dim">
            {t('total.queue', { queue: name('queues', oldest.queueId) })}{' '}
            <LevelSign level={levelOf(waited, target, thresholds)} />
          </span>
        ) : (
          <span className="dim">{t('total.nobody')}</span>
        )}
      </Total>
      <Total icon={<MessagesSquare aria-hidden size={18} />} title={t('total.open')}>
        <strong>{number(stats.conversations.open)}</strong>
        <span className="dim">
          {t('total.withBot', { count: number(stats.conversations.withBot) })}
        </span>
      </Total>
      <Total icon={<Headset aria-hidden size={18} />} title={t('total.agents')}>
        <strong>{number(ready)}</strong>
        <span className="dim">{t('total.loggedIn', { count: number(loggedIn) })}</span>
      </Total>
      <Total icon={<Target aria-hidden size={18} />} title={t('total.level')}>
        <strong>
          {base > 0 ? number(within / base, { style: 'percent', maximumFractionDigits: 0 }) : '–'}
        </strong>
        <span className="dim">
          {t('total.answered', { answered: number(answered), offered: number(offered) })}
        </span>
      </Total>
    </div>
  );
}

function Total({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <section className="total">
      <h2>
        {icon}
        {title}
      </h2>
      {children}
    </section>
  );
}
