import type { BotDefinition } from '../workflows/conversation/define-bot';
import echo from './examples/echo';
import greeter from './greeter';

const list: readonly BotDefinition[] = [greeter, echo];

/** The bots that this installation runs, by id. A channel names one of them as its `botId`. */
export const bots: ReadonlyMap<string, BotDefinition> = new Map(list.map((bot) => [bot.id, bot]));
