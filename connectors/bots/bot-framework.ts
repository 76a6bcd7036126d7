import { z } from 'zod';
import type { BotAction, BotAnswer } from '../../domain/bot/answer';
import type { MessageBody } from '../../domain/message/schema';
import { link, textOf, texts, withChoices } from './bodies';
import { type BotProtocol, bearer, endpoint, post, SILENCE, unreadable } from './protocol';

/** Loose: bots add members of their own, and some answer `_channelId` in place of `channelId`. */
const Activity = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  name: z.string().nullish(),
  suggestedActions: z
    .looseObject({
      actions: z
        .array(z.looseObject({ title: z.string().nullish(), value: z.unknown().optional() }))
        .nullish(),
    })
    .nullish(),
  attachments: z.array(z.looseObject({ contentUrl: z.string().nullish() })).nullish(),
  value: z.unknown().optional(),
});
type Activity = z.infer<typeof Activity>;

/** Bot Framework with `deliveryMode: expectReplies` (connectors.md 12.5). An empty answer: the bot posts to `serviceUrl` later. */
export const botFrameworkBot: BotProtocol = {
  hears: ['message'],
  history: 0,
  async call({ about, key, conversationId, customer, attributes }, bot, context) {
    if (about.type !== 'message') return SILENCE;
    const { id, at, body } = about.message;
    const activity = {
      type: 'message',
      id,
      timestamp: at,
      channelId: 'parley',
      serviceUrl: context.serviceUrl,
      from: { id: customer.id, role: 'user', ...(customer.name && { name: customer.name }) },
      recipient: { id: bot.id, role: 'bot' },
      conversation: { id: conversationId },
      text: textOf(about.message),
      ...(body.type === 'CHOICE' && { value: body.choiceId }),
      ...(customer.locale && { locale: customer.locale }),
      channelData: { attributes },
      deliveryMode: 'expectReplies',
    };
    const url = endpoint(bot.url, '/api/messages');
    const headers = { 'idempotency-key': key, ...bearer(bot.bearerToken) };
    const { text, json } = await post(url, JSON.stringify(activity), headers, context);
    if (text.trim() === '') return SILENCE;
    const answer = z.looseObject({ activities: z.array(Activity) }).safeParse(json);
    if (!answer.success) throw unreadable('the answer holds no activities');
    return readActivities(answer.data.activities);
  },
};

/** What a bot posts later, one activity at a time; null when it cannot be read. */
export function readActivity(value: unknown): BotAnswer | null {
  const activity = Activity.safeParse(value);
  return activity.success ? readActivities([activity.data]) : null;
}

function readActivities(activities: readonly Activity[]): BotAnswer {
  return {
    replies: activities.filter(({ type }) => type === 'message').flatMap(bodiesOf),
    actions: activities.flatMap(actionOf),
  };
}

function bodiesOf({ text, suggestedActions, attachments }: Activity): readonly MessageBody[] {
  const choices = (suggestedActions?.actions ?? []).flatMap(({ title, value }) =>
    title ? [{ id: typeof value === 'string' && value !== '' ? value : title, title }] : [],
  );
  const links = (attachments ?? []).flatMap(({ contentUrl }) =>
    contentUrl ? link(contentUrl) : [],
  );
  return [...(choices.length > 0 ? withChoices(text ?? '', choices) : texts(text ?? '')), ...links];
}

/** `endOfConversation` closes; an event `handoff` (our convention, and Bot Framework's own `handoff.initiate`) hands over. */
function actionOf({ type, name, value }: Activity): readonly BotAction[] {
  if (type === 'endOfConversation') return [{ type: 'close' }];
  if (type !== 'event' || (name !== 'handoff' && name !== 'handoff.initiate')) return [];
  const reason = z.looseObject({ reason: z.string().max(2000) }).safeParse(value);
  return [{ type: 'handoff', ...(reason.success && { reason: reason.data.reason }) }];
}
