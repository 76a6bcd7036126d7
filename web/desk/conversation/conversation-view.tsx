import { ActionIcon } from '@mantine/core';
import { ArrowLeft, PanelRight } from 'lucide-react';
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { Conversation } from '../../shared/model';
import { ChannelIcon } from '../../shared/ui/channel-icon';
import { useLatest } from '../../shared/ui/latest';
import { useSignedIn } from '../../shared/ui/signed-in';
import { Failed, Loading } from '../../shared/ui/states';
import { ContextPanel } from '../context/context-panel';
import { nameOf } from '../customer-name';
import { StateSign } from '../list/conversation-row';
import { useConversationStream } from '../live';
import { type Outbox, useUnsent } from '../outbox';
import { roleOf } from '../present-agents';
import { conversationPath, useConversation, useCustomer, useTimeline } from '../queries';
import { markSeen } from '../seen';
import { play } from '../sounds';
import { type Message, threadOf } from '../thread';
import { EMPTY_TIMELINE } from '../timeline';
import { Actions } from './actions';
import { Composer } from './composer';
import { Thread } from './thread-view';

export interface ConversationViewProps {
  readonly id: string;
  readonly outbox: Outbox;
  readonly close: () => void;
}

/** The conversation that is open: transcript, composer, and everything known about it. */
export default function ConversationView({ id, outbox, close }: ConversationViewProps) {
  const { t } = useLocale();
  const { me } = useSignedIn();
  const conversation = useConversation(id);
  const timeline = useTimeline(id);
  const typing = useConversationStream(id, timeline.isSuccess);
  const unsent = useUnsent(outbox, id);
  const [replyTo, setReplyTo] = useState<Message | null>(null);
  const clearReply = useCallback(() => setReplyTo(null), []);
  const [aside, setAside] = useState(false);
  const toggle = useCallback(() => setAside((shown) => !shown), []);
  const known = timeline.data ?? EMPTY_TIMELINE;
  const items = useMemo(() => threadOf(known, unsent), [known, unsent]);
  const newest = known.entries.at(-1)?.seq ?? 0;
  const lastSeq = useLatest(newest);
  const role = conversation.data ? roleOf(conversation.data, me.subject) : null;
  useSettledOutbox(outbox, known.entries, unsent);
  useReadMarks(id, newest, role !== null);
  useMessageSound(known.entries, conversation.data?.state === 'ON_HOLD');

  const failed = conversation.error ?? timeline.error;
  if (!conversation.data || !timeline.data)
    return (
      <main className="no-conversation">
        {failed ? (
          <Failed
            error={failed}
            retry={() => {
              void conversation.refetch();
              void timeline.refetch();
            }}
          />
        ) : (
          <Loading />
        )}
      </main>
    );
  return (
    <>
      <main className="conversation" data-stale={conversation.isError || undefined}>
        <Head conversation={conversation.data} close={close} toggle={toggle} />
        <Actions conversation={conversation.data} role={role} />
        <Thread
          conversation={conversation.data}
          items={items}
          typing={typing}
          outbox={outbox}
          role={role}
          reply={setReplyTo}
          lastSeq={lastSeq}
        />
        <Composer
          conversation={conversation.data}
          role={role}
          outbox={outbox}
          lastSeq={lastSeq}
          lastCustomerSession={lastSessionOf(known.entries)}
          replyTo={replyTo}
          clearReply={clearReply}
        />
      </main>
      <aside className="context" data-open={aside} aria-label={t('context.region')}>
        <ContextPanel conversation={conversation.data} />
      </aside>
    </>
  );
}

const Head = memo(function Head({
  conversation,
  close,
  toggle,
}: {
  conversation: Conversation;
  close: () => void;
  toggle: () => void;
}) {
  const { t, named } = useLocale();
  const { data: customer } = useCustomer(conversation.customerId);
  return (
    <header className="conversation-head">
      <ActionIcon
        className="back"
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t('conversation.back')}
        onClick={close}
      >
        <ArrowLeft aria-hidden size={18} className="flip" />
      </ActionIcon>
      <h1 className="cut" dir="auto">
        {nameOf(customer, t)}
      </h1>
      <span className="tag" data-state={conversation.state}>
        <StateSign state={conversation.state} />
        {named('conversationState', conversation.state)}
      </span>
      {conversation.erasedAt ? <span className="tag">{t('thread.erased')}</span> : null}
      <span className="row-channels">
        {conversation.channelSessions
          .filter(({ state }) => state === 'STARTED')
          .map(({ id, channelType }) => (
            <ChannelIcon key={id} type={channelType} size={16} />
          ))}
      </span>
      <span className="grow" />
      <ActionIcon
        className="aside-toggle"
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t('context.toggle')}
        onClick={toggle}
      >
        <PanelRight aria-hidden size={18} className="flip" />
      </ActionIcon>
    </header>
  );
});

type Entries = readonly {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly channelSessionId: string | null;
}[];

function lastSessionOf(entries: Entries): string | null {
  return entries.findLast(({ type }) => type === 'CUSTOMER_MESSAGE')?.channelSessionId ?? null;
}

/** What the timeline holds need not be kept as unsent. */
function useSettledOutbox(outbox: Outbox, entries: Entries, unsent: ReturnType<typeof useUnsent>) {
  useEffect(() => {
    if (unsent.length === 0) return;
    const known = new Set(entries.map(({ id }) => id));
    const settled = unsent.filter(({ messageId }) => messageId && known.has(messageId));
    if (settled.length > 0) outbox.drop(settled.map(({ key }) => key));
  }, [outbox, entries, unsent]);
}

/** Milliseconds between two marks: a customer who goes on and on is told once that all of it was read. */
const READ_EVERY_MS = 1000;

/**
 * Tells the server, only while somebody looks, how far the agent has read. Who looked before they joined has read it for the customer
 * when they join.
 */
function useReadMarks(id: string, seq: number, present: boolean) {
  const { api } = useSignedIn();
  const marked = useRef({ at: 0, told: 0 });
  useEffect(() => {
    function mark(): void {
      if (document.visibilityState !== 'visible' || seq === 0) return;
      const { current } = marked;
      current.at = Date.now();
      markSeen(id, seq);
      if (!present || current.told >= seq) return;
      current.told = seq;
      // It is a courtesy: when it fails the next one tells the same and more.
      void api.call('POST', `${conversationPath(id)}/read`, { body: { seq } }).catch(() => {});
    }
    const timer = setTimeout(mark, Math.max(0, marked.current.at + READ_EVERY_MS - Date.now()));
    document.addEventListener('visibilitychange', mark);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', mark);
    };
  }, [api, id, seq, present]);
}

function useMessageSound(entries: Entries, held: boolean) {
  const last = entries.findLast(({ type }) => type === 'CUSTOMER_MESSAGE')?.seq ?? 0;
  const heard = useRef<number | null>(null);
  useEffect(() => {
    if (heard.current !== null && last > heard.current && !held) play('message');
    heard.current = last;
  }, [last, held]);
}
