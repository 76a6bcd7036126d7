import { h, render } from 'preact';
import { createApi } from './api';
import { createChat } from './chat';
import type { Chat } from './chat-state';
import { type Language, languageOf } from './language';
import type { Settings } from './protocol';
import { createStorage } from './storage';
import { baseSheet, paint } from './styles';
import { App } from './views/app';

/**
 * `<parley-webchat>`: one channel's chat in a shadow root.
 *
 * Attributes: `channel` (its id), `base` (address of the Parley installation), `theme` (`auto`, `light`, `dark`), `labels` (JSON,
 * words to replace), `lang`, `dir`, `identifier` with `identifier-hash` and `name` (a signed-in visitor). Properties: `settings`
 * (else fetched). Methods: `open()`, `close()`.
 */
export class ParleyWebchat extends HTMLElement {
  settings: Settings | null = null;
  #chat: Chat | null = null;
  #leave = new AbortController();

  /** Shows the chat, as the button does. */
  open(): void {
    this.#chat?.open();
  }
  /** Shows the button again; the chat goes on. */
  close(): void {
    this.#chat?.close();
  }

  connectedCallback(): void {
    const channelId = this.getAttribute('channel');
    if (!channelId || this.#chat) return;
    const base = this.getAttribute('base') ?? location.origin;
    const chat = createChat({
      api: createApi(base, channelId, (...call) => fetch(...call)),
      storage: createStorage(base, channelId),
      settings: this.settings,
      visitor: visitorOf(this),
    });
    this.#chat = chat;
    this.#leave = new AbortController();

    const shadow = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const accent = new CSSStyleSheet();
    shadow.adoptedStyleSheets = [baseSheet(), accent];
    const root = document.createElement('div');
    shadow.replaceChildren(root);

    const dress = () => {
      const { settings } = chat.state();
      paint(accent, settings?.accentColor);
      root.className = isDark(this.getAttribute('theme')) ? 'root dark' : 'root';
      const language = languageOf(
        {
          own: this.getAttribute('lang'),
          channel: settings?.language,
          page: document.documentElement.lang,
          browser: navigator.language,
        },
        this.getAttribute('labels'),
      );
      const { labels, locale } = language;
      root.lang = locale;
      root.dir = directionOf(this, language);
      render(h(App, { chat, labels, locale }), root);
    };
    dress();
    let dressedFor = chat.state().settings;
    chat.subscribe((state) => {
      if (state.settings === dressedFor) return;
      dressedFor = state.settings;
      dress();
    });
    const { signal } = this.#leave;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', dress, { signal });
    // A phone's keyboard covers the page without making it smaller.
    const fill = () =>
      root.style.setProperty(
        '--visible-height',
        `${Math.round(visualViewport?.height ?? innerHeight)}px`,
      );
    visualViewport?.addEventListener('resize', fill, { signal });
    fill();
  }

  disconnectedCallback(): void {
    this.#leave.abort();
    this.#chat?.destroy();
    this.#chat = null;
    const root = this.shadowRoot?.firstElementChild;
    if (root) render(null, root);
  }
}

function visitorOf(element: HTMLElement) {
  const entries = (
    [
      ['identifier', 'identifier'],
      ['identifierHash', 'identifier-hash'],
      ['name', 'name'],
    ] as const
  ).flatMap(([key, attribute]) => {
    const value = element.getAttribute(attribute);
    return value ? [[key, value]] : [];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

function isDark(theme: string | null): boolean {
  return (
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  );
}

/** The element's own direction; else the page's, unless the language is not the page's. */
function directionOf(element: HTMLElement, { dir, chosen }: Language): 'ltr' | 'rtl' {
  const own = element.getAttribute('dir');
  const near = own ?? (chosen ? null : element.closest('[dir]')?.getAttribute('dir'));
  return near === 'rtl' || near === 'ltr' ? near : dir;
}
