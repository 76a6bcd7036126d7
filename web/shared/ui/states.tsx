import { Button, Loader } from '@mantine/core';
import { CloudOff, Inbox, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../api';
import { useLocale, type Word } from '../i18n/locale';
import { type LineState, useLine } from '../line';

export function Loading() {
  const { t } = useLocale();
  return (
    <div className="state" role="status">
      <Loader size="sm" />
      <span>{t('state.loading')}</span>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <Inbox aria-hidden size={28} strokeWidth={1.5} />
      <strong>{title}</strong>
      {children ? <span className="dim">{children}</span> : null}
    </div>
  );
}

export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useLocale();
  const said = useErrorText();
  return (
    <div className="state" role="alert">
      <CloudOff aria-hidden size={28} strokeWidth={1.5} />
      <strong>{said(error)}</strong>
      <Button
        variant="default"
        size="xs"
        leftSection={<RotateCw aria-hidden size={14} />}
        onClick={retry}
      >
        {t('state.retry')}
      </Button>
    </div>
  );
}

/** What went wrong, in words: the server's where it gave some. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useLocale();
  return (error) => {
    if (!(error instanceof ApiError)) return t('state.failed');
    if (error.status === 0) return t('state.unreachable');
    if (error.status >= 500) return t('state.unavailable');
    const faults = error.faults.map(({ path, message }) => `${path}: ${message}`);
    return [error.detail || t('state.failed'), ...faults].join(' ');
  };
}

const NOTICES: Readonly<Record<LineState, Word | null>> = {
  online: null,
  connecting: null,
  stale: 'state.stale',
  reconnecting: 'line.reconnecting',
  offline: 'line.offline',
};

/** A strip that tells how the page stands with the server, while it does not stand well. */
export function LineNotice() {
  const { t } = useLocale();
  const line = useLine();
  const word = NOTICES[line];
  return (
    <div role="status" className={word ? 'line-notice' : 'visually-hidden'}>
      {word ? (
        <>
          <CloudOff aria-hidden size={16} />
          {t(word)}
        </>
      ) : null}
    </div>
  );
}
