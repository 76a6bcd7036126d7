import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Erased } from './stores/privacy';

/**
 * Who was erased, in a file beside the backups and not in the database: a backup from before an erasure is restored without it
 * (reliability.md section 11). Ids and times only. Lines are added and never changed, so several processes may share the file.
 */
export interface ErasureList {
  /** On the disk when it returns. What is on the list is not added again. Throws where the file cannot be written. */
  add(erased: readonly Erased[]): Promise<void>;
  /** In the order they came; empty without a file. A line that was cut off was never acknowledged and is passed over. */
  all(): Promise<readonly Erased[]>;
}

export function createErasureList(file: string): ErasureList {
  const text = () =>
    readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });

  return {
    async add(erased) {
      const before = await text();
      const known = new Set(read(before).map(({ customerId }) => customerId));
      const lines = erased
        .filter(({ customerId }) => !known.has(customerId))
        .map(({ customerId, at }) => `${JSON.stringify({ customerId, at })}\n`);
      if (lines.length === 0) return;
      await mkdir(path.dirname(file), { recursive: true });
      const handle = await open(file, 'a', 0o600);
      try {
        const cutOff = before !== '' && !before.endsWith('\n');
        await handle.write(`${cutOff ? '\n' : ''}${lines.join('')}`);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },

    all: async () => read(await text()),
  };
}

function read(text: string): Erased[] {
  return text.split('\n').flatMap((line) => {
    try {
      const { customerId, at } = JSON.parse(line) as Partial<Erased>;
      return typeof customerId === 'string' && typeof at === 'string' ? [{ customerId, at }] : [];
    } catch {
      return [];
    }
  });
}
