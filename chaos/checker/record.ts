/** What a run leaves behind, as plain JSON: the checker sees nothing else. Times ISO UTC unless a name says otherwise. */
export interface RunRecord {
  /** When it was taken. */
  readonly at: string;
  /** The driver's own log of its requests. */
  readonly attempts: readonly Attempt[];
  readonly customers: readonly SeenCustomer[];
  /** Conversations as REST shows them after the run. */
  readonly conversations: readonly ArchivedConversation[];
  /** Streams of conversations as readers saw them. */
  readonly streams: readonly SeenStream[];
  /** What reached customers, counted by the fake providers. */
  readonly deliveries: readonly Delivered[];
  /** Calls that the fake bot got, each of its repeats included. */
  readonly botCalls: readonly { readonly messageId: string; readonly key: string }[];
  /** What routing told the agents' desks, in its own order. */
  readonly routing: readonly RoutingTold[];
  /** Workflow runs of these customers, read from Temporal. */
  readonly runs: readonly WorkflowRun[];
  /** What the database holds, read past the API. */
  readonly rows: {
    /** Pairs that are there more than once. */
    readonly repeatedKeys: readonly string[];
    readonly parts: readonly SentPart[];
  };
  /** Words that must be nowhere but with their owner, and where they were found. */
  readonly leaks: readonly { readonly canary: string; readonly where: string }[];
  /** The highest value seen of each measured thing, beside its declared cap. */
  readonly bounds: readonly {
    readonly what: string;
    readonly value: number;
    readonly cap: number;
  }[];
  readonly rules: Rules;
}

/** What the product was told to keep to. */
export interface Rules {
  /** By channel (connectors.md 1.7). */
  readonly policies: Readonly<Record<string, string>>;
  /** Counted tasks of an agent. */
  readonly capacity: number;
  /** Seconds, by channel. */
  readonly inactivitySeconds: Readonly<Record<string, number>>;
}

/** One line of `acked.ndjson`. */
export interface Attempt {
  /** `message`: a customer wrote. `reply`: an agent wrote. `act`: anything else, by its key alone. */
  readonly kind: 'message' | 'reply' | 'act';
  readonly key: string;
  readonly channelId: string;
  /** The driver's name of the customer. */
  readonly customer: string;
  readonly text: string;
  /** Places in the order of everything that the driver did. */
  readonly begun: number;
  readonly answered: number;
  /** Null: no answer came. */
  readonly status: number | null;
  readonly answer?: string;
  readonly at: string;
  readonly ms: number;
}

export interface SeenCustomer {
  /** The driver's name. */
  readonly name: string;
  readonly customerId: string;
}

export interface ArchivedConversation {
  readonly id: string;
  readonly customerId: string;
  readonly state: string;
  readonly lastSeq: number;
  readonly timers: readonly { readonly name: string; readonly dueAt: string }[];
  readonly entries: readonly Entry[];
  /** As the transcript says; null when it was not asked for. */
  readonly headHash: string | null;
  /** As the workflow itself says (`?consistent=true`), null when it was not asked or is gone. */
  readonly live: { readonly state: string; readonly lastSeq: number } | null;
}

export interface Entry {
  readonly conversationId: string;
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly actor: { readonly type: string; readonly id: string };
  readonly channelSessionId: string | null;
  readonly body: { readonly type: string; readonly text?: string } | null;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly providerMessageId: string | null;
  readonly delivery: { readonly state: string; readonly reasonCode: string | null } | null;
  readonly hash: string;
  readonly erasedAt?: string | null;
}

export interface SeenStream {
  readonly conversationId: string;
  /** Who read. */
  readonly reader: string;
  /** It read until the conversation's end, so that it was shown everything. */
  readonly complete: boolean;
  /** Each entry that came, in the order of coming. `after`: the last id that the reader had named when it connected. */
  readonly seen: readonly { readonly seq: number; readonly hash: string }[];
}

export interface Delivered {
  readonly channelId: string;
  readonly text: string;
  readonly times: number;
}

export interface RoutingTold {
  readonly n: number;
  readonly agentId: string;
  readonly type: string;
  readonly taskId: string | null;
  readonly conversationId: string | null;
  /** Of STATE: counted tasks of each MRD. */
  readonly tasks?: number;
  readonly maxTasks?: number;
  readonly state?: string;
}

export interface WorkflowRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  readonly status: string;
  /** The version that it runs on, null before its first task. */
  readonly buildId: string | null;
  readonly events: number;
  readonly bytes: number;
  /** Failed workflow tasks in a row, the most that there were. */
  readonly failedInARow: number;
  /** Workflow tasks that failed because the code did not fit the history. */
  readonly nonDeterministic: number;
  /** Why the code that wrote its history cannot replay it; null when it can, or when that code is not here. */
  readonly unreplayable: string | null;
  /** Attempt of the workflow task that waits now; 0 when none does. */
  readonly pendingAttempt: number;
  readonly largestPayloadBytes: number;
}

export interface SentPart {
  readonly partId: string;
  readonly messageId: string;
  readonly channelId: string;
  readonly attempt: number;
  readonly status: string;
}
