import { Fragment, h, type JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChatState } from '../chat-state';
import { fill } from '../labels';
import { useWidget } from './context';
import { AttachIcon, SendIcon } from './icons';

/** UTF-16 units of one message (domain.md 8.2). */
const TEXT_MAX = 32_000;
/** Pixels that the field grows to before it scrolls. */
const FIELD_MAX = 132;

/** Field and button. Enter sends, Shift+Enter breaks the line; an input method's Enter is its own. */
export function Composer({ upload }: Pick<ChatState, 'upload'>): JSX.Element {
  const { chat, labels } = useWidget();
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const ready = text.trim() !== '';

  useEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(FIELD_MAX, area.scrollHeight)}px`;
  }, [text]);

  const send = () => {
    if (!ready) return;
    chat.say({ type: 'PLAIN', text: text.trim() });
    setText('');
    field.current?.focus();
  };
  const pick = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file) void chat.attach(file); // tells its fate by `upload`
    input.value = '';
    field.current?.focus();
  };
  const form = h(
    'form',
    {
      class: 'composer',
      onSubmit: (event: Event) => {
        event.preventDefault();
        send();
      },
    },
    [
      // Behind the button: a file field cannot be dressed.
      h('input', { ref: picker, type: 'file', hidden: true, onChange: pick }),
      h(
        'button',
        {
          type: 'button',
          class: 'attach',
          'aria-label': labels.attach,
          title: labels.attach,
          'aria-disabled': upload?.state === 'uploading',
          onClick: () => upload?.state !== 'uploading' && picker.current?.click(),
        },
        h(AttachIcon, null),
      ),
      h('textarea', {
        ref: field,
        rows: 1,
        value: text,
        dir: text ? 'auto' : undefined, // empty, it is written in the page's direction
        maxLength: TEXT_MAX,
        'aria-label': labels.message,
        placeholder: labels.placeholder,
        enterKeyHint: 'send',
        'data-focus': true,
        onInput: (event: Event) => {
          const { value } = event.currentTarget as HTMLTextAreaElement;
          setText(value);
          chat.typing(value.trim() !== '');
        },
        onKeyDown: (event: KeyboardEvent) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        },
        onBlur: () => chat.typing(false),
      }),
      // Not `disabled`: a button that cannot be reached tells a screen reader nothing.
      h(
        'button',
        { type: 'submit', class: 'send', 'aria-label': labels.send, 'aria-disabled': !ready },
        h(SendIcon, null),
      ),
    ],
  );
  return h(Fragment, null, [upload ? h(Upload, { upload }) : null, form]);
}

function Upload({ upload }: { upload: NonNullable<ChatState['upload']> }): JSX.Element {
  const { chat, labels } = useWidget();
  return h('div', { class: 'upload', role: 'status' }, [
    h('span', null, fill(labels[upload.state], { name: upload.name })),
    upload.state === 'uploading'
      ? null
      : h('button', { class: 'link', type: 'button', onClick: chat.dismissUpload }, labels.dismiss),
  ]);
}
