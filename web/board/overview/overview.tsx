import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import { useLine } from '../../shared/line';
import { prefer, preference } from '../../shared/session';
import { Failed, Loading } from '../../shared/ui/states';
import { THRESHOLDS, type Thresholds } from '../levels';
import type { BoardQuery } from '../stats';
import { Agents } from './agents';
import { Queues } from './queues';
import { Running } from './running';
import { Totals } from './totals';

export function Overview({ board }: { board: BoardQuery }) {
  const { t, time } = useLocale();
  const line = useLine();
  const [thresholds, setThresholds] = useState(() => preference('thresholds', THRESHOLDS));
  if (!board.data)
    return board.isError ? (
      <Failed error={board.error} retry={() => void board.refetch()} />
    ) : (
      <Loading />
    );
  function change(part: Partial<Thresholds>): void {
    const next = { ...thresholds, ...part };
    prefer('thresholds', next);
    setThresholds(next);
  }
  const stale = line === 'stale' || line === 'reconnecting' || line === 'offline';
  return (
    <div className="overview" data-stale={stale || undefined}>
      <h1 className="visually-hidden">{t('board.overview')}</h1>
      <p className="dim as-of" role="status">
        {t('board.updated', { time: time(board.data.at) })}
        {stale ? ` · ${t('state.stale')}` : ''}
      </p>
      <Totals stats={board.data} thresholds={thresholds} />
      <Queues stats={board.data} thresholds={thresholds}>
        <Threshold
          label={t('threshold.warning')}
          value={thresholds.warning}
          change={(warning) => change({ warning })}
        />
        <Threshold
          label={t('threshold.critical')}
          value={thresholds.critical}
          change={(critical) => change({ critical })}
        />
      </Queues>
      <Agents stats={board.data} />
      <Running />
    </div>
  );
}

function Threshold({
  label,
  value,
  change,
}: {
  label: string;
  value: number;
  change: (value: number) => void;
}) {
  return (
    <div className="threshold">
      <span aria-hidden="true">{label}</span>
      <TextInput
        size="xs"
        type="number"
        aria-label={label}
        min={1}
        max={1000}
        value={value}
        onChange={(event) => {
          const number = Number(event.currentTarget.value);
          if (number >= 1 && number <= 1000) change(number);
        }}
      />
    </div>
  );
}
