import type { ModelArchive } from './archive';

/** What an erasure has to do with workflows. */
export interface Workflows {
  /** Orders a conversation to end, wherever it runs. */
  end(conversationId: string): void;
  /** Whether the workflow in which a conversation began runs, for it or for another. */
  stillRuns(conversationId: string): boolean;
}

/**
 * The job that erases a customer, and those merged into them, as workflows/privacy/erase-workflow.ts and activities/privacy.ts do it. Who
 * writes from the same address is somebody new from before its first step on.
 */
export class Erasure {
  done = false;
  private blanks = false;
  private readonly settled = new Set<string>();

  /** @param customers numbers */
  constructor(
    readonly customers: ReadonlySet<string>,
    private readonly archive: ModelArchive,
    private readonly workflows: Workflows,
  ) {}

  /** The next look; nothing can be found while the archive is down. */
  goesOn(): void {
    if (this.done || this.archive.isDown) return;
    if (!this.blanks && this.ends()) return;
    this.blanks = true;
    for (const id of this.conversations) {
      if (this.settled.has(id)) continue;
      this.archive.blank(id);
      if (this.runs(id)) {
        this.endsWhatBegan();
        return;
      }
      this.settled.add(id);
    }
    this.done = true;
  }

  /** Orders whatever is open to end; whether anything is. */
  private ends(): boolean {
    const { open } = this;
    for (const id of open) this.workflows.end(id);
    return open.length > 0;
  }
  protected endsWhatBegan(): void {
    this.ends();
  }
  protected runs(conversationId: string): boolean {
    return this.workflows.stillRuns(conversationId);
  }
  protected get open(): readonly string[] {
    return this.conversations.filter((id) => !this.archive.isSealed(id));
  }
  private get conversations(): readonly string[] {
    return this.archive.archived.filter((id) => this.customers.has(customerOf(id)));
  }
}

/** The number of the customer whose a conversation was when it began. */
export function customerOf(conversationId: string): string {
  return conversationId.slice('cnv_'.length).split('.')[0] ?? '';
}
