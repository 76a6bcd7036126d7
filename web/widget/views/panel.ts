import { Fragment, h, type JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChatState } from '../chat-state';
import { fill } from '../labels';
import { Composer } from './composer';
import { useWidget } from './context';
import { CloseIcon, EndIcon } from './icons';
import { PreChat } from './pre-chat';
import { Transcript } from './transcript';
import { Waiting } from './waiting';

/** The open chat. On a phone it covers the page and keeps the focus in; elsewhere the page beside it stays usable. */
export function Panel({ state }: { state: ChatState }): JSX.Element {
  const { chat, labels } = useWidget();
  const panel = useRef<HTMLDivElement>(null);
  const [asking, setAsking] = useState(false);
  const { phase, settings, timeline } = state;
  const running = phase === 'live' && !timeline.ended;
  const title = settings?.title ?? labels.title;
  const people = Object.values(timeline.agents).map((name) => name ?? labels.agent);

  // What the visitor most likely wants next has the focus: the first question, the field, or the one button there is.
  useEffect(() => {
    panel.current?.querySelector<HTMLElement>('[data-focus=true]')?.focus();
  }, [phase, timeline.ended]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.isComposing) {
      event.stopPropagation();
      if (asking) setAsking(false);
      else chat.close();
    }
    if (event.key === 'Tab' && panel.current && coversPage(panel.current))
      keepInside(panel.current, event);
  };

  return h(
    'div',
    {
      ref: panel,
      class: 'panel',
      role: 'dialog',
      'aria-label': title,
      onKeyDown,
    },
    [
      h('header', null, [
        h('div', { class: 'avatar', 'aria-hidden': 'true' }, initial(people.at(-1) ?? title)),
        h('div', { class: 'who' }, [
          h('h2', null, h('bdi', null, title)),
          people.length > 0 ? h('p', null, fill(labels.with, { name: people.join(', ') })) : null,
        ]),
        running ? iconButton(labels.end, EndIcon, () => setAsking(true)) : null,
        iconButton(labels.close, CloseIcon, chat.close),
      ]),
      h('div', { class: 'status', role: 'status' }, statusText()),
      asking && running ? h(EndQuestion, { onDone: () => setAsking(false) }) : null,
      h('div', { class: 'content' }, contentOf()),
    ],
  );

  function statusText(): string | null {
    if (phase !== 'live' || timeline.ended) return null;
    if (state.connection === 'offline') return labels.offline;
    return state.connection === 'reconnecting' ? labels.reconnecting : null;
  }

  function contentOf(): JSX.Element {
    if (phase === 'form' && settings) return h(PreChat, { fields: settings.preChatFields });
    if (phase === 'unavailable')
      return h('div', { class: 'middle', role: 'alert' }, [
        h('p', null, labels[state.problem ?? 'unavailable']),
        h(
          'button',
          { class: 'primary', type: 'button', 'data-focus': true, onClick: chat.open },
          labels.retry,
        ),
      ]);
    if (phase === 'idle' || (phase === 'starting' && !settings))
      return h('div', { class: 'middle' }, h('p', { class: 'muted' }, labels.starting));
    const over = phase === 'expired' || timeline.ended;
    return h(Fragment, null, [
      h(Transcript, { state: phase === 'starting' ? { ...state, loading: true } : state }),
      over
        ? h('div', { class: 'over' }, [
            phase === 'expired' ? h('p', null, labels.expired) : null,
            h(
              'button',
              { class: 'primary', type: 'button', 'data-focus': true, onClick: chat.restart },
              labels.startAgain,
            ),
          ])
        : h(Fragment, null, [
            state.wait && people.length === 0 ? h(Waiting, state.wait) : null,
            h(Composer, { upload: state.upload }),
          ]),
    ]);
  }
}

function EndQuestion({ onDone }: { onDone: () => void }): JSX.Element {
  const { chat, labels } = useWidget();
  const yes = useRef<HTMLButtonElement>(null);
  const [problem, setProblem] = useState(false);
  useEffect(() => yes.current?.focus(), []);
  const end = () => chat.end().then(onDone, () => setProblem(true));
  return h('div', { class: 'question', role: 'group', 'aria-label': labels.endQuestion }, [
    h('p', { role: 'alert' }, problem ? labels.unavailable : labels.endQuestion),
    h('button', { ref: yes, class: 'primary', type: 'button', onClick: end }, labels.endYes),
    h('button', { class: 'plain', type: 'button', onClick: onDone }, labels.endNo),
  ]);
}

/** The first letter of a name as people read it, composed characters included. */
function initial(name: string): string {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toUpperCase() ?? '';
}

function iconButton(label: string, icon: () => JSX.Element, onClick: () => void): JSX.Element {
  return h(
    'button',
    { type: 'button', class: 'icon', 'aria-label': label, title: label, onClick },
    h(icon, null),
  );
}

function coversPage(panel: HTMLElement): boolean {
  return panel.offsetWidth >= innerWidth;
}
function keepInside(panel: HTMLElement, event: KeyboardEvent): void {
  const stops = [
    ...panel.querySelectorAll<HTMLElement>('button, input, textarea, a[href], [tabindex="0"]'),
  ];
  const active = (panel.getRootNode() as ShadowRoot).activeElement;
  const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  if (active !== from) return;
  event.preventDefault();
  to?.focus();
}
