import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { buildBundle } from '../../workers/build-bundle';
import type { Bundle } from '../../workers/bundle';
import { countOpen, promote } from '../../workers/deployment';
import { type KeptBundles, keptBundles, lookAfterKept } from '../../workers/kept-bundles';
import { createWorkerGroup, type WorkerGroup } from '../../workers/run-worker';
import { conversationQueue } from '../../workers/task-queues';
import '../support/quiet';
import { uniqueName, useTemporal } from '../support/servers';

const queue = conversationQueue(
  { conversation: {}, routing: {}, housekeeping: {}, sends: {}, bots: {} },
  { embedded: true, workerCache: 10 },
);
const never = new AbortController().signal;

const PROBE_MS = 1_000;

describe('kept bundles', () => {
  const temporal = useTemporal();
  let first: Bundle;
  let second: Bundle;
  let dir: string;
  let kept: KeptBundles;
  let connection: NativeConnection;
  let group: WorkerGroup | undefined;

  beforeAll(async () => {
    first = await buildBundle({ workflowsPath: path.join(__dirname, 'fixtures/dialogue-v1.ts') });
    second = await buildBundle({ workflowsPath: path.join(__dirname, 'fixtures/dialogue-v2.ts') });
    connection = await NativeConnection.connect({ address: temporal().address });
  });
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'parley-bundles-'));
    kept = keptBundles(dir);
  });
  afterEach(async () => {
    await group?.stopAll();
    await rm(dir, { recursive: true });
  });
  afterAll(() => connection?.close());

  /** What a start of the worker process does. */
  async function begin(bundle: Bundle): Promise<void> {
    const { client, namespace } = temporal();
    await group?.stopAll();
    group = createWorkerGroup({ connection, namespace, callStacks: false });
    await group.start(queue.taskQueue, queue, bundle);
    await promote(client, bundle.buildId, 'always', never);
    await kept.keep(bundle);
  }

  function look(current: Bundle, emptyLooks: ReadonlyMap<string, number> = new Map()) {
    return lookAfterKept(
      {
        kept,
        current: current.buildId,
        countOpen: (buildId) => countOpen(temporal().client, buildId),
        serve: async (buildId) => {
          if (!group?.has(buildId)) await group?.start(buildId, queue, await kept.read(buildId));
        },
        dismiss: async (buildId) => group?.stop(buildId),
      },
      emptyLooks,
    );
  }

  function startDialogue(): Promise<WorkflowHandle> {
    return temporal().client.workflow.start('dialogueWorkflow', {
      taskQueue: queue.taskQueue,
      workflowId: uniqueName('dialogue'),
    });
  }

  it('ends an open dialogue on the version it began with, new ones on the edited one', async () => {
    await begin(first);
    const old = await startDialogue();
    await untilPinned(first);

    await begin(second);
    await look(second);
    const young = await startDialogue();
    await old.signal('answer');
    await young.signal('answer');
    await expect(old.result()).resolves.toBe('first version');
    await expect(young.result()).resolves.toBe('second version');

    await untilNothingOpen(first);
    const looks = await look(second, await look(second));
    expect(looks.size).toBe(0);
    expect(await readdir(dir)).toEqual([`${second.buildId}.js`]);
    expect(group?.has(first.buildId)).toBe(false);
  });

  it('takes an edit back: the older version is current again', async () => {
    await begin(second);
    await begin(first);
    const handle = await startDialogue();
    await handle.signal('answer');
    await expect(handle.result()).resolves.toBe('first version');
  });

  /** The server's task queues learn of a promotion a moment later; what begins before waits for a version that nobody serves. */
  async function untilBeginsOn(version: string): Promise<void> {
    for (;;) {
      const probe = await startDialogue();
      await probe.signal('answer');
      const result = await Promise.race([probe.result(), after(PROBE_MS, null)]);
      if (result === version) return;
      await probe.terminate();
    }
  }

  it('does not promote an older version where replicas of both may run', async () => {
    await begin(second);
    await untilBeginsOn('second version');
    await group?.start('again', queue, first);
    await promote(temporal().client, first.buildId, 'ifNewer', never);
    const handle = await startDialogue();
    await handle.signal('answer');
    await expect(handle.result()).resolves.toBe('second version');
  });

  it('refuses a bundle that is not what its name says', async () => {
    await kept.keep(first);
    await writeFile(path.join(dir, `${first.buildId}.js`), 'damaged');
    await expect(kept.read(first.buildId)).rejects.toThrow('damaged');
  });

  const open = (bundle: Bundle) => countOpen(temporal().client, bundle.buildId);
  const untilPinned = (bundle: Bundle) => until(async () => (await open(bundle)) > 0);
  const untilNothingOpen = (bundle: Bundle) => until(async () => (await open(bundle)) === 0);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100));
}
