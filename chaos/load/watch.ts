import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeenStream } from '../checker/record';
import type { Stage } from '../stage/stage';
import { type Api, tokenOf } from './api';
import { readStream } from './sse';

/** Entries of a conversation after which a reader looks at the whole of it. */
const LOOK_EVERY = 3;
/** Open streams that one subject may have are 20; each watcher is one. */
const STREAMS_EACH = 15;

/** Readers of live timelines, who come back wherever they are cut off. */
export interface Watch {
  /** Reads the conversation that the customer has now, until its end; nothing new while one of theirs is being read. */
  follow(customerId: string): void;
  /** From now on readers also ask workflows how a conversation stands, in the moment of what they were just shown. */
  lookAround(): void;
  seen(): readonly SeenStream[];
  /** Until every stream has shown the end of its conversation, once those have ended. */
  settled(): Promise<void>;
  stop(): void;
}

export function watchTimelines(stage: Stage, admin: Api, reader: string): Watch {
  const over = new AbortController();
  setMaxListeners(0, over.signal); // each connection listens, as long as it is remembered
  const reading = new Set<string>();
  const streams: {
    conversationId: string;
    seen: SeenStream['seen'][number][];
    complete: boolean;
  }[] = [];
  const tokens: Promise<string>[] = [];
  let count = 0;
  let looks = false;

  function tokenFor(): Promise<string> {
    const n = Math.floor(count / STREAMS_EACH);
    count += 1;
    const token = tokens[n] ?? tokenOf(admin, 'operator', `${reader}-${n}`);
    tokens[n] = token;
    return token;
  }
  async function read(customerId: string): Promise<void> {
    const token = await tokenFor();
    const conversationId = await openConversation(customerId);
    if (conversationId === null) return;
    const stream = { conversationId, seen: [] as SeenStream['seen'][number][], complete: false };
    streams.push(stream);
    const ended = () => {
      stream.complete = true;
      reading.delete(customerId);
    };
    await readStream({
      url: `${stage.url}/v1/conversations/${conversationId}/events`,
      token,
      signal: over.signal,
      onEvent: ({ id, event, data }) => {
        if (id === null || event !== null) return false;
        const entry = JSON.parse(data) as {
          seq: number;
          hash: string;
          type: string;
          data: { to?: string } | null;
        };
        stream.seen.push({ seq: entry.seq, hash: entry.hash });
        if (looks && entry.seq % LOOK_EVERY === 0) look(conversationId);
        // It reads on: what a killed worker had left unconfirmed may be shown again, other.
        if (entry.type === 'TOPIC_STATE_CHANGED' && entry.data?.to === 'CLOSED') ended();
        return false;
      },
    });
  }
  /** The workflow is still busy then: docs/adr/0020. */
  function look(conversationId: string): void {
    void admin
      .fetch('GET', `/v1/conversations/${conversationId}?consistent=true`)
      .then((answer) => answer.body?.cancel())
      .catch(() => undefined); // what is broken meanwhile does not answer
  }
  async function openConversation(customerId: string): Promise<string | null> {
    while (!over.signal.aborted) {
      const found = await admin.read<{ id: string }>(`/v1/customers/${customerId}/conversation`);
      if (found) return found.id;
      await sleep(200);
    }
    return null;
  }
  return {
    follow(customerId) {
      if (reading.has(customerId)) return;
      reading.add(customerId);
      void read(customerId).catch(() => reading.delete(customerId));
    },
    lookAround() {
      looks = true;
    },
    seen: () => streams.map((stream) => ({ ...stream, reader })),
    async settled() {
      const patience = Date.now() + SETTLE_MS;
      while (streams.some(({ complete }) => !complete) && Date.now() < patience) await sleep(100);
      await sleep(LAST_WORD_MS);
    },
    stop: () => over.abort(),
  };
}

/** What is archived reaches its readers at once; a stream that was cut comes back within a heartbeat. */
const SETTLE_MS = 20_000;
const LAST_WORD_MS = 300;
