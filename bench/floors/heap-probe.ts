import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

/**
 * Loaded before a process's own code, and before that of each of its threads: at SIGUSR2 all of them collect their garbage, and the bytes
 * that are left go to the file `heap-<pid>` in BENCH_HEAP_DIR. Workflow code runs in a thread that nobody else can reach.
 */
const THREADS_ANSWER_WITHIN_MS = 8_000; // two collections of half a gigabyte
const ASKED = 'collect';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const channel = new BroadcastChannel('heap-probe') as BroadcastChannel & { unref(): void };

function usedBytes(): number {
  collect();
  collect(); // what the first made unreachable by running finalizers
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

if (isMainThread) {
  let threads = 0;
  channel.onmessage = (message) => {
    threads += Number((message as { readonly data: unknown }).data);
  };
  process.on('SIGUSR2', () => {
    threads = 0;
    channel.postMessage(ASKED);
    setTimeout(() => {
      const file = path.join(process.env['BENCH_HEAP_DIR'] ?? '.', `heap-${process.pid}`);
      writeFileSync(`${file}.new`, String(threads + usedBytes()));
      renameSync(`${file}.new`, file);
    }, THREADS_ANSWER_WITHIN_MS).unref();
  });
} else {
  // Threads hear each other's answers, too.
  channel.onmessage = (message) => {
    if ((message as { readonly data: unknown }).data === ASKED) channel.postMessage(usedBytes());
  };
}
channel.unref(); // after it listens: a process ends although it could still be asked
