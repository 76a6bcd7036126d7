import { Button } from '@mantine/core';
import { Clock3, FileWarning } from 'lucide-react';
import { clock, useLocale } from '../../shared/i18n/locale';
import type { Session } from '../../shared/model';
import { useNow } from '../../shared/ui/now';

/** Seconds before its end from which a reply window is told of: earlier nobody needs to know. */
const NOTICE_SECONDS = 4 * 3600;

export interface WindowLeft {
  /** `soon`: it ends within hours. `template`, `none`: it has ended; what may still be sent. */
  readonly state: 'open' | 'soon' | 'template' | 'none';
  /** Seconds. */
  readonly left: number;
}

/** How the window stands in which an agent may answer freely. */
export function windowLeft(window: Session['replyWindow'] | undefined, now: number): WindowLeft {
  if (!window) return { state: 'open', left: Number.POSITIVE_INFINITY };
  const left = Math.floor((Date.parse(window.endsAt) - now) / 1000);
  if (left <= 0) return { state: window.outside, left: 0 };
  return { state: left > NOTICE_SECONDS ? 'open' : 'soon', left };
}

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
