import { ActionIcon, Button, NativeSelect, Tooltip } from '@mantine/core';
import { Clock3, FileWarning, Paperclip, SendHorizontal, Tags, X } from 'lucide-react';
import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { clock, useLocale } from '../../shared/i18n/locale';
import type { Conversation, MessageBody } from '../../shared/model';
import { store, stored } from '../../shared/session';
import { useNow } from '../../shared/ui/now';
import { useNames, useSignedIn } from '../../shared/ui/signed-in';
import { useErrorText } from '../../shared/ui/states';
import { useToast } from '../../shared/ui/toasts';
import type { Outbox } from '../outbox';
import { useCommand } from '../palette/commands';
import { conversationPath } from '../queries';
import type { Message } from '../thread';
import type { Unsent } from '../unsent';
import { textOf } from './body-text';
import { CannedList, useCanned } from './canned';
import { EmojiPicker } from './emoji';
import { TemplateDialog } from './template-dialog';

export interface ComposerProps {
  readonly conversation: Conversation;
  readonly role: string | null;
  readonly outbox: Outbox;
  readonly lastSeq: number;
  /** Session of the customer's latest message: where an answer goes unless the agent says otherwise. */
  readonly lastCustomerSession: string | null;
  readonly replyTo: Message | null;
  readonly clearReply: () => void;
}

type Kind = Unsent['kind'];
/** Bytes of one file (http-api.md section 1). */
const FILE_MAX_BYTES = 25 * 1024 * 1024;
/** How often a sign of typing is repeated, ms. */
const TYPING_EVERY_MS = 5000;

/** Where the agent writes: to the customer on a chosen channel, or to colleagues, which looks different on purpose. */
export function Composer(props: ComposerProps) {
  const { conversation, role, outbox, lastSeq, lastCustomerSession, replyTo, clearReply } = props;
  const { t } = useLocale();
  const { me } = useSignedIn();
  const names = useNames();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const draftKey = `parley.draft.${conversation.id}`;
  const [text, setText] = useState(() => stored<string>(draftKey) ?? '');
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
  const window = useReplyWindow(kind === 'MESSAGE' ? (session?.expiresAt ?? null) : null);
  const canned = useCanned(text, field, (next) => change(next));
  const typing = useTyping(conversation.id, kind === 'MESSAGE' ? session?.id : undefined);
  const upload = useUpload((body) => push('MESSAGE', body));

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
  function push(as: Kind, body: MessageBody): void {
    outbox.add({
      conversationId: conversation.id,
      agentId: me.subject,
      kind: as,
      body,
      channelSessionId: as === 'MESSAGE' ? (session?.id ?? null) : null,
      replyTo: as === 'MESSAGE' ? (replyTo?.id ?? null) : null,
      afterSeq: lastSeq,
    });
  }
  function send(): void {
    if (text.trim() === '' || window.closed) return;
    push(kind, { type: 'PLAIN', text });
    change('');
    clearReply();
    field.current?.focus();
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
      {window.notice ? (
        <p className="window-notice" data-closed={window.closed || undefined} role="status">
          {window.closed ? <FileWarning aria-hidden size={16} /> : <Clock3 aria-hidden size={16} />}
          {window.notice}
          <Button size="compact-xs" variant="light" onClick={() => setTemplate(true)}>
            {t('compose.template')}
          </Button>
        </p>
      ) : null}
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
        disabled={window.closed}
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
          </>
        ) : null}
        <span className="hint dim">{t('compose.keys')}</span>
        <span className="grow" />
        <Button
          type="submit"
          disabled={text.trim() === '' || window.closed}
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
}

/** Hours of the reply window that are told of: before, nobody needs to know. */
const WINDOW_NOTICE_SECONDS = 4 * 3600;

function useReplyWindow(expiresAt: string | null): { notice: string | null; closed: boolean } {
  const { t } = useLocale();
  const now = useNow();
  if (expiresAt === null) return { notice: null, closed: false };
  const left = Math.floor((Date.parse(expiresAt) - now) / 1000);
  if (left <= 0) return { notice: t('compose.windowClosed'), closed: true };
  if (left > WINDOW_NOTICE_SECONDS) return { notice: null, closed: false };
  return { notice: t('compose.windowCloses', { time: clock(left) }), closed: false };
}

/** Signs of typing: at the first key, then once in a while, and at the end. */
function useTyping(conversationId: string, channelSessionId: string | undefined) {
  const { api } = useSignedIn();
  const last = useRef(0);
  return (isTyping: boolean) => {
    if (!channelSessionId) return;
    const now = Date.now();
    if (isTyping && now - last.current < TYPING_EVERY_MS) return;
    last.current = isTyping ? now : 0;
    const body = { typing: isTyping, channelSessionId };
    void api.call('POST', `${conversationPath(conversationId)}/typing`, { body }).catch(() => {});
  };
}

/** Uploads files one by one and makes a message of each. */
function useUpload(done: (body: MessageBody) => void) {
  const { t } = useLocale();
  const { api } = useSignedIn();
  const toast = useToast();
  const said = useErrorText();
  const [names, setNames] = useState<readonly string[]>([]);
  async function one(file: File): Promise<void> {
    if (file.size > FILE_MAX_BYTES)
      return toast(t('compose.tooLarge', { name: file.name }), 'error');
    setNames((all) => [...all, file.name]);
    try {
      const { mediaId, mimeType } = await api.upload(file);
      done({ type: typeOf(mimeType), mediaId, fileName: file.name.slice(0, 255) });
    } catch (error) {
      toast(`${file.name}: ${said(error)}`, 'error');
    } finally {
      setNames((all) => all.filter((name) => name !== file.name));
    }
  }
  return {
    names,
    take: (files: readonly File[]) => {
      for (const file of files) void one(file);
    },
  };
}

function typeOf(mimeType: string): 'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE' {
  if (/^image\/(png|jpe?g|gif|webp)$/.test(mimeType)) return 'IMAGE';
  if (mimeType.startsWith('video/')) return 'VIDEO';
  return mimeType.startsWith('audio/') ? 'AUDIO' : 'FILE';
}
