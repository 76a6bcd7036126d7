import { z } from 'zod';
import type { BotAction, BotAnswer, BotRequest } from '../../domain/bot/answer';
import type { MessageBody } from '../../domain/message/schema';
import { secretsOf } from '../secrets';
import { signatureHeaders } from '../standard-webhooks';
import { readReply } from './bodies';
import { type BotProtocol, post, SILENCE, unreadable } from './protocol';

/** Our own signed webhook (connectors.md 12.2). 202: the replies come later, through the API. */
export const webhookBot: BotProtocol = {
  hears: ['message', 'started', 'ended', 'removed'],
  history: 0,
  async call(request, bot, context) {
    const at = context.now();
    const body = JSON.stringify({
      type: TYPES[request.about.type],
      timestamp: at.toISOString(),
      data: dataOf(request),
    });
    const headers = {
      'idempotency-key': request.key,
      ...signatureHeaders(request.key, body, at, secretsOf(bot.secret)),
    };
    const { status, text, json } = await post(bot.url, body, headers, context);
    if (status === 202 || status === 204 || text.trim() === '') return SILENCE;
    return readAnswer(json);
  },
};

const TYPES = {
  message: 'conversation.message',
  started: 'conversation.started',
  ended: 'conversation.ended',
  removed: 'bot.removed',
} as const;

function dataOf(request: BotRequest): unknown {
  const { about, conversationId, customer, channel, history, attributes, mode } = request;
  return {
    conversationId,
    ...(about.type === 'message' && { messageId: about.message.id, message: about.message.body }),
    channel: channel.type.toLowerCase(),
    channelId: channel.id,
    customer,
    mode,
    history: history.map(({ id, from, at, body }) => ({ messageId: id, from, at, message: body })),
    attributes,
  };
}

const Answer = z.looseObject({
  replies: z.array(z.looseObject({ type: z.string() })).nullish(),
  actions: z.array(z.looseObject({ type: z.string() })).nullish(),
});

/** Unknown actions are passed over; a reply that is none is a failure of the bot. */
function readAnswer(json: unknown): BotAnswer {
  const answer = Answer.safeParse(json);
  if (!answer.success) throw unreadable('the answer is not what the protocol says');
  const replies = (answer.data.replies ?? []).flatMap((value, index): readonly MessageBody[] => {
    const bodies = readReply(value);
    if (!bodies) throw unreadable(`replies[${index}] is no message`);
    return bodies;
  });
  return { replies, actions: (answer.data.actions ?? []).flatMap(readAction) };
}

const text = z.string().max(2000);
const Value = z.union([
  text,
  z.number(),
  z.boolean(),
  z.array(z.string().max(200)).max(50),
  z.null(),
]);
const ACTIONS = {
  handoff: z.looseObject({
    queue: z.string().max(128).nullish(),
    queueId: z.string().max(128).nullish(),
    reason: text.nullish(),
  }),
  close: z.looseObject({ reason: text.nullish() }),
  setAttributes: z.looseObject({ attributes: z.record(z.string(), Value) }),
} as const;

function readAction(value: { readonly type: string }): readonly BotAction[] {
  switch (value.type) {
    case 'handoff': {
      const { queue, queueId, reason } = parsed(ACTIONS.handoff, value);
      const to = queueId ?? queue;
      return [{ type: 'handoff', ...(to && { queueId: to }), ...(reason && { reason }) }];
    }
    case 'close': {
      const { reason } = parsed(ACTIONS.close, value);
      return [{ type: 'close', ...(reason && { reason }) }];
    }
    case 'setAttributes':
      return [
        { type: 'setAttributes', attributes: parsed(ACTIONS.setAttributes, value).attributes },
      ];
    default:
      return [];
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw unreadable('an action is not what the protocol says');
  return result.data;
}
