import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { whyNoSmallDisk } from '../stage/small-disk';
import { type Fault, underLoad } from './fault';

const FULL_MS = 6_000;
const FULL_LONG_MS = 60_000;

export const diskFull: Fault = {
  id: 'F22',
  what: 'disk full: mongod, Temporal and logs on one small volume',
  goal: '30 s',
  stage: { diskMiB: 1_000 },
  missing: whyNoSmallDisk,
  play: underLoad(async ({ stage, scene, long }) => {
    await scene.acknowledged(0.3);
    const filler = path.join(stage.dataDir, 'filler');
    const before = scene.log.attempts.length;
    scene.notes['filled with, MiB'] = await fill(filler);
    const until = Date.now() + (long ? FULL_LONG_MS : FULL_MS);
    while (Date.now() < until) {
      await sleep(200);
      await fill(filler); // what was freed meanwhile
    }
    const during = scene.log.attempts.slice(before);
    scene.notes['answers while full'] = counted(during.map(({ status }) => String(status)));
    await rm(filler, { force: true });
  }),
};

/** Writes until nothing more fits. */
async function fill(file: string): Promise<number> {
  const handle = await open(file, 'a');
  const piece = Buffer.alloc(1024 * 1024);
  let written = 0;
  try {
    for (let size = piece.length; size >= 4096; )
      try {
        const { bytesWritten } = await handle.write(piece, 0, size);
        written += bytesWritten;
        if (bytesWritten < size) size = Math.floor(size / 2);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        size = Math.floor(size / 2);
      }
  } finally {
    await handle.close();
  }
  return Math.round(written / 1024 / 1024);
}

function counted(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${word} x ${count}`).join(', ');
}
