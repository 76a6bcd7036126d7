import { ActionIcon, Button, NativeSelect, Tooltip } from '@mantine/core';
import { Paperclip, SendHorizontal, Tags, X } from 'lucide-react';
import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  memo,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { Conversation, MessageBody } from '../../shared/model';
import { store, stored } from '../../shared/session';
import { useNames, useSignedIn } from '../../shared/ui/signed-in';
import { useErrorText } from '../../shared/ui/states';
import { useAct } from '../acts';
import type { Outbox } from '../outbox';
import { useCommand } from '../palette/commands';
import type { Message } from '../thread';
import type { Unsent } from '../unsent';
import { textOf } from './body-text';
import { CannedList, useCanned } from './canned';
import { EmojiPicker } from './emoji';
import { attached, EMPTY_MAIL, type MailDraft, mailBody } from './mail-body';
import { MailFields } from './mail-fields';
import { useReplyWindow, WindowNotice } from './reply-window';
import { Scheduled, SendLater } from './send-later';
import { TemplateDialog } from './template-dialog';
import { useTyping } from './use-typing';
import { bodyOfFile, useUpload } from './use-upload';

export interface ComposerProps {
  readonly conversation: Conversation;
  readonly role: string | null;
  readonly outbox: Outbox;
  readonly lastSeq: () => number;
  /** Session of the customer's latest message: where an answer goes unless the agent says otherwise. */
  readonly lastCustomerSession: string | null;
  readonly replyTo: Message | null;
  readonly clearReply: () => void;
}

type Kind = Unsent['kind'];
/** Channels whose providers have templates to send. */
const TEMPLATE_CHANNELS: ReadonlySet<string> = new Set(['WHATSAPP', 'GENERIC']);

