import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { PendingEntry } from '../../domain/conversation/model';
import type { Projection } from '../../domain/conversation/projection';
import type { AppendBatch } from '../../infra/stores';
import { callDurably, callLocally, isFinal } from './locally';

/** A batch stays far below the 2 MB that one payload may have; it becomes an activity's input when MongoDB is down. */
const BATCH_BYTES = 1_048_576;
const BATCH_ENTRIES = 500;
/** From here on messages of bots and agents are refused (architecture.md decision 6). */
export const BACK_PRESSURE_BYTES = 524_288;

export interface ArchiveHead {
  readonly seq: number;
  readonly hash: string;
}

/**
 * The TopicMonitor's half in the workflow: entries wait here until the archive has confirmed them, and go out in batches.
 * The first try is a local activity; while MongoDB is down an ordinary one waits and the conversation goes on beside it.
 */
export class Archive {
  private readonly waiting: PendingEntry[];
  private bytes: number;
  /** An ordinary activity waits for MongoDB to come back. */
  private outage: CancellationScope | null = null;
  /** The archive refused a batch for good: content differs from what was confirmed. Kept for operators; CLOSING retries. */
  conflict: string | null = null;

  constructor(
    private readonly ids: { readonly conversationId: string },
    waiting: readonly PendingEntry[],
    private head: ArchiveHead,
    private readonly projection: () => Projection,
    private readonly customerId: () => string,
    private readonly onProgress: () => void,
  ) {
    this.waiting = [...waiting];
    this.bytes = waiting.reduce((sum, entry) => sum + jsonBytes(entry), 0);
  }

  add(entries: readonly PendingEntry[]): void {
    if (entries.length > 0) this.conflict = null;
    for (const entry of entries) {
      this.waiting.push(entry);
      this.bytes += jsonBytes(entry);
    }
  }

  get confirmed(): ArchiveHead {
    return this.head;
  }
  get waitingBytes(): number {
    return this.bytes;
  }
  get waitingEntries(): readonly PendingEntry[] {
    return this.waiting;
  }
  /** Entries wait and nothing is under way: a flush would do something. */
  get flushable(): boolean {
    return this.waiting.length > 0 && this.conflict === null && this.outage === null;
  }
  /** Writes what waits, batch after batch. Returns at once while an earlier batch waits for MongoDB. Never throws. */
  async flush(): Promise<void> {
    while (this.flushable) {
      const batch = this.nextBatch();
      try {
        this.confirm(batch, await callLocally('appendTimeline', this.inputOf(batch)));
      } catch (error) {
        if (isFinal(error)) {
          this.conflict = String(error);
          return;
        }
        this.waitOut(batch);
      }
    }
  }

  /** Tries a refused batch again: an operator or the `closing` deadline asked for it. */
  retry(): void {
    this.conflict = null;
  }

  /** Gives a pending write up, so that it can be carried: it is idempotent. */
  cancel(): void {
    this.outage?.cancel();
  }

  private waitOut(batch: readonly PendingEntry[]): void {
    this.outage = new CancellationScope();
    const write = this.outage.run(() => callDurably('appendTimeline', this.inputOf(batch)));
    const over = () => {
      this.outage = null;
      this.onProgress();
    };
    void write.then(
      (hash) => {
        this.confirm(batch, hash);
        over();
      },
      (error) => {
        if (!isCancellation(error)) this.conflict = String(error);
        over();
      },
    );
  }

  private nextBatch(): readonly PendingEntry[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.waiting) {
      bytes += jsonBytes(entry);
      if (count === BATCH_ENTRIES || (count > 0 && bytes > BATCH_BYTES)) break;
      count += 1;
    }
    return this.waiting.slice(0, count);
  }

  private inputOf(batch: readonly PendingEntry[]): AppendBatch {
    return {
      conversationId: this.ids.conversationId,
      customerId: this.customerId(),
      head: this.head,
      fence: Date.now(),
      entries: batch,
      projection: this.projection(),
    };
  }

  private confirm(batch: readonly PendingEntry[], hash: string): void {
    const last = batch[batch.length - 1];
    if (!last) return;
    this.waiting.splice(0, batch.length);
    for (const entry of batch) this.bytes -= jsonBytes(entry);
    this.head = { seq: last.entry.seq, hash };
  }
}

/** Size of a value's JSON in UTF-8 bytes: the sandbox has no TextEncoder to ask. */
function jsonBytes(value: unknown): number {
  const json = JSON.stringify(value);
  let bytes = json.length;
  for (let i = 0; i < json.length; i += 1) {
    const unit = json.charCodeAt(i);
    if (unit > 0x7f) bytes += unit > 0x7ff ? 2 : 1;
  }
  return bytes;
}
