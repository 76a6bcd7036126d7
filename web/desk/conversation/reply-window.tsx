import { Button } from '@mantine/core';
import { Clock3, FileWarning } from 'lucide-react';
import { clock, useLocale } from '../../shared/i18n/locale';
import type { Session } from '../../shared/model';
import { useNow } from '../../shared/ui/now';
import { type WindowLeft, windowLeft } from './window-left';

export function useReplyWindow(session: Session | undefined): WindowLeft {
  return windowLeft(session?.replyWindow, useNow());
}

/** Tells of a window that ends soon or has ended, and offers a template where one may be sent. */
export function WindowNotice({
  window: { state, left },
  template,
}: {
  window: WindowLeft;
  /** Null where the channel knows none. */
  template: (() => void) | null;
}) {
  const { t } = useLocale();
  if (state === 'open') return null;
  const closed = state !== 'soon';
  return (
    <div className="window-notice" data-closed={closed || undefined}>
      {closed ? <FileWarning aria-hidden size={16} /> : <Clock3 aria-hidden size={16} />}
      <span role="status">{t(closed ? `compose.window.${state}` : 'compose.window.soon')}</span>
      {closed ? null : <span className="tabular">{clock(left)}</span>}
      {template && state !== 'none' ? (
        <Button size="compact-xs" variant="light" onClick={template}>
          {t('compose.useTemplate')}
        </Button>
      ) : null}
    </div>
  );
}