/** Where the agent writes: to the customer on a chosen channel, or to colleagues, which looks different on purpose. */
export const Composer = memo(function Composer(props: ComposerProps) {
  const { conversation, role, outbox, lastSeq, lastCustomerSession, replyTo, clearReply } = props;
  const { t } = useLocale();
  const { me } = useSignedIn();
  const names = useNames();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const draftKey = `parley.draft.${conversation.id}`;
  const mailKey = `parley.mail.${conversation.id}`;
  const [text, setText] = useState(() => stored<string>(draftKey) ?? '');
  const [mail, setMail] = useState(() => stored<MailDraft>(mailKey) ?? EMPTY_MAIL);
  const [chosenKind, setKind] = useState<Kind>('MESSAGE');
  const [chosenSession, setSession] = useState<string | null>(null);
  const [template, setTemplate] = useState(false);
  const open = conversation.channelSessions.filter(({ state }) => state === 'STARTED');
  const session =
    open.find((one) => one.id === chosenSession) ??
    open.find((one) => one.id === lastCustomerSession) ??
    open.at(-1);
  const mayWrite = role === 'PRIMARY' && open.length > 0;
  const kind: Kind = mayWrite ? chosenKind : chosenKind === 'MESSAGE' ? 'NOTE' : chosenKind;
  const asMail = kind === 'MESSAGE' && session?.channelType === 'EMAIL';
  const window = useReplyWindow(kind === 'MESSAGE' ? session : undefined);
  const isClosed = window.state === 'template' || window.state === 'none';
  const templates = kind === 'MESSAGE' && TEMPLATE_CHANNELS.has(session?.channelType ?? '');
  const said = useErrorText();
  const later = useAct(conversation.id, said);
  const canned = useCanned(text, field, (next) => change(next));
  const typing = useTyping(conversation.id, kind === 'MESSAGE' ? session?.id : undefined);
  const upload = useUpload((file) =>
    asMail ? changeMail((known) => attached(known, file)) : push('MESSAGE', bodyOfFile(file)),
  );
  const isEmpty = text.trim() === '' && !(asMail && mail.attachments.length > 0);

  useCommand('compose.focus', () => focus('MESSAGE'), mayWrite);
  useCommand('compose.note', () => focus('NOTE'), role !== null);
  useEffect(() => {
    const take = (event: Event) => {
      change((event as CustomEvent<string>).detail);
      field.current?.focus();
    };
    addEventListener('parley:compose', take);
    return () => removeEventListener('parley:compose', take);
  });
  useEffect(() => {
    if (replyTo) field.current?.focus();
  }, [replyTo]);

  function focus(as: Kind): void {
    setKind(as);
    field.current?.focus();
  }
  function change(next: string): void {
    setText(next);
    store(draftKey, next === '' ? null : next);
    typing(next !== '');
  }
  function changeMail(how: (mail: MailDraft) => MailDraft): void {
    setMail((known) => {
      const next = how(known);
      store(mailKey, next === EMPTY_MAIL ? null : next);
      return next;
    });
  }
  function clear(): void {
    change('');
    changeMail(() => EMPTY_MAIL);
    clearReply();
    field.current?.focus();
  }
  function push(as: Kind, body: MessageBody): void {
    outbox.add({
      conversationId: conversation.id,
      agentId: me.subject,
      kind: as,
      body,
      channelSessionId: as === 'MESSAGE' ? (session?.id ?? null) : null,
      replyTo: as === 'MESSAGE' ? (replyTo?.id ?? null) : null,
      afterSeq: lastSeq(),
    });
  }
  const written = (): MessageBody => (asMail ? mailBody(text, mail) : { type: 'PLAIN', text });
  function send(): void {
    if (isEmpty || isClosed) return;
    push(kind, written());
    clear();
  }
  /** Not by the outbox: what goes out in an hour need not survive a tunnel, and the words stay until it is taken. */
  function schedule(sendAt: string): void {
    const body = {
      body: written(),
      ...(session ? { channelSessionId: session.id } : {}),
      ...(replyTo?.id ? { replyTo: replyTo.id } : {}),
      sendAt,
    };
    later.mutate({ method: 'POST', path: '/messages', body }, { onSuccess: clear });
  }
  function press(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (canned.press(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
    if (event.key === 'Escape' && replyTo) clearReply();
  }
  function paste(event: ClipboardEvent): void {
    if (!mayWrite || event.clipboardData.files.length === 0) return;
    event.preventDefault();
    upload.take([...event.clipboardData.files]);
  }
  function drop(event: DragEvent): void {
    event.preventDefault();
    if (mayWrite) upload.take([...event.dataTransfer.files]);
  }

  const ended = conversation.state === 'CLOSING' || conversation.state === 'CLOSED';
  if (ended || role === null)
    return <p className="composer-off">{t(ended ? 'compose.closed' : 'compose.notIn')}</p>;
  const label = kind === 'MESSAGE' ? t('compose.message') : t(`compose.${kind}`);
  return (
    <form
      className="composer"
      data-kind={kind}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDrop={drop}
      onDragOver={(event) => event.preventDefault()}
    >
      <div className="composer-top">
        <div className="kinds" role="radiogroup" aria-label={t('compose.kind')}>
          {(['MESSAGE', 'NOTE', 'WHISPER'] as const).map((one) => (
            <label key={one} className="kind" data-kind={one}>
              <input
                type="radio"
                name={`${id}-kind`}
                checked={kind === one}
                disabled={one === 'MESSAGE' && !mayWrite}
                onChange={() => setKind(one)}
              />
              {t(`compose.to.${one}`)}
            </label>
          ))}
        </div>
        <span className="grow" />
        {kind === 'MESSAGE' && open.length > 0 ? (
          <NativeSelect
            size="xs"
            aria-label={t('compose.channel')}
            value={session?.id}
            onChange={(event) => setSession(event.currentTarget.value)}
            data={open.map((one) => ({
              value: one.id,
              label: `${names('channels', one.channelId)} · ${one.customerIdentifier.slice(0, 24)}`,
            }))}
          />
        ) : null}
      </div>
      {kind === 'MESSAGE' ? null : <p className="inside-notice">{t(`compose.hint.${kind}`)}</p>}
      <Scheduled conversation={conversation} />
      <WindowNotice window={window} template={templates ? () => setTemplate(true) : null} />
      {replyTo && kind === 'MESSAGE' ? (
        <p className="replying">
          <span className="dim">{t('compose.replying')}</span>
          <span className="cut" dir="auto">
            {textOf(replyTo.body)}
          </span>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={t('form.cancel')}
            onClick={clearReply}
          >
            <X aria-hidden size={14} />
          </ActionIcon>
        </p>
      ) : null}
      {upload.names.map((name) => (
        <p className="replying" key={name} role="status">
          <Paperclip aria-hidden size={14} />
          <span className="cut">{t('compose.uploading', { name })}</span>
        </p>
      ))}
      {asMail ? <MailFields mail={mail} change={(next) => changeMail(() => next)} /> : null}
      <CannedList canned={canned} id={`${id}-canned`} />
      <textarea
        ref={field}
        className="composer-field"
        aria-label={label}
        placeholder={t(`compose.place.${kind}`)}
        rows={2}
        dir="auto"
        maxLength={32_000}
        value={text}
        disabled={isClosed}
        {...canned.props(`${id}-canned`)}
        onChange={(event) => change(event.currentTarget.value)}
        onKeyDown={press}
        onPaste={paste}
      />
      <div className="composer-bottom">
        <EmojiPicker
          pick={(emoji) => {
            const at = field.current?.selectionStart ?? text.length;
            change(text.slice(0, at) + emoji + text.slice(at));
            field.current?.focus();
          }}
        />
        {kind === 'MESSAGE' ? (
          <>
            <Tooltip label={t('compose.attach')}>
              <ActionIcon
                component="label"
                variant="subtle"
                color="gray"
                size="lg"
                className="attach"
              >
                <Paperclip aria-hidden size={18} />
                <span className="visually-hidden">{t('compose.attach')}</span>
                <input
                  className="visually-hidden"
                  type="file"
                  multiple
                  onChange={(event) => {
                    upload.take([...(event.currentTarget.files ?? [])]);
                    event.currentTarget.value = '';
                  }}
                />
              </ActionIcon>
            </Tooltip>
            {templates ? (
              <Tooltip label={t('compose.template')}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="lg"
                  aria-label={t('compose.template')}
                  onClick={() => setTemplate(true)}
                >
                  <Tags aria-hidden size={18} />
                </ActionIcon>
              </Tooltip>
            ) : null}
          </>
        ) : null}
        <span className="hint dim">{t('compose.keys')}</span>
        <span className="grow" />
        {kind === 'MESSAGE' ? (
          <SendLater
            session={session}
            disabled={isEmpty || isClosed || later.isPending}
            schedule={schedule}
          />
        ) : null}
        <Button
          type="submit"
          disabled={isEmpty || isClosed}
          rightSection={<SendHorizontal aria-hidden size={16} className="flip" />}
        >
          {t('compose.send')}
        </Button>
      </div>
      {template ? (
        <TemplateDialog
          close={() => setTemplate(false)}
          send={(body) => {
            push('MESSAGE', body);
            setTemplate(false);
          }}
        />
      ) : null}
    </form>
  );
});
