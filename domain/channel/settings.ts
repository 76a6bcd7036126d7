import type { Channel } from './schema';
import type { ReplyWindow } from './types';

/**
 * What a conversation copies of a channel when a session on it starts: the configured fields that rules read, and what its
 * connector, bot, queue and MRD add. Later changes of configuration touch new sessions only (domain.md 3.1).
 */
export interface ChannelSettings
  extends Pick<
    Channel,
    | 'channelType'
    | 'serviceIdentifier'
    | 'routingMode'
    | 'queueId'
    | 'listId'
    | 'agentRequestTtlSeconds'
    | 'requestPriority'
    | 'preferLastAgent'
    | 'lastAgentTimeoutSeconds'
    | 'onLastAgentLeave'
    | 'maxAssistants'
    | 'maxBotTurns'
    | 'onBotFailure'
    | 'customerInactivityThresholds'
    | 'agentIdleSeconds'
    | 'customerLeftSeconds'
    | 'maxLifeSeconds'
    | 'reentryWindowSeconds'
    | 'holdMaxSeconds'
    | 'closingSendGraceSeconds'
    | 'wrapUp'
    | 'humanAgentTag'
    | 'ambiguousWaitMs'
    | 'notices'
  > {
  readonly channelId: string;
  readonly connectorId: string;
  readonly providerId: string;
  /** Namespace of the customer's identities on this channel (domain.md 10.1). */
  readonly namespace: string;
  readonly mrdId: string;
  /** Seconds; already resolved from the channel's own value or the type's default. */
  readonly customerInactivityTimeoutSeconds: number;
  /** `STREAM`: the timeline entry is the delivery (webchat). `SEND`: an activity calls the provider. */
  readonly delivery: 'STREAM' | 'SEND';
  /** Nothing can be written on it: its connector tells of calls and takes no messages. @default false */
  readonly callsOnly?: true;
  /** Goes out in the place of what waited until the reply window had ended. @default null */
  readonly windowTemplate?: Channel['windowTemplate'];
  /** Whoever writes after having opted out has thereby opted in. @default false */
  readonly writingOptsIn?: boolean;
  /** The connector's declared reply window; null = none. */
  readonly window: ReplyWindow | null;
  /** The channel's bot when it is configured and enabled, else null: CONTROLLER alone. */
  readonly bot: {
    readonly id: string;
    readonly kind: 'HOOK' | 'WEBHOOK' | 'RASA' | 'OPENAI' | 'BOT_FRAMEWORK';
    /** An external one is called beside the agents, too, and suggests. @default false */
    readonly suggests?: boolean;
  } | null;
  /** Seconds an external bot may take to answer. @default 10 */
  readonly botTimeoutSeconds?: number;
  /** Agent SLA and offer settings of the channel's queue or list; null when it has none. */
  readonly queue: {
    readonly agentSlaSeconds: number | null;
    readonly reservationSeconds: number;
    /** @default [] */
    readonly agentSlaThresholds?: readonly {
      readonly percent: number;
      readonly action: 'WARNING' | 'CRITICAL' | 'PROMPT';
    }[];
    /** Of a pull list: where its work counts. @default the channel type's */
    readonly mrdId?: string;
    /** Seconds a pull-list entry may wait. @default 86400 */
    readonly requestTtlSeconds?: number;
  } | null;
  /** Declared policy for a send of unknown outcome (connectors.md 1.7). */
  readonly ambiguousSend:
    | 'at-most-once'
    | 'at-least-once'
    | 'exactly-once-with-key'
    | 'reconcile-by-lookup';
  /** States that the provider reports back, so that the workflow knows what it may wait for. */
  readonly reportsOutcome: boolean;
}
