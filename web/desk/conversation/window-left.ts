import type { Session } from '../../shared/model';

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
