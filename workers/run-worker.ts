import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { type Bundle, sealingFailures, withoutCallStacks } from './bundle';
import { DEPLOYMENT_NAME } from './deployment';
import type { QueueOptions } from './task-queues';

/** The workers of this process. They fail and end together; kept versions come and go. */
export interface WorkerGroup {
  /** Start polling. `key` names it for {@link WorkerGroup.stop}. */
  start(key: string, queue: QueueOptions, bundle: Bundle): Promise<void>;
  has(key: string): boolean;
  /** Whether there are workers, and all of them take work. */
  isPolling(): boolean;
  /** Drain one worker. */
  stop(key: string): Promise<void>;
  /** Drain all. */
  stopAll(): Promise<void>;
  /** Rejects when a worker fails; settles otherwise when all have ended after {@link WorkerGroup.stopAll}. */
  readonly ended: Promise<void>;
}

interface GroupOptions
  extends Pick<WorkerOptions, 'namespace' | 'dataConverter' | 'interceptors' | 'sinks'> {
  readonly connection: NativeConnection;
  /** Stacks of everything that workflow code waits for: for the Web UI's "Call Stack". */
  readonly callStacks: boolean;
}

const DRAIN = {
  shutdownGraceTime: '10 seconds', // then activities are told to stop
  shutdownForceTime: '25 seconds', // and then left: their time-outs hand them to the next worker
} as const;

export function createWorkerGroup({ callStacks, ...options }: GroupOptions): WorkerGroup {
  const running = new Map<string, { readonly worker: Worker; readonly done: Promise<void> }>();
  const { promise: ended, resolve, reject } = withResolvers();
  let stopping = false;

  const stop = async (key: string) => {
    const entry = running.get(key);
    if (!entry) return;
    if (entry.worker.getState() === 'RUNNING') entry.worker.shutdown();
    await entry.done;
  };

  return {
    ended,
    has: (key) => running.has(key),
    isPolling: () =>
      running.size > 0 &&
      [...running.values()].every(({ worker }) => worker.getState() === 'RUNNING'),
    stop,
    async start(key, queue, bundle) {
      if (stopping) return;
      const worker = await Worker.create({
        ...options,
        ...DRAIN,
        ...workerOptions(queue, bundle, {
          seals: options.dataConverter !== undefined,
          callStacks,
        }),
      });
      const done = worker.run().then(
        () => void running.delete(key),
        (error: unknown) => {
          running.delete(key);
          reject(error);
        },
      );
      running.set(key, { worker, done });
      if (stopping) await stop(key);
    },
    async stopAll() {
      stopping = true;
      await Promise.all([...running.keys()].map(stop));
      resolve();
    },
  };
}

/** Versions matter where workflows run; activities are served to all versions alike. */
function workerOptions(
  { versioning, ...queue }: QueueOptions,
  { code, buildId }: Bundle,
  { seals, callStacks }: { readonly seals: boolean; readonly callStacks: boolean },
): WorkerOptions {
  if (!versioning) return queue;
  const sealing = seals ? sealingFailures(code) : code;
  return {
    ...queue,
    workflowBundle: { code: callStacks ? sealing : withoutCallStacks(sealing) },
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName: DEPLOYMENT_NAME, buildId },
      defaultVersioningBehavior: versioning,
    },
  };
}

function withResolvers() {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
