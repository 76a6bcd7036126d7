import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What the data directory remembers of a running process, so that the next start can tell its own left-overs from a
 * stranger that was given the same pid. `identity` changes with every process and every boot.
 */
export interface ProcessRecord {
  readonly pid: number;
  readonly identity: string;
}

/** Write `<data dir>/run/<name>.json`. */
export async function recordProcess(dataDir: string, name: string, pid: number): Promise<void> {
  const identity = identityOf(pid);
  if (identity === undefined) return; // gone already
  await mkdir(path.join(dataDir, 'run'), { recursive: true });
  await writeFile(
    recordFile(dataDir, name),
    JSON.stringify({ pid, identity } satisfies ProcessRecord),
  );
}

export async function forgetProcess(dataDir: string, name: string): Promise<void> {
  await rm(recordFile(dataDir, name), { force: true });
}

/** The recorded process, when it still runs and is provably the one that was recorded. */
export async function findRecorded(
  dataDir: string,
  name: string,
): Promise<ProcessRecord | undefined> {
  const record = await readRecord(recordFile(dataDir, name));
  return record && identityOf(record.pid) === record.identity ? record : undefined;
}

/** End what an earlier start left behind. @returns whether there was anything to end */
export async function endRecorded(
  dataDir: string,
  name: string,
  graceMs: number,
): Promise<boolean> {
  const record = await findRecorded(dataDir, name);
  if (record) await endProcess(record, graceMs);
  await forgetProcess(dataDir, name);
  return record !== undefined;
}

/** SIGTERM, and SIGKILL when it has not gone `graceMs` later. Returns when the process is gone. */
async function endProcess({ pid, identity }: ProcessRecord, graceMs: number): Promise<void> {
  signal(pid, 'SIGTERM');
  const killAt = Date.now() + graceMs;
  let killed = false;
  while (identityOf(pid) === identity) {
    if (!killed && Date.now() > killAt) {
      signal(pid, 'SIGKILL');
      killed = true;
    }
    await sleep(50);
  }
}

/** Send a signal; a process that has gone meanwhile is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Start time and boot of a running process; undefined when there is none, or only its unburied rest. */
export function identityOf(pid: number): string | undefined {
  try {
    return process.platform === 'linux' ? linuxIdentity(pid) : portableIdentity(pid);
  } catch {
    return undefined; // no such process
  }
}

function linuxIdentity(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, the name in parentheses, may hold spaces; state is the first field after it, start time the 20th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
}

function portableIdentity(pid: number): string | undefined {
  return (
    execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() ||
    undefined
  );
}

async function readRecord(file: string): Promise<ProcessRecord | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ProcessRecord;
  } catch {
    return undefined; // never written, or torn by a crash: nothing can be proven
  }
}

function recordFile(dataDir: string, name: string): string {
  return path.join(dataDir, 'run', `${name}.json`);
}
