import { h, type JSX } from 'preact';
import type { ChatState } from '../chat-state';
import { fill, numberIn } from '../labels';
import { useWidget } from './context';
import { ClockIcon } from './icons';

/** The visitor's place in the queue; it changes as others are served. An estimate: whole minutes, one at least. */
export function Waiting({ position, seconds }: NonNullable<ChatState['wait']>): JSX.Element {
  const { labels, locale } = useWidget();
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  const time = numberIn(locale, minutes, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
  const place = fill(labels.queued, { position: numberIn(locale, position) });
  return h('p', { class: 'waiting', role: 'status' }, [
    h(ClockIcon, null),
    h('span', null, [
      h('b', null, position === 1 ? labels.next : place),
      ` · ${fill(labels.about, { time })}`,
    ]),
  ]);
}
