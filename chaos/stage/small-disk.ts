import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Puts a file system of its own below a directory, so that it can be filled. Linux, and an account that may mount. */
export async function mountSmallDisk(directory: string, mebibytes: number): Promise<void> {
  await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', directory]);
}

export async function unmount(directory: string): Promise<void> {
  await run('umount', [directory]);
}

/** Why a small disk cannot be had; null when it can. */
export async function whyNoSmallDisk(): Promise<string | null> {
  const directory = await mkdtemp(path.join(tmpdir(), 'parley-mount-'));
  try {
    await mountSmallDisk(directory, 1);
    await unmount(directory);
    return null;
  } catch {
    return 'no small file system can be mounted here';
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
