import { ActionIcon, Button, Menu, Textarea } from '@mantine/core';
import {
  Bot,
  Check,
  CheckCheck,
  CircleAlert,
  CircleHelp,
  Clock,
  EyeOff,
  Lightbulb,
  MoreHorizontal,
  Pencil,
  Reply,
  RotateCw,
  SmilePlus,
  Trash2,
} from 'lucide-react';
import { useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { Conversation } from '../../shared/model';
import { ChannelIcon } from '../../shared/ui/channel-icon';
import { useNames, useSignedIn } from '../../shared/ui/signed-in';
import { useErrorText } from '../../shared/ui/states';
import { useAct } from '../acts';
import type { Outbox } from '../outbox';
import type { Message } from '../thread';
import { textOf } from './body-text';
import { BodyView } from './body-view';

const REACTIONS = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const;

export interface MessageViewProps {
  readonly message: Message;
  /** What it answers; null where it answers nothing, or nothing that is here. */
  readonly quoted: Message | null;
  readonly conversation: Conversation;
  readonly outbox: Outbox;
  readonly role: string | null;
  readonly reply: (message: Message) => void;
  readonly jump: (id: string) => void;
  readonly lastSeq: () => number;
}

/** A bubble. Customer on one side, the business on the other; what is private is tinted and says so. */
export function MessageView(props: MessageViewProps) {
  const { message, quoted, conversation } = props;
  const { t, time } = useLocale();
  const { me } = useSignedIn();
  const name = useNames();
  const [editing, setEditing] = useState(false);
  const session = conversation.channelSessions.find(({ id }) => id === message.channelSessionId);
  const several = new Set(conversation.channelSessions.map(({ channelId }) => channelId)).size > 1;
  const mine = message.side === 'agent' && message.actorId === me.subject;
  return (
    <article
      className="message"
      data-side={message.side}
      data-inside={message.inside ?? undefined}
      data-mine={mine || undefined}
      data-continued={message.continued || undefined}
    >
      {message.continued ? null : (
        <header className="message-head">
          {message.side === 'bot' ? <Bot aria-hidden size={14} /> : null}
          <strong dir="auto">{authorOf()}</strong>
          {message.inside ? <InsideSign inside={message.inside} /> : null}
          {several && session && !message.inside ? (
            <ChannelIcon type={session.channelType} />
          ) : null}
        </header>
      )}
      <div className="bubble-row">
        <div className="bubble">
          {message.replyTo ? (
            <button
              type="button"
              className="quote"
              dir="auto"
              onClick={() => message.replyTo && props.jump(message.replyTo)}
            >
              {quoted ? textOf(quoted.body) : t('thread.earlier')}
            </button>
          ) : null}
          {message.erased || message.deleted ? (
            <em className="dim">{t(message.erased ? 'thread.erased' : 'thread.deleted')}</em>
          ) : editing ? (
            <EditForm {...props} close={() => setEditing(false)} />
          ) : (
            <BodyView body={message.body} media={message.media} />
          )}
          <footer className="message-foot">
            {message.edited && !message.deleted ? <span>{t('thread.edited')}</span> : null}
            <time dateTime={message.at}>{time(message.at)}</time>
            {message.delivery ? <DeliverySign message={message} /> : null}
          </footer>
        </div>
        {message.id && !message.inside && !message.deleted && props.role !== null ? (
          <MessageMenu {...props} mine={mine} edit={() => setEditing(true)} />
        ) : null}
      </div>
      {message.reactions.length > 0 ? (
        <p className="reactions">
          {message.reactions.map(({ emoji, name: by }, n) => (
            <span key={n} title={by ?? undefined}>
              {emoji}
            </span>
          ))}
        </p>
      ) : null}
      {message.delivery === 'REFUSED' && message.unsent ? (
        <Refused message={message} outbox={props.outbox} />
      ) : null}
      {message.inside === 'SUGGESTION' ? <Suggestion {...props} /> : null}
    </article>
  );

  function authorOf(): string {
    if (mine) return t('thread.you');
    if (message.side === 'business') return t('thread.business');
    if (message.name) return message.name;
    if (message.side === 'bot') return name('bots', message.actorId);
    return message.side === 'agent' ? name('agents', message.actorId) : t('customer.unknown');
  }
}

function InsideSign({ inside }: { inside: NonNullable<Message['inside']> }) {
  const { named } = useLocale();
  const Icon = inside === 'SUGGESTION' ? Lightbulb : EyeOff;
  return (
    <span className="inside-sign">
      <Icon aria-hidden size={13} />
      {named('inside', inside)}
    </span>
  );
}

/** How far it has come: a shape and a word each. */
function DeliverySign({ message: { delivery, reason } }: { message: Message }) {
  const { named } = useLocale();
  const state = delivery ?? 'UNKNOWN';
  const label = [named('delivery', state), state === 'FAILED' ? reason : null]
    .filter(Boolean)
    .join(': ');
  const Icon = {
    SENDING: Clock,
    PENDING: Clock,
    ACCEPTED: Clock,
    SENT: Check,
    DELIVERED: CheckCheck,
    READ: CheckCheck,
    FAILED: CircleAlert,
    REFUSED: CircleAlert,
    UNKNOWN: CircleHelp,
  }[state];
  return (
    <span className="delivery" data-state={state} title={label}>
      <Icon aria-hidden size={14} />
      <span
        className={
          state === 'READ' || state === 'FAILED' || state === 'REFUSED' || state === 'SENDING'
            ? ''
            : 'visually-hidden'
        }
      >
        {label}
      </span>
    </span>
  );
}

function MessageMenu({
  message,
  conversation,
  role,
  reply,
  mine,
  edit,
}: MessageViewProps & { mine: boolean; edit: () => void }) {
  const { t } = useLocale();
  const { me } = useSignedIn();
  const said = useErrorText();
  const act = useAct(conversation.id, said);
  const path = `/messages/${encodeURIComponent(message.id ?? '')}`;
  if (role !== 'PRIMARY' && me.role !== 'supervisor') return null;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          className="message-more"
          variant="subtle"
          color="gray"
          aria-label={t('thread.more')}
        >
          <MoreHorizontal aria-hidden size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {role === 'PRIMARY' ? (
          <>
            <Menu.Item leftSection={<Reply aria-hidden size={14} />} onClick={() => reply(message)}>
              {t('thread.reply')}
            </Menu.Item>
            <Menu.Label>
              <SmilePlus aria-hidden size={14} /> {t('thread.react')}
            </Menu.Label>
            <div className="react-row">
              {REACTIONS.map((emoji) => (
                <Menu.Item
                  key={emoji}
                  aria-label={emoji}
                  onClick={() =>
                    act.mutate({ method: 'PUT', path: `${path}/reaction`, body: { emoji } })
                  }
                >
                  {emoji}
                </Menu.Item>
              ))}
            </div>
          </>
        ) : null}
        {mine && message.body?.type === 'PLAIN' ? (
          <Menu.Item leftSection={<Pencil aria-hidden size={14} />} onClick={edit}>
            {t('thread.edit')}
          </Menu.Item>
        ) : null}
        {mine || me.role === 'supervisor' ? (
          <Menu.Item
            leftSection={<Trash2 aria-hidden size={14} />}
            onClick={() => act.mutate({ method: 'DELETE', path })}
          >
            {t('thread.delete')}
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}

function EditForm({ message, conversation, close }: MessageViewProps & { close: () => void }) {
  const { t } = useLocale();
  const said = useErrorText();
  const act = useAct(conversation.id, said);
  const [text, setText] = useState(textOf(message.body));
  function save(): void {
    const path = `/messages/${encodeURIComponent(message.id ?? '')}`;
    act.mutate(
      { method: 'PATCH', path, body: { body: { type: 'PLAIN', text } } },
      { onSuccess: close },
    );
  }
  return (
    <form
      className="edit-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Textarea
        aria-label={t('thread.edit')}
        autosize
        minRows={1}
        maxRows={8}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className="buttons">
        <Button
          type="submit"
          size="compact-sm"
          loading={act.isPending}
          disabled={text.trim() === ''}
        >
          {t('form.save')}
        </Button>
        <Button size="compact-sm" variant="default" onClick={close}>
          {t('form.cancel')}
        </Button>
      </div>
    </form>
  );
}

function Refused({ message, outbox }: { message: Message; outbox: Outbox }) {
  const { t } = useLocale();
  const key = message.unsent?.key ?? '';
  return (
    <p className="refused" role="alert">
      <span>{message.reason || t('state.failed')}</span>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<RotateCw aria-hidden size={12} />}
        onClick={() => outbox.retry(key)}
      >
        {t('state.retry')}
      </Button>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => outbox.drop([key])}>
        {t('thread.drop')}
      </Button>
    </p>
  );
}

/** What a bot would say: used as it is, taken into the composer, or dropped. */
function Suggestion({ message, conversation, outbox, role, lastSeq }: MessageViewProps) {
  const { t } = useLocale();
  const { me } = useSignedIn();
  const said = useErrorText();
  const act = useAct(conversation.id, said);
  if (role !== 'PRIMARY' || !message.body) return null;
  const answer = (action: 'USED' | 'EDITED' | 'IGNORED') =>
    act.mutate({
      method: 'POST',
      path: `/suggestions/${encodeURIComponent(message.suggestionId ?? '')}`,
      body: { action },
    });
  function use(): void {
    if (!message.body) return;
    outbox.add({
      conversationId: conversation.id,
      agentId: me.subject,
      kind: 'MESSAGE',
      body: message.body,
      channelSessionId: message.channelSessionId,
      replyTo: null,
      afterSeq: lastSeq(),
    });
    answer('USED');
  }
  function edit(): void {
    dispatchEvent(new CustomEvent('parley:compose', { detail: textOf(message.body) }));
    answer('EDITED');
  }
  return (
    <div className="buttons">
      <Button size="compact-xs" onClick={use}>
        {t('suggestion.use')}
      </Button>
      <Button size="compact-xs" variant="default" onClick={edit}>
        {t('suggestion.edit')}
      </Button>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => answer('IGNORED')}>
        {t('suggestion.ignore')}
      </Button>
    </div>
  );
}
