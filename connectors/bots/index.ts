import type { ExternalBotKind } from '../../domain/bot/answer';
import { botFrameworkBot } from './bot-framework';
import { openAiBot } from './openai';
import type { BotProtocol } from './protocol';
import { rasaBot } from './rasa';
import { webhookBot } from './webhook';

const PROTOCOLS: ReadonlyMap<string, BotProtocol> = new Map<ExternalBotKind, BotProtocol>([
  ['WEBHOOK', webhookBot],
  ['RASA', rasaBot],
  ['OPENAI', openAiBot],
  ['BOT_FRAMEWORK', botFrameworkBot],
]);

/** How a bot of this kind is called; null for one that is not called over the network. */
export function botProtocolOf(kind: string): BotProtocol | null {
  return PROTOCOLS.get(kind) ?? null;
}
