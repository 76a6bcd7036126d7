import { useState } from 'react';
import { useLocale } from '../shared/i18n/locale';

/** Seconds that are left, as a figure: beside what rings. */
export function SecondsLeft({ left }: { left: number }) {
  const { t } = useLocale();
  return (
    <span className="offer-left tabular">
      <span aria-hidden="true">{left}</span>
      <span className="visually-hidden" aria-live="off">
        {t('offer.left', { seconds: left })}
      </span>
    </span>
  );
}

/** The same as a bar, full when it was first seen. */
export function TimeBar({ left }: { left: number }) {
  const [total] = useState(() => Math.max(1, left));
  return <progress className="offer-bar" max={total} value={left} aria-hidden="true" />;
}
