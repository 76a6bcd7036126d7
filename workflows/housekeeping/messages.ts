/** Input of `mergeWorkflow`; its id is `merge:<mergedId>` (domain/ids.ts). */
export interface MergeInput {
  /** The customer who goes. */
  readonly mergedId: string;
  readonly survivorId: string;
  /** Who asked for it: goes into the audit. */
  readonly actorId: string;
}

/** Which of the four rows of domain.md 10.3 it was follows from `moved` and `conversationId`. */
export interface MergeResult {
  readonly survivorId: string;
  /** The survivor's open conversation afterwards, null when there is none. */
  readonly conversationId: string | null;
  /** Sessions of the merged customer's conversation moved into the survivor's. */
  readonly moved: boolean;
}
