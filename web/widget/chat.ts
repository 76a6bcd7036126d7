import { ApiError, type WebchatApi } from './api';
import { channelData } from './browser';
import type { Chat, ChatState, Visitor } from './chat-state';
import { keepConnected } from './connection';
import { createOutbox, randomId } from './outbox';
import type { Entry, Settings, Typing } from './protocol';
import type { ChatStorage } from './storage';
import type { Visit } from './stored';
import { append, arrived, EMPTY_TIMELINE, readUpTo, unconfirmed } from './timeline';

/** A typing sign without news fades after this: the next one comes every few seconds. */
const TYPING_FADES_MS = 7000;
/** Milliseconds between two typing signs of ours. */
const TYPING_EVERY_MS = 4000;

export interface ChatDeps {
  readonly api: WebchatApi;
  readonly storage: ChatStorage;
  /** Settings that came with the page; fetched when null. */
  readonly settings: Settings | null;
  readonly visitor: Visitor;
}

/** One visitor's chat on one channel: session, stream and messages, without a word about how it looks. Resumes by itself what this browser had. */
export function createChat({ api, storage, settings, visitor }: ChatDeps): Chat {
  const listeners = new Set<(state: ChatState) => void>();
  const life = new AbortController();
  let connection = new AbortController();
  let visit: Visit | null = null;
  let formerToken: string | undefined;
  let startKey: string | null = null;
  let answers: Readonly<Record<string, string>> = {};
  let typingFades: ReturnType<typeof setTimeout> | undefined;
  let typingSentAt = 0;
  let line: Exclude<ChatState['connection'], 'offline'> = 'connecting';
  let readTimer: ReturnType<typeof setTimeout> | undefined;

  let state: ChatState = {
    open: false,
    phase: 'idle',
    settings,
    connection: 'connecting',
    loading: false,
    timeline: EMPTY_TIMELINE,
    outbox: [],
    seen: null,
    typing: null,
    wait: null,
    upload: null,
    problem: null,
  };

  const outbox = createOutbox({
    api,
    storage,
    token: () => visit?.token ?? null,
    onChange: (unsent) => set({ outbox: unsent }),
    onGone: expire,
    signal: life.signal,
  });

  watchPage();
  resume(storage.read());
  if (!settings) void loadSettings(); // a failure shows when the visitor opens the chat

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    open() {
      set({ open: true });
      if (state.phase === 'idle' || state.phase === 'unavailable') void begin(); // ends in a phase of its own
      markSeen();
    },
    close: () => set({ open: false }),
    start,
    say: (body) => {
      typingSentAt = 0;
      outbox.add(body);
    },
    retry: outbox.retry,
    discard: outbox.discard,
    typing(isTyping) {
      const due = isTyping ? Date.now() - typingSentAt > TYPING_EVERY_MS : typingSentAt > 0;
      if (!visit || !due) return;
      typingSentAt = isTyping ? Date.now() : 0;
      api.typing(visit.token, isTyping).catch(() => undefined); // a lost sign harms nobody
    },
    async end() {
      if (!visit) return;
      await api.end(visit.token);
      set({ timeline: { ...state.timeline, ended: true, agents: {} } });
    },
    restart() {
      const expired = state.phase === 'expired';
      formerToken = expired ? undefined : visit?.token;
      // What an expired chat could not take goes into the new one.
      const kept = expired ? state.outbox.filter((unsent) => unsent.state !== 'sent') : [];
      forget();
      storage.update(() => ({ visit: null, outbox: kept, seen: null }));
      set({ outbox: kept });
      void begin(); // as in open
    },
    media: (mediaId) =>
      visit
        ? api.media(visit.token, mediaId)
        : Promise.reject(new ApiError(401, 'UNAUTHENTICATED')),
    attach,
    dismissUpload: () => set({ upload: null }),
    destroy() {
      life.abort();
      connection.abort();
      clearTimeout(typingFades);
      clearTimeout(readTimer);
    },
  };

  function set(patch: Partial<ChatState>): void {
    state = { ...state, ...patch };
    for (const listener of listeners) listener(state);
  }

  // --- starting -------------------------------------------------------------------------------------------------------------

  async function begin(): Promise<void> {
    set({ phase: 'starting', problem: null });
    const known = state.settings ?? (await loadSettings());
    if (!known) return set({ phase: 'unavailable', problem: 'unavailable' });
    if (visit || state.phase !== 'starting') return; // another tab was faster
    if (known.preChatFields.length > 0 && startKey === null) return set({ phase: 'form' });
    await start(answers);
  }

  async function loadSettings(): Promise<Settings | null> {
    const loaded = await api.settings().catch(() => null);
    if (loaded) set({ settings: { ...loaded, preChatFields: loaded.preChatFields ?? [] } });
    return state.settings;
  }

  async function start(given: Readonly<Record<string, string>> = {}): Promise<void> {
    answers = given;
    startKey ??= randomId(); // one per wish of the visitor: a retry must not start a second session
    set({ phase: 'starting', problem: null });
    const customer = { ...(given['name'] ? { name: given['name'] } : {}), ...visitor };
    try {
      const answer = await api.start(
        { customer, channelData: channelData(given) },
        startKey,
        formerToken,
      );
      const { token, customerId, expiresAt } = answer;
      startKey = null;
      formerToken = undefined;
      storage.update(() => ({ visit: { token, customerId, expiresAt } }));
      follow({ token, customerId, expiresAt });
    } catch (error) {
      if (error instanceof ApiError && error.gone && formerToken) {
        formerToken = undefined; // the earlier chat is too old to come back to
        return start(given);
      }
      const busy = error instanceof ApiError && error.status === 429;
      set({ phase: 'unavailable', problem: busy ? 'busy' : 'unavailable' });
    }
  }

  // --- following ------------------------------------------------------------------------------------------------------------

  function resume(stored: ReturnType<ChatStorage['read']>): void {
    state = { ...state, outbox: stored.outbox, seen: stored.seen };
    if (stored.visit && stored.visit.expiresAt > new Date().toISOString()) follow(stored.visit);
  }

  function follow(to: Visit): void {
    connection.abort();
    connection = new AbortController();
    visit = to;
    set({ phase: 'live', loading: true, timeline: EMPTY_TIMELINE, problem: null });
    void keepConnected({
      api,
      token: to.token,
      entries: take,
      caughtUp: () => set({ loading: false }),
      state(now) {
        line = now;
        // A stream may still open as the line goes. What is still so is told again when the stream is back.
        const connection = navigator.onLine ? now : 'offline';
        set({ connection, ...(now === 'online' ? {} : { typing: null, wait: null }) });
        if (now === 'online') outbox.revive();
      },
      typing: onTyping,
      wait: ({ position, ewtSeconds }) =>
        set({ wait: position === null ? null : { position, seconds: ewtSeconds ?? 0 } }),
      read: (news) => set({ timeline: readUpTo(state.timeline, news) }),
      media: ({ medium }) => set({ timeline: arrived(state.timeline, medium) }),
      gone: expire,
      needed: () => state.open || document.visibilityState === 'visible',
      signal: connection.signal,
    }); // ends when aborted, never throws
    void outbox.flush(); // never throws
  }

  function take(entries: readonly Entry[]): void {
    const timeline = append(state.timeline, entries);
    if (timeline === state.timeline) return;
    set({ timeline });
    const left = unconfirmed(timeline, state.outbox);
    if (left.length < state.outbox.length) outbox.keep(left);
    if (entries.some(isFromOthers)) onTyping(null);
    markSeen();
  }

  function onTyping(news: Typing | null): void {
    clearTimeout(typingFades);
    set({ typing: news?.typing ? { name: news.actor?.name ?? null } : null });
    if (news?.typing) typingFades = setTimeout(() => set({ typing: null }), TYPING_FADES_MS);
  }

  function expire(): void {
    connection.abort();
    visit = null;
    storage.update(() => ({ visit: null }));
    set({ phase: 'expired', loading: false, typing: null, wait: null });
  }

  function forget(): void {
    connection.abort();
    visit = null;
    startKey = null;
    set({
      phase: 'idle',
      timeline: EMPTY_TIMELINE,
      outbox: [],
      seen: null,
      typing: null,
      wait: null,
      loading: false,
    });
  }

  async function attach(file: File): Promise<void> {
    if (!visit) return;
    const { name } = file;
    set({ upload: { name, state: 'uploading' } });
    try {
      const { mediaId, mimeType } = await api.upload(visit.token, file);
      set({ upload: null });
      outbox.add({
        type: kindOf(mimeType),
        mediaId,
        ...(name ? { fileName: name.slice(-255) } : {}),
      });
    } catch (error) {
      const large = error instanceof ApiError && error.status === 413;
      set({ upload: { name, state: large ? 'uploadTooLarge' : 'uploadFailed' } });
    }
  }

  // --- the page around it ---------------------------------------------------------------------------------------------------

  /** What is on the screen now counts as read. */
  function markSeen(): void {
    if (!state.open || document.visibilityState !== 'visible') return;
    const newest = state.timeline.entries.findLast(isFromOthers);
    if (!newest || newest.id === state.seen) return;
    set({ seen: storage.update(() => ({ seen: newest.id })).seen });
    clearTimeout(readTimer);
    readTimer = setTimeout(() => {
      if (visit) api.read(visit.token, newest).catch(() => undefined); // the next one says it, too
    }, 300);
  }

  function watchPage(): void {
    const { signal } = life;
    const offline = () => set({ connection: 'offline' });
    addEventListener('offline', offline, { signal });
    const online = () => {
      // The stream may have lived through it; a broken one says so by itself.
      if (state.connection === 'offline') set({ connection: line });
      outbox.revive();
    };
    addEventListener('online', online, { signal });
    document.addEventListener('visibilitychange', markSeen, { signal });
    const stop = storage.onChange((stored) => {
      set({ outbox: stored.outbox, seen: stored.seen });
      if (stored.visit?.token === visit?.token) return;
      if (stored.visit) follow(stored.visit);
      else if (state.phase === 'live') forget(); // another tab began anew
    });
    signal.addEventListener('abort', stop);
  }
}

function kindOf(mimeType: string): 'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE' {
  const kind = mimeType.split('/')[0];
  return ({ image: 'IMAGE', video: 'VIDEO', audio: 'AUDIO' } as const)[kind ?? ''] ?? 'FILE';
}

function isFromOthers({ type }: Entry): boolean {
  return /^(AGENT|BOT|SYSTEM)_MESSAGE$/.test(type);
}
