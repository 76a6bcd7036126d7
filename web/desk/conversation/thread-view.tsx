import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { memo, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { Conversation } from '../../shared/model';
import { useLatest } from '../../shared/ui/latest';
import { Empty } from '../../shared/ui/states';
import type { Outbox } from '../outbox';
import type { Item, Message } from '../thread';
import { DayDivider, EventLine, SessionDivider } from './dividers';
import { MessageView, type MessageViewProps } from './message-view';

export interface ThreadProps {
  readonly conversation: Conversation;
  readonly items: readonly Item[];
  readonly typing: readonly {
    readonly id: string;
    readonly name: string | null;
    readonly type: string;
  }[];
  readonly outbox: Outbox;
  readonly role: string | null;
  readonly reply: (message: Message) => void;
  /** The newest entry that is known. The same function for as long as the thread stands. */
  readonly lastSeq: () => number;
}

/** Pixels from the end within which the reader counts as being there. */
const AT_END_PX = 80;

/** All channels in one thread. Only what is near the eye is in the page; it stays at the end for as long as the reader is there. */
export function Thread(props: ThreadProps) {
  const { conversation, items, typing, outbox, role, reply, lastSeq } = props;
  const { t } = useLocale();
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 64,
    overscan: 12,
    getItemKey: (n) => items[n]?.key ?? n,
  });
  const size = rows.getTotalSize();
  const toEnd = () => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what grows is followed
  useLayoutEffect(() => {
    if (atEnd) toEnd();
  }, [size, items.length, typing.length, atEnd]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (atEnd) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [atEnd]);
  function scrolled(): void {
    const element = scroller.current;
    if (!element) return;
    setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX);
  }
  const itemsNow = useLatest(items);
  const jump = useCallback(
    (id: string) => {
      const index = itemsNow().findIndex((item) => item.kind === 'message' && item.id === id);
      if (index >= 0) rows.scrollToIndex(index, { align: 'center' });
    },
    [rows, itemsNow],
  );
  return (
    <div className="thread">
      <div
        className="thread-scroll"
        ref={scroller}
        onScroll={scrolled}
        role="log"
        aria-label={t('thread.region')}
        aria-live="polite"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
      >
        {items.length === 0 ? <Empty title={t('thread.empty')} /> : null}
        <div className="thread-inner" style={{ height: size }}>
          {rows.getVirtualItems().map(({ index, key, start }) => {
            const item = items[index];
            return item ? (
              <div
                key={key}
                data-index={index}
                ref={rows.measureElement}
                className="thread-place"
                style={{ transform: `translateY(${start}px)` }}
              >
                <ThreadItem
                  {...{ item, conversation, outbox, role, reply, jump, lastSeq }}
                  quoted={quotedBy(item, items)}
                />
              </div>
            ) : null;
          })}
        </div>
        {typing.length > 0 ? (
          <p className="typing">
            <span className="typing-dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            {t('thread.typing', {
              names: typing.map(({ name }) => name ?? t('customer.unknown')).join(', '),
            })}
          </p>
        ) : null}
      </div>
      {atEnd ? null : (
        <Button
          className="to-end"
          size="xs"
          variant="default"
          radius="xl"
          leftSection={<ArrowDown aria-hidden size={14} />}
          onClick={toEnd}
        >
          {t('thread.toEnd')}
        </Button>
      )}
    </div>
  );
}

/** The message that one answers, where it is in the thread. */
function quotedBy(item: Item, items: readonly Item[]): Message | null {
  const id = item.kind === 'message' ? item.replyTo : null;
  if (id === null) return null;
  const found = items.find((other) => other.kind === 'message' && other.id === id);
  return found?.kind === 'message' ? found : null;
}

type ThreadItemProps = Omit<MessageViewProps, 'message'> & { readonly item: Item };
/** Drawn anew when something about it has changed, not at every turn of the wheel. */
const ThreadItem = memo(function ThreadItem({ item, ...props }: ThreadItemProps) {
  switch (item.kind) {
    case 'day':
      return <DayDivider at={item.at} />;
    case 'session':
      return item.entry ? <SessionDivider entry={item.entry} /> : null;
    case 'event':
      return <EventLine entry={item.entry} />;
    case 'message':
      return <MessageView message={item} {...props} />;
  }
});
