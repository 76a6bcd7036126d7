/** Input of `eraseWorkflow` and `exportWorkflow`; ids only, since histories are kept. */
export interface PrivacyInput {
  readonly jobId: string;
  readonly customerId: string;
}

/** Input of `retentionWorkflow`, and what continue-as-new carries; the schedule gives none. */
export interface RetentionInput {
  /** Whose time is over at this moment, ISO UTC. @default when it starts */
  readonly at?: string;
  readonly after?: {
    readonly channelId: string;
    readonly closedAt: string;
    readonly id: string;
  } | null;
  readonly retired?: number;
}

/** One schedule of the installation; its runs are `retention:daily-<time>`. */
export const RETENTION_SCHEDULE_ID = 'retention:daily';
