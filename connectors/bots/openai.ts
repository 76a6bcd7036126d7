import { z } from 'zod';
import type { BotAction, BotRequest, HistoryMessage } from '../../domain/bot/answer';
import { BotError } from '../../domain/bot/bot-error';
import { textOf, texts } from './bodies';
import { type BotProtocol, bearer, endpoint, post, SILENCE, unreadable } from './protocol';

/** UTF-16 units of history that go along at most: some 6,000 tokens. */
const HISTORY_CHARACTERS = 24_000;

const Completion = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        message: z.looseObject({
          content: z.string().nullish(),
          tool_calls: z
            .array(
              z.looseObject({
                function: z.looseObject({ name: z.string(), arguments: z.string().nullish() }),
              }),
            )
            .nullish(),
        }),
      }),
    )
    .min(1),
});

/**
 * OpenAI-compatible chat completions (connectors.md 12.4). Customers' words go in role `user` alone, and the two tools are the most
 * that a customer can talk the model into.
 */
export const openAiBot: BotProtocol = {
  hears: ['message'],
  history: 20,
  async call(request, bot, context) {
    if (request.about.type !== 'message') return SILENCE;
    const system = bot.systemPrompt ? [{ role: 'system', content: bot.systemPrompt }] : [];
    const body = JSON.stringify({
      model: bot.model,
      messages: [...system, ...said(request, request.about.message)],
      tools: TOOLS,
    });
    const url = endpoint(bot.url, '/chat/completions');
    const headers = { 'idempotency-key': request.key, ...bearer(bot.apiKey) };
    const { json } = await post(url, body, headers, context);
    const completion = Completion.safeParse(json);
    const message = completion.data?.choices[0]?.message;
    if (!message) throw unreadable('the answer is no chat completion');
    const calls = message.tool_calls ?? [];
    const replies = texts(message.content ?? '');
    if (replies.length === 0 && calls.length === 0)
      throw new BotError('empty', 'neither text nor tool call');
    return {
      replies,
      actions: calls.map((call) => actionOf(call.function.name, call.function.arguments ?? '')),
    };
  },
};

const TOOLS = [
  tool('handoff_to_agent', 'Hand the customer over to a human agent.', {
    reason: { type: 'string', description: 'Why a human is needed, for the agent to read.' },
  }),
  tool('close_conversation', 'End the conversation once the customer needs nothing more.', {}),
];

function tool(name: string, description: string, properties: object): unknown {
  const parameters = { type: 'object', properties, additionalProperties: false };
  return { type: 'function', function: { name, description, parameters } };
}

/** The newest messages that fit the budget, in time order, the customer's last. */
function said({ history }: BotRequest, message: HistoryMessage): readonly unknown[] {
  let left = HISTORY_CHARACTERS - textOf(message).length;
  const fitting: HistoryMessage[] = [];
  for (const earlier of history.toReversed()) {
    left -= textOf(earlier).length;
    if (left < 0) break;
    fitting.unshift(earlier);
  }
  return [...fitting, message].map((one) => ({
    role: one.from === 'CUSTOMER' ? 'user' : 'assistant',
    content: textOf(one),
  }));
}

function actionOf(name: string, given: string): BotAction {
  const args = z.looseObject({ reason: z.string().max(2000).nullish() }).safeParse(parse(given));
  if (!args.success) throw unreadable('the arguments of a tool call cannot be read');
  const { reason } = args.data;
  switch (name) {
    case 'handoff_to_agent':
      return { type: 'handoff', ...(reason && { reason }) };
    case 'close_conversation':
      return { type: 'close' };
    default:
      throw unreadable('the model called an unknown tool');
  }
}

function parse(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
