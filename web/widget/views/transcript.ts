import { Fragment, h, type JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { datesIn } from '../../shared/dates';
import type { ChatState } from '../chat-state';
import { fill, type Labels } from '../labels';
import { type Item, items, type Message as MessageItem, type Notice } from '../timeline';
import { useWidget } from './context';
import { DownIcon } from './icons';
import { Message } from './message';

/** Items drawn at once; older ones come by a button. */
const PAGE = 150;
/** Pixels from the end that still count as being at the end. */
const NEAR_END = 80;
/** Messages of one author within this time form one run. */
const RUN_MS = 3 * 60_000;

/** Everything said so far, as a live region. It follows the newest message unless the visitor has scrolled up. */
export function Transcript({ state }: { state: ChatState }): JSX.Element {
  const { labels, locale } = useWidget();
  const box = useRef<HTMLDivElement>(null);
  const stick = useRef(true);
  const [away, setAway] = useState(false);
  const [shown, setShown] = useState(PAGE);
  const all = items(state.timeline, state.outbox);
  const list = all.slice(-shown);
  const last = all.at(-1);
  const newestOwn = all.findLast(isOwn);

  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (last?.kind === 'message' && last.author === 'visitor') stick.current = true;
    if (stick.current) toEnd();
  }, [last?.key, state.typing, state.loading, state.open]);

  // The field below grows, a picture arrives, the phone's keyboard opens: the newest message stays in sight.
  useEffect(() => {
    const follow = new ResizeObserver(() => {
      if (stick.current) toEnd();
    });
    for (const element of [box.current, box.current?.firstElementChild])
      if (element) follow.observe(element);
    return () => follow.disconnect();
  }, []);

  const onScroll = () => {
    const at = box.current;
    if (!at) return;
    stick.current = at.scrollHeight - at.scrollTop - at.clientHeight < NEAR_END;
    setAway(!stick.current);
  };

  return h('div', { class: 'transcript' }, [
    h(
      'div',
      {
        ref: box,
        class: 'scroll',
        role: 'log',
        'aria-label': labels.conversation,
        'aria-busy': state.loading,
        tabIndex: 0,
        onScroll,
      },
      h('div', { class: 'items' }, [
        all.length > list.length
          ? h(
              'button',
              { class: 'link earlier', type: 'button', onClick: () => setShown(shown + PAGE) },
              labels.earlier,
            )
          : null,
        ...list.map((item, index) =>
          h(Fragment, { key: item.key }, [
            dayOf(item) === dayOf(list[index - 1])
              ? null
              : h('div', { class: 'day' }, dayLabel(item.at, locale, labels)),
            item.kind === 'notice'
              ? h('div', { class: 'notice' }, noticeText(item, labels))
              : h(Message, {
                  message: item,
                  first: !sameRun(list[index - 1], item),
                  last: !sameRun(item, list[index + 1]),
                  open: !state.timeline.ended && isUnanswered(item, newestOwn, all),
                  tell: item === newestOwn,
                }),
          ]),
        ),
        list.length === 0 && !state.loading ? h('p', { class: 'empty' }, labels.empty) : null,
        state.loading && list.length === 0 ? h(Skeleton, { label: labels.loading }) : null,
        state.typing ? h(TypingSign, { name: state.typing.name }) : null,
      ]),
    ),
    away
      ? h(
          'button',
          { class: 'latest', type: 'button', 'aria-label': labels.latest, onClick: toEnd },
          h(DownIcon, null),
        )
      : null,
  ]);
}

function TypingSign({ name }: { name: string | null }): JSX.Element {
  const { labels } = useWidget();
  return h('div', { class: 'typing' }, [
    h('span', { class: 'dots', 'aria-hidden': 'true' }, [h('i', null), h('i', null), h('i', null)]),
    h('span', null, fill(labels.typing, { name: name ?? labels.agent })),
  ]);
}

function Skeleton({ label }: { label: string }): JSX.Element {
  return h('div', { class: 'skeleton' }, [
    h('span', { class: 'sr' }, label),
    h('i', null),
    h('i', null),
    h('i', null),
  ]);
}

function isOwn(item: Item): item is MessageItem {
  return item.kind === 'message' && item.author === 'visitor';
}
function isUnanswered(item: MessageItem, own: MessageItem | undefined, all: readonly Item[]) {
  return !own || all.indexOf(item) > all.indexOf(own);
}
function sameRun(a: Item | undefined, b: Item | undefined): boolean {
  if (a?.kind !== 'message' || b?.kind !== 'message') return false;
  const near = Math.abs(Date.parse(b.at) - Date.parse(a.at)) < RUN_MS;
  return near && a.author === b.author && a.name === b.name && dayOf(a) === dayOf(b);
}
function dayOf(item: Item | undefined): string | null {
  return item ? new Date(item.at).toDateString() : null;
}
function dayLabel(at: string, locale: string, labels: Labels): string {
  const day = new Date(at);
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toDateString();
  if (day.toDateString() === daysAgo(0)) return labels.today;
  if (day.toDateString() === daysAgo(1)) return labels.yesterday;
  return datesIn(locale).day(at);
}
function noticeText({ event, name }: Notice, labels: Labels): string {
  return fill(labels[event], { name: name ?? labels.agent });
}
