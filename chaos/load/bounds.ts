import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRecord, SentPart, WorkflowRun } from '../checker/record';
import { PARTS, type Stage } from '../stage/stage';

/** Caps of I14, for the whole run. */
const CAPS = {
  /** The server suggests continue-as-new far below. */
  historyEvents: 10_500,
  historyBytes: 10 * 1024 * 1024,
  /** One payload may have 2 MiB; carried state and batches are bounded below. */
  payloadBytes: 1.75 * 1024 * 1024,
  attempts: 8,
  /** Resident memory, MiB, of a Node process of ours. */
  residentMiB: 1_200,
  /** Files and sockets of a process of ours. */
  descriptors: 3_000,
} as const;

/** The highest that was seen of each process. */
export interface Usage {
  readonly residentMiB: Readonly<Record<string, number>>;
  readonly descriptors: Readonly<Record<string, number>>;
}

/** Looks at the processes now and then. Linux tells; elsewhere nothing is seen and nothing is claimed. */
export function watchUsage(stage: Stage): { readonly usage: Usage; stop(): void } {
  const residentMiB: Record<string, number> = {};
  const descriptors: Record<string, number> = {};
  const over = new AbortController();
  const look = async () => {
    while (!over.signal.aborted) {
      for (const name of PARTS.filter((part) => part !== 'mongod' && part !== 'temporal')) {
        const pid = await stage.parts[name].pid();
        if (pid === null) continue;
        const [status, files] = await Promise.all([
          readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
          readdir(`/proc/${pid}/fd`).catch(() => []),
        ]);
        const kib = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
        residentMiB[name] = Math.max(residentMiB[name] ?? 0, Math.round(kib / 1024));
        descriptors[name] = Math.max(descriptors[name] ?? 0, files.length);
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: over.signal, ref: false }).catch(
        () => undefined,
      );
    }
  };
  void look().catch(() => undefined);
  return { usage: { residentMiB, descriptors }, stop: () => over.abort() };
}

const LOOK_EVERY_MS = 1_000;

export function boundsOf(
  { residentMiB, descriptors }: Usage,
  runs: readonly WorkflowRun[],
  parts: readonly SentPart[],
): RunRecord['bounds'] {
  const most = (values: readonly number[]) => Math.max(0, ...values);
  return [
    {
      what: 'history events of a run',
      value: most(runs.map(({ events }) => events)),
      cap: CAPS.historyEvents,
    },
    {
      what: 'history bytes of a run',
      value: most(runs.map(({ bytes }) => bytes)),
      cap: CAPS.historyBytes,
    },
    {
      what: 'bytes of a payload',
      value: most(runs.map(({ largestPayloadBytes }) => largestPayloadBytes)),
      cap: CAPS.payloadBytes,
    },
    {
      what: 'attempts of a part',
      value: most(parts.map(({ attempt }) => attempt)),
      cap: CAPS.attempts,
    },
    ...Object.entries(residentMiB).map(([name, value]) => ({
      what: `resident MiB of ${name}`,
      value,
      cap: CAPS.residentMiB,
    })),
    ...Object.entries(descriptors).map(([name, value]) => ({
      what: `descriptors of ${name}`,
      value,
      cap: CAPS.descriptors,
    })),
  ];
}
