import type { MessageBody } from '../shared/model';

/** What an agent has written and the timeline does not hold yet. */
export interface Unsent {
  /** Made when Send is pressed: the idempotency key of every attempt, so that a repeat changes nothing. */
  readonly key: string;
  readonly conversationId: string;
  readonly agentId: string;
  readonly kind: 'MESSAGE' | 'NOTE' | 'WHISPER';
  readonly body: MessageBody;
  readonly channelSessionId: string | null;
  readonly replyTo: string | null;
  readonly at: string;
  /** The newest entry that was known then. */
  readonly afterSeq: number;
  /** Once the server has taken it. */
  readonly messageId: string | null;
  /** The server's words when it said no; null while it is being tried. */
  readonly refusal: string | null;
}
