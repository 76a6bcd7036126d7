import type { BotCall } from '../../test/support/fakes/bots';

/** What the bot understands, anywhere in a customer's text. */
export const ASKS_FOR_HUMAN = '#human';
export const ASKS_FOR_ANSWER = '#answer';

/**
 * The one external bot: it answers those who ask for an answer, naming the message that it answers, hands over those who ask for a
 * human, and is silent for everybody else.
 */
export function botAnswer({ body }: BotCall): unknown {
  const { messageId, message } = body.data as {
    readonly messageId?: string;
    readonly message?: { readonly text?: string };
  };
  const text = message?.text ?? '';
  if (text.includes(ASKS_FOR_HUMAN)) return { actions: [{ type: 'handoff', queueId: QUEUE_ID }] };
  if (text.includes(ASKS_FOR_ANSWER))
    return { replies: [{ type: 'text', text: botText(messageId ?? '') }] };
  return { replies: [] };
}

export const QUEUE_ID = 'support';

/** Unique per message, so that a second turn about it is seen. */
export function botText(messageId: string): string {
  return `I have read ${messageId}`;
}
