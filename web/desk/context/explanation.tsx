import { useQuery } from '@tanstack/react-query';
import { clock, useLocale } from '../../shared/i18n/locale';
import type { Conversation, Explanation as Told } from '../../shared/model';
import { useUntil } from '../../shared/ui/now';
import { useNames, useSignedIn } from '../../shared/ui/signed-in';
import { Failed, Loading } from '../../shared/ui/states';
import { conversationPath } from '../queries';

/** How often it is asked for anew while it is looked at, ms. */
const REFRESH_MS = 5000;

/** Why the conversation stands as it does: what is waited for, whom routing chose and passed over, what was decided. */
export function Explanation({ conversation }: { conversation: Conversation }) {
  const { t, time, named } = useLocale();
  const { api } = useSignedIn();
  const name = useNames();
  const told = useQuery({
    queryKey: ['explain', conversation.id, conversation.lastSeq],
    queryFn: ({ signal }) =>
      api.call<Told>('GET', `${conversationPath(conversation.id)}/explain`, { signal }),
    placeholderData: (before) => before,
    refetchInterval: REFRESH_MS,
  });
  if (told.isPending) return <Loading />;
  if (told.isError) return <Failed error={told.error} retry={() => void told.refetch()} />;
  const { because, waitingFor, decisions, timers, routing } = told.data;
  return (
    <div className="explain">
      <p>
        <strong>{named('conversationState', told.data.state)}</strong>
      </p>
      <p className="dim" lang="en" dir="ltr">
        {[because, ...waitingFor.map((what) => `waits for ${what}`)].join('; ')}
      </p>
      {routing.waiting ? <Waiting waiting={routing.waiting} /> : null}
      {routing.decisions.length > 0 ? (
        <>
          <h3>{t('explain.routing')}</h3>
          <ol>
            {routing.decisions.map((decision) => (
              <li key={`${decision.taskId} ${decision.at}`}>
                <time dateTime={decision.at} className="tabular">
                  {time(decision.at)}
                </time>{' '}
                {decision.queueId ? name('queues', decision.queueId) : t('offer.direct')}
                {' → '}
                <strong dir="auto">{name('agents', decision.chosen)}</strong>
                <span className="dim">
                  {' '}
                  {t('explain.ofCandidates', {
                    count: decision.candidates.length,
                    step: decision.stepsOpen,
                  })}
                </span>
                <Skipped skipped={decision.skipped} />
              </li>
            ))}
          </ol>
        </>
      ) : null}
      {timers.length > 0 ? (
        <>
          <h3>{t('explain.timers')}</h3>
          <ul>
            {timers.map((timer) => (
              <Timer key={timer.name} {...timer} />
            ))}
          </ul>
        </>
      ) : null}
      {decisions.length > 0 ? (
        <details>
          <summary>{t('explain.decisions', { count: decisions.length })}</summary>
          <ol lang="en" dir="ltr" className="explain-log">
            {decisions.toReversed().map(({ at, event, outcome }, n) => (
              <li key={n}>
                <time dateTime={at} className="tabular">
                  {time(at)}
                </time>{' '}
                <code>{event}</code>: {outcome}
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </div>
  );
}

function Waiting({ waiting }: { waiting: NonNullable<Told['routing']['waiting']> }) {
  const { t } = useLocale();
  const name = useNames();
  const step = useUntil(waiting.stepDueAt);
  const facts = [
    waiting.queueId ? name('queues', waiting.queueId) : t('offer.direct'),
    waiting.position === null ? null : t('explain.position', { position: waiting.position }),
    waiting.ewtSeconds === null ? null : t('explain.wait', { time: clock(waiting.ewtSeconds) }),
    waiting.stepDueAt === null ? null : t('explain.nextStep', { time: clock(step) }),
    waiting.offeredTo ? t('explain.offeredTo', { name: name('agents', waiting.offeredTo) }) : null,
    waiting.preferAgentId
      ? t('explain.prefers', { name: name('agents', waiting.preferAgentId) })
      : null,
    waiting.candidates.length === 0
      ? t('explain.nobody')
      : t('explain.candidates', {
          names: waiting.candidates.map((id) => name('agents', id)).join(', '),
        }),
  ];
  return (
    <>
      <h3>{t('explain.looking')}</h3>
      <p>{facts.filter((fact) => fact !== null).join(' · ')}</p>
      <Skipped skipped={waiting.skipped} />
    </>
  );
}

/** Who was passed over, by the reason. */
function Skipped({ skipped }: { skipped: Readonly<Record<string, readonly string[]>> }) {
  const { named } = useLocale();
  const name = useNames();
  const reasons = Object.entries(skipped).filter(([, agents]) => agents.length > 0);
  if (reasons.length === 0) return null;
  return (
    <ul className="dim">
      {reasons.map(([reason, agents]) => (
        <li key={reason}>
          {named('skipped', reason)}: {agents.map((id) => name('agents', id)).join(', ')}
        </li>
      ))}
    </ul>
  );
}

function Timer({ name, dueAt, why }: Told['timers'][number]) {
  const { named } = useLocale();
  const left = useUntil(dueAt);
  return (
    <li>
      {named('timer', name.split(':')[0] ?? name)}{' '}
      <time dateTime={dueAt} className="tabular">
        {clock(left)}
      </time>{' '}
      <span className="dim" lang="en" dir="ltr">
        {why}
      </span>
    </li>
  );
}
