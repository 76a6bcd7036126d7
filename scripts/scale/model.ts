/** What the capacity of an installation hangs on (docs/scale.md). */
export interface Inputs {
  /** Peak / average. */
  readonly peak: number;
  /** Of one message, in or out, over a whole conversation on a provider's channel. */
  readonly eventsPerMessage: number;
  readonly transitionsPerMessage: number;
  readonly actionsPerMessage: number;
  readonly historyBytesPerMessage: number;
  readonly archiveBytesPerMessage: number;
  readonly messagesPerConversation: number;
  readonly minutesPerConversation: number;
  readonly historyDays: number;
  readonly copies: number;
  /** State transitions a second of one history shard, for good tails. */
  readonly transitionsPerShard: number;
}

/** One line of the table: what so many messages a day need. */
export interface Need {
  readonly messagesPerDay: number;
  readonly averagePerSecond: number;
  readonly peakPerSecond: number;
  readonly peakTransitions: number;
  readonly peakActions: number;
  readonly shards: number;
  readonly historyBytes: number;
  readonly archiveBytesPerYear: number;
  readonly openAtPeak: number;
}

const SECONDS_OF_A_DAY = 86_400;

export function needOf(messagesPerDay: number, inputs: Inputs): Need {
  const averagePerSecond = messagesPerDay / SECONDS_OF_A_DAY;
  const peakPerSecond = averagePerSecond * inputs.peak;
  const peakTransitions = peakPerSecond * inputs.transitionsPerMessage;
  const conversationsPerSecond = peakPerSecond / inputs.messagesPerConversation;
  return {
    messagesPerDay,
    averagePerSecond,
    peakPerSecond,
    peakTransitions,
    peakActions: peakPerSecond * inputs.actionsPerMessage,
    shards: Math.ceil(peakTransitions / inputs.transitionsPerShard),
    historyBytes:
      messagesPerDay * inputs.historyBytesPerMessage * inputs.historyDays * inputs.copies,
    archiveBytesPerYear: messagesPerDay * 365 * inputs.archiveBytesPerMessage * inputs.copies,
    openAtPeak: conversationsPerSecond * inputs.minutesPerConversation * 60,
  };
}
