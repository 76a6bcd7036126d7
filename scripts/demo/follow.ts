import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, DemoError } from './client';
import { PATIENCE_MS } from './options';
import type { Entry, Screen } from './screen';

/** Reads the conversation's stream, prints every entry as it is archived, and lets the story wait for one. */
export function follow(admin: Client, conversationId: string, screen: Screen) {
  const over = new AbortController();
  const seen: Entry[] = [];
  const channels = new Map<string, string>();
  let waited = 0;
  let failure: Error | null = null;
  void read().catch((error: Error) => {
    failure = error; // told to whoever waits
  });

  async function read(): Promise<void> {
    const path = `/v1/conversations/${conversationId}/events?after=0`;
    for await (const entry of admin.events<Entry>(path, over.signal)) {
      if (typeof entry.seq !== 'number') continue;
      if (entry.type === 'CHANNEL_SESSION_STARTED' && entry.channelSessionId)
        channels.set(entry.channelSessionId, String(entry.data?.['channelType']).toLowerCase());
      seen.push(entry);
      screen.entry(entry, channels.get(entry.channelSessionId ?? '') ?? '');
    }
  }
  return {
    /** Waits for the next entry that fits, after the last one waited for. */
    async until(what: string, fits: (entry: Entry) => boolean): Promise<Entry> {
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const found = seen.findIndex((entry, index) => index >= waited && fits(entry));
        const entry = seen[found];
        if (entry) {
          waited = found + 1;
          return entry;
        }
        if (failure) throw failure;
        if (Date.now() > deadline)
          throw new DemoError(`Waited ${PATIENCE_MS / 1000} s for ${what}, in vain.`);
        await sleep(50);
      }
    },
    stop: () => over.abort(),
  };
}
