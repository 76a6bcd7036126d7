/** What a privacy job does: everything of a customer as one file, or nothing of them any more. */
export type JobKind = 'EXPORT' | 'ERASE';

/** A durable job that an administrator asked for. Times ISO UTC. */
export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  readonly customerId: string;
  readonly state: 'RUNNING' | 'COMPLETED';
  readonly createdAt: string;
  readonly finishedAt: string | null;
  /** Of an export: the file, as long as it is kept. */
  readonly mediaId: string | null;
  /** Of an erasure: how many of Temporal's histories it has left dark, since their keys are gone, and how many it has deleted. */
  readonly histories: { readonly kept: number; readonly deleted: number } | null;
}

export interface JobStore {
  /** The job of this kind that runs for the customer, a new one where none does. */
  begin(kind: JobKind, customerId: string): Promise<Job>;
  get(id: string): Promise<Job | null>;
  /** Adds to what an erasure has done, by the ids of runs. Idempotent. */
  noteHistories(
    id: string,
    runs: { readonly kept: readonly string[]; readonly deleted: readonly string[] },
  ): Promise<void>;
  /** Idempotent. */
  complete(id: string, mediaId: string | null): Promise<void>;
  /** The file of an export is gone. Idempotent. */
  expire(id: string): Promise<void>;
}

/** A conversation that is to be erased, and where its texts are besides the archive. */
export interface ErasableConversation {
  readonly id: string;
  /** Workflows that held it. */
  readonly workflowIds: readonly string[];
  readonly closed: boolean;
  /** Nothing of it is left but its shell. */
  readonly erased: boolean;
}

/** One line of the list of erasures: who was erased, and when (ISO UTC). Nothing else is known of them any more. */
export interface Erased {
  readonly customerId: string;
  readonly at: string;
}

/** Everything of one customer, those merged into them included. Each step may be repeated. Throws `UNAVAILABLE`. */
export interface ErasureStore {
  /** The customer and everybody merged into them; of one who was merged themselves, those of the survivor. */
  everyIdOf(customerId: string): Promise<readonly string[]>;
  /** What the customer uploaded, sent or not. */
  uploads(customerId: string): Promise<readonly string[]>;
  isErased(customerId: string): Promise<boolean>;
  /**
   * Takes name, attributes, labels and identities: whoever writes from there on is somebody new. Leaves a tombstone. Deletes raw requests
   * that nobody could read where they name the customer.
   */
  forgetCustomer(customerId: string): Promise<void>;
  /** The next ones after this id, by id. */
  conversations(
    customerId: string,
    after: string | null,
    limit: number,
  ): Promise<readonly ErasableConversation[]>;
  /** Every workflow that may hold something of the customer, but for those that fetched media. */
  workflowsOf(customerId: string): Promise<readonly string[]>;
  /**
   * Blanks entries, projection, ledger and report rows of a closed conversation, and deletes media that no other conversation holds.
   * Answers the messages that brought media, until it is settled.
   */
  blankConversation(conversationId: string): Promise<{ readonly mediaMessages: readonly string[] }>;
  /** Once the workflows that held a conversation are gone: it is erased. */
  settleConversation(conversationId: string): Promise<void>;
  /** Closes a conversation whose workflow is gone: nobody else will. */
  closeOrphan(conversationId: string): Promise<void>;
  /**
   * Deletes what else the customer uploaded, exports made of them, tickets of their streams and answers kept for repeats that quote them,
   * and blanks what audit rows say of them.
   */
  blankTraces(customerId: string): Promise<void>;
  /** Everybody who was erased, as far as this database knows. */
  erased(): AsyncIterable<Erased>;
  /** Of these, who were all erased: those of whom there is something again, since a backup was restored. */
  whoIsBack(customerIds: readonly string[]): Promise<readonly string[]>;
}

/** A conversation whose time is over (`retentionDays` of its channels), and where its texts are besides the archive. */
export interface DueConversation {
  readonly id: string;
  /** It closed before it, ISO UTC: the earliest of its channels'. */
  readonly cutoff: string;
  /** The workflow that it ran in; the customer's next conversation may run there now. */
  readonly workflowId: string;
  /** Workflows of this conversation alone. */
  readonly ownWorkflowIds: readonly string[];
}

/** Where a walk over what is due stands. */
export interface DuePosition {
  readonly channelId: string;
  readonly closedAt: string;
  readonly id: string;
}

/** Conversations whose time is over. Each step may be repeated. Throws `UNAVAILABLE`. */
export interface RetentionStore {
  /**
   * Some of those that closed before the cutoff (ISO UTC) of every channel that they were on; a channel without one keeps them.
   * `next` null: that was all.
   */
  due(
    cutoffs: ReadonlyMap<string, string>,
    after: DuePosition | null,
    limit: number,
  ): Promise<{ readonly items: readonly DueConversation[]; readonly next: DuePosition | null }>;
  blankConversation: ErasureStore['blankConversation'];
  settleConversation: ErasureStore['settleConversation'];
}
