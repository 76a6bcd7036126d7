import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/**
 * One lazy timer for all deadlines of a conversation (architecture.md decision 5). A deadline that moves later leaves the running
 * timer alone: it wakes the loop, which reads the table again. Only an earlier one replaces it.
 *
 * It never rings early. It rings late by as long as the workflow task took that set it: the clock of a workflow stands at the task's
 * start (moved on by local activities alone), while the server counts from its completion.
 */
export class Alarm {
  /** The timer fired since the last `hush`. */
  rung = false;
  private ringsAtMs: number | null = null;
  private scope: CancellationScope | null = null;

  /** Makes sure that the alarm rings at `dueAt` (ISO UTC) or before. `name` is shown as the timer's summary. */
  set(due: { readonly name: string; readonly dueAt: string } | null): void {
    if (!due) return;
    const dueMs = Date.parse(due.dueAt);
    if (this.ringsAtMs !== null && this.ringsAtMs <= dueMs) return;
    this.scope?.cancel();
    const scope = new CancellationScope();
    this.scope = scope;
    this.ringsAtMs = dueMs;
    const waiting = scope.run(() => sleep(Math.max(1, dueMs - Date.now()), { summary: due.name }));
    void waiting.then(
      () => this.ring(scope),
      (error) => {
        if (!isCancellation(error)) throw error;
      },
    );
  }

  hush(): void {
    this.rung = false;
  }

  private ring(scope: CancellationScope): void {
    if (this.scope !== scope) return;
    this.scope = null;
    this.ringsAtMs = null;
    this.rung = true;
  }
}
