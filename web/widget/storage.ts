import type { Stored } from './stored';

const EMPTY: Stored = { visit: null, outbox: [], seen: null };

export interface ChatStorage {
  read(): Stored;
  update(change: (stored: Stored) => Partial<Stored>): Stored;
  /** Another tab of this browser changed something. Call the answer to stop. */
  onChange(listener: (stored: Stored) => void): () => void;
}

/**
 * What one browser remembers of one channel, in localStorage under `parley:webchat:<base>:<channelId>`; in memory only where the
 * page may not store (private windows, blocked storage).
 */
export function createStorage(base: string, channelId: string): ChatStorage {
  const key = `parley:webchat:${base}:${channelId}`;
  let memory = EMPTY;
  return {
    read,
    update(change) {
      const before = read();
      memory = { ...before, ...change(before) };
      try {
        localStorage.setItem(key, JSON.stringify(memory));
      } catch {
        // Full or forbidden: this page goes on from memory.
      }
      return memory;
    },
    onChange(listener) {
      const changed = (event: StorageEvent) => {
        if (event.key === key || event.key === null) listener(read());
      };
      addEventListener('storage', changed);
      return () => removeEventListener('storage', changed);
    },
  };

  function read(): Stored {
    try {
      const text = localStorage.getItem(key);
      const stored: unknown = text ? JSON.parse(text) : null;
      if (typeof stored === 'object' && stored) memory = { ...EMPTY, ...stored };
      else if (text === null) memory = EMPTY;
    } catch {
      // As above.
    }
    return memory;
  }
}
