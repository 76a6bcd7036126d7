import { h, type JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chat } from '../chat-state';
import { fill, type Labels, numberIn } from '../labels';
import { items, unread } from '../timeline';
import { Widget } from './context';
import { ChatIcon } from './icons';
import { Panel } from './panel';

export interface AppProps {
  readonly chat: Chat;
  readonly labels: Labels;
  readonly locale: string;
}

/** The button in the corner, or the open chat in its place. */
export function App({ chat, labels, locale }: AppProps): JSX.Element {
  const [state, setState] = useState(chat.state());
  const launcher = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(state.open);
  useEffect(() => {
    setState(chat.state());
    return chat.subscribe(setState);
  }, [chat]);
  useEffect(() => {
    if (wasOpen.current && !state.open) launcher.current?.focus();
    wasOpen.current = state.open;
  }, [state.open]);

  const count = state.open ? 0 : unread(items(state.timeline, []), state.seen);
  return h(
    Widget.Provider,
    { value: { chat, labels, locale } },
    state.open
      ? h(Panel, { state })
      : h(
          'button',
          {
            ref: launcher,
            type: 'button',
            class: 'launcher',
            'aria-label': labels.open,
            'aria-describedby': count > 0 ? 'unread' : undefined,
            onClick: chat.open,
          },
          [
            h(ChatIcon, null),
            count > 0
              ? h('span', { class: 'badge', id: 'unread' }, [
                  h('span', { 'aria-hidden': 'true' }, count > 99 ? '99+' : String(count)),
                  h(
                    'span',
                    { class: 'sr' },
                    fill(labels.unread, { count: numberIn(locale, count) }),
                  ),
                ])
              : null,
          ],
        ),
  );
}
