import type { ConversationData, DataValue } from '../conversation/model';
import type { MessageBody } from '../message/schema';

/** The protocols by which external bots are called (connectors.md section 12). */
export type ExternalBotKind = 'WEBHOOK' | 'RASA' | 'OPENAI' | 'BOT_FRAMEWORK';

/** What an external bot asks for beside its words (connectors.md 12.1). */
export type BotAction =
  | { readonly type: 'handoff'; readonly queueId?: string; readonly reason?: string }
  | { readonly type: 'close'; readonly reason?: string }
  | {
      readonly type: 'setAttributes';
      readonly attributes: Readonly<Record<string, DataValue | null>>;
    };

/** One answer of an external bot, whatever its protocol: words first, then actions. */
export interface BotAnswer {
  readonly replies: readonly MessageBody[];
  readonly actions: readonly BotAction[];
}

/** A message of the conversation as a bot gets it. `BOT`: its own. */
export interface HistoryMessage {
  readonly id: string;
  readonly from: 'CUSTOMER' | 'AGENT' | 'BOT';
  readonly at: string;
  readonly body: MessageBody;
}

/** One call of an external bot. */
export interface BotRequest {
  /** The same on the retry: `{conversationId}:{messageId}`, or `:started` and `:ended` (connectors.md 12.1). */
  readonly key: string;
  readonly about:
    | { readonly type: 'started' }
    | { readonly type: 'message'; readonly message: HistoryMessage }
    | { readonly type: 'ended' }
    | { readonly type: 'removed' };
  /** `suggestion`: agents are in control, and its words are shown to them alone. */
  readonly mode: 'reply' | 'suggestion';
  readonly conversationId: string;
  readonly customer: {
    readonly id: string;
    readonly name: string | null;
    readonly locale: string | null;
  };
  readonly channel: { readonly id: string; readonly type: string };
  /** What was said before the message, oldest first. */
  readonly history: readonly HistoryMessage[];
  readonly attributes: ConversationData;
}
