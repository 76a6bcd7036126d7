import type { MessageBody } from '../../domain/message/schema';
import { backoffMs, pause } from '../shared/backoff';
import { ApiError, type WebchatApi } from './api';
import type { ChatStorage } from './storage';
import type { Unsent } from './stored';

/** Tries of one message before its visitor is asked; the browser being offline counts for none. */
const ATTEMPTS = 4;
/** Messages that may wait at once; the oldest delivered ones go first. */
const OUTBOX_LIMIT = 100;

export interface Outbox {
  add(body: MessageBody): void;
  /** Tries a failed message again. Its id stays, so that it is taken once however often it is sent. */
  retry(clientMessageId: string): void;
  discard(clientMessageId: string): void;
  /** Drops what the transcript shows by now. */
  keep(messages: readonly Unsent[]): void;
  /** Sends what waits, oldest first, one at a time; does nothing while it is at it already. Never throws. */
  flush(): Promise<void>;
  /** Failed for want of a connection, not refused: worth another try by itself. */
  revive(): void;
}

export interface OutboxDeps {
  readonly api: WebchatApi;
  readonly storage: ChatStorage;
  /** The visitor's token; null until the chat has started. */
  readonly token: () => string | null;
  readonly onChange: (outbox: readonly Unsent[]) => void;
  /** The token was refused. */
  readonly onGone: () => void;
  readonly signal: AbortSignal;
}

/** What the visitor wrote and the transcript does not show yet. It outlives a reload: each message is kept before it is sent. */
export function createOutbox(deps: OutboxDeps): Outbox {
  const { api, storage, token, signal } = deps;
  let busy = false;

  return {
    add(body) {
      const unsent: Unsent = {
        clientMessageId: randomId(),
        body,
        at: new Date().toISOString(),
        state: 'sending',
      };
      change((outbox) => [...outbox, unsent].slice(-OUTBOX_LIMIT));
      void flush(); // reports through onChange, never throws
    },
    retry(clientMessageId) {
      patch(clientMessageId, { state: 'sending', refused: false });
      void flush(); // as above
    },
    discard: (id) => change((outbox) => outbox.filter((unsent) => unsent.clientMessageId !== id)),
    keep(messages) {
      const kept = new Set(messages.map(({ clientMessageId }) => clientMessageId));
      change((outbox) => outbox.filter(({ clientMessageId }) => kept.has(clientMessageId)));
    },
    flush,
    revive() {
      const waiting = (unsent: Unsent) => unsent.state === 'failed' && !unsent.refused;
      if (storage.read().outbox.some(waiting))
        change((outbox) =>
          outbox.map((unsent) => (waiting(unsent) ? { ...unsent, state: 'sending' } : unsent)),
        );
      void flush(); // as above
    },
  };

  async function flush(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      for (;;) {
        const current = token();
        const next = storage.read().outbox.find(({ state }) => state === 'sending');
        if (!next || !current || signal.aborted) return;
        await sendOne(next, current);
      }
    } finally {
      busy = false;
    }
  }

  async function sendOne({ clientMessageId, body }: Unsent, current: string): Promise<void> {
    for (let failures = 1; ; ) {
      try {
        const { messageId } = await api.send(current, { clientMessageId, body });
        return patch(clientMessageId, { state: 'sent', messageId });
      } catch (error) {
        const problem = error instanceof ApiError ? error : new ApiError(0, 'UNKNOWN');
        if (problem.gone) {
          patch(clientMessageId, { state: 'failed' });
          return deps.onGone();
        }
        if (!problem.passing) return patch(clientMessageId, { state: 'failed', refused: true });
        if (navigator.onLine) failures += 1;
        if (failures > ATTEMPTS || signal.aborted)
          return patch(clientMessageId, { state: 'failed' });
        await pause(problem.retryAfterMs ?? backoffMs(failures), signal);
      }
    }
  }

  function change(next: (outbox: readonly Unsent[]) => readonly Unsent[]): void {
    deps.onChange(storage.update(({ outbox }) => ({ outbox: next(outbox) })).outbox);
  }
  function patch(clientMessageId: string, values: Partial<Unsent>): void {
    change((outbox) =>
      outbox.map((unsent) =>
        unsent.clientMessageId === clientMessageId ? { ...unsent, ...values } : unsent,
      ),
    );
  }
}

/** 128 random bits in hex. `crypto.randomUUID` exists on https pages only. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
