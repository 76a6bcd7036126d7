import { z } from 'zod';
import { BotError } from '../../domain/bot/bot-error';
import type { MessageBody } from '../../domain/message/schema';
import { link, textOf, texts, withChoices } from './bodies';
import { type BotProtocol, bearer, endpoint, post, SILENCE, unreadable } from './protocol';

const Reply = z.looseObject({
  text: z.string().nullish(),
  image: z.string().nullish(),
  buttons: z.array(z.looseObject({ title: z.string(), payload: z.string().nullish() })).nullish(),
  attachment: z.unknown().optional(),
  custom: z.unknown().optional(),
});

/** Rasa's REST channel (connectors.md 12.3). A customer's choice goes back as its payload. */
export const rasaBot: BotProtocol = {
  hears: ['message'],
  history: 0,
  async call({ about, key, conversationId, channel, customer, attributes }, bot, context) {
    if (about.type !== 'message') return SILENCE;
    const body = JSON.stringify({
      sender: conversationId,
      message: textOf(about.message),
      metadata: {
        messageId: about.message.id,
        channel: channel.type.toLowerCase(),
        customer,
        attributes,
      },
    });
    const url = endpoint(bot.url, '/webhooks/rest/webhook');
    const headers = { 'idempotency-key': key, ...bearer(bot.bearerToken) };
    const { json } = await post(url, body, headers, context);
    const replies = z.array(Reply).safeParse(json);
    if (!replies.success) throw unreadable('the answer is not a list of messages');
    // A crash inside the bot looks like an empty answer, too: what that means is the bot's setting.
    if (replies.data.length === 0 && bot.emptyReply === 'failure')
      throw new BotError('empty', 'an empty answer');
    return {
      replies: replies.data.flatMap(bodiesOf),
      actions: replies.data.some(({ custom }) => handsOff(custom)) ? [{ type: 'handoff' }] : [],
    };
  },
};

function bodiesOf({
  text,
  image,
  buttons,
  attachment,
}: z.infer<typeof Reply>): readonly MessageBody[] {
  const choices = (buttons ?? []).map(({ title, payload }) => ({ id: payload ?? title, title }));
  const words = choices.length > 0 ? withChoices(text ?? '', choices) : texts(text ?? '');
  return [...words, ...(image ? link(image) : []), ...linkIn(attachment)];
}

/** An attachment is an address, or an object that holds one as Facebook's templates do. */
function linkIn(attachment: unknown): readonly MessageBody[] {
  if (typeof attachment === 'string') return link(attachment);
  const Holder = z.looseObject({
    url: z.string().optional(),
    payload: z.looseObject({ src: z.string().optional(), url: z.string().optional() }).optional(),
  });
  const holder = Holder.safeParse(attachment);
  const url = holder.data?.url ?? holder.data?.payload?.url ?? holder.data?.payload?.src;
  return url ? link(url) : [];
}

/** Our convention: `"custom": {"handoff": true}`. */
function handsOff(custom: unknown): boolean {
  return z.looseObject({ handoff: z.literal(true) }).safeParse(custom).success;
}
