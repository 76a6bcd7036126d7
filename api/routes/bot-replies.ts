import { randomUUID } from 'node:crypto';
import type { BotAction } from '../../domain/bot/answer';
import type { Actor } from '../../domain/conversation/actor';
import { ProblemError } from '../../domain/errors';
import { outboundMessageId } from '../../domain/message/event-key';
import type { BotGrant } from '../../infra/bot-credentials';
import {
  endConversationSignal,
  requestAgentUpdate,
  sendMessageUpdate,
  updateDataUpdate,
} from '../../workflows/conversation/messages';
import type { RouteDeps } from '../context';
import type { ConversationAccess, ConversationFacts } from '../conversations/access';
import type { Act } from '../conversations/acts';
import { AnId } from '../conversations/schemas';
import { createRoute, createRouter, json, jsonBody, z } from '../openapi';

const Activity = z
  .looseObject({ type: z.string().max(64), id: z.string().max(256).nullish() })
  .meta({ id: 'BotFrameworkActivity', description: 'As Bot Framework defines it.' });
const Taken = z.object({ id: z.string() }).meta({ id: 'BotFrameworkResource' });

const route = (activity: '' | '/{activityId}') =>
  createRoute({
    method: 'post',
    path: `/botframework/{credential}/v3/conversations/{conversationId}/activities${activity}`,
    tags: ['Bots'],
    summary: 'A Bot Framework bot answers later',
    description:
      'Below the `serviceUrl` of a call, which is good for one conversation and one control epoch. What comes too late is recorded and refused.',
    request: {
      params: z.object({
        credential: z.string().max(512),
        conversationId: AnId,
        ...(activity && { activityId: z.string().max(256) }),
      }),
      body: jsonBody(Activity),
    },
    responses: { 200: json(Taken, 'Taken.') },
  });

export interface BotReplyDeps extends RouteDeps {
  readonly access: ConversationAccess;
  readonly act: Act;
}

/** What Bot Framework bots say after the call that asked them has been answered (connectors.md 12.5). */
export function botReplyRoutes({ botReplies, access, act, temporal }: BotReplyDeps) {
  async function take(
    { credential, conversationId }: { credential: string; conversationId: string },
    activity: z.infer<typeof Activity>,
  ) {
    const grant = botReplies.grantOf(credential);
    if (grant?.conversationId !== conversationId)
      throw new ProblemError('NOT_FOUND', 'There is no such conversation.');
    const answer = botReplies.read(activity);
    if (!answer) throw new ProblemError('VALIDATION_FAILED', 'The activity cannot be read.');
    const facts = await access.exists(conversationId);
    const key = activity.id || randomUUID();
    const about = { conversationId, actor: { type: 'BOT', id: grant.botId, name: null } as const };
    const messageIds: string[] = [];
    for (const [index, body] of answer.replies.entries()) {
      const messageId = outboundMessageId(
        `bot:${grant.botId}`,
        `${conversationId} ${key} ${index}`,
      );
      await act(facts, sendMessageUpdate, {
        ...about,
        messageId,
        channelSessionId: null,
        body,
        replyTo: null,
        controlEpoch: grant.epoch,
        sendAt: null,
      });
      messageIds.push(messageId);
    }
    for (const action of answer.actions) await perform(facts, grant, about, action);
    return { id: messageIds[0] ?? key };
  }

  /** Actions have no epoch of their own: the bot must still be the one who was asked. */
  async function perform(
    facts: ConversationFacts,
    grant: BotGrant,
    about: { readonly conversationId: string; readonly actor: Actor },
    action: BotAction,
  ): Promise<void> {
    const now = await access.current(facts);
    if (now?.controlEpoch !== grant.epoch)
      throw new ProblemError('ILLEGAL_STATE', 'Control has moved on.');
    switch (action.type) {
      case 'setAttributes':
        await act(facts, updateDataUpdate, { ...about, set: action.attributes });
        return;
      case 'handoff':
        await act(facts, requestAgentUpdate, {
          ...about,
          queueId: action.queueId ?? null,
          agentId: null,
          priority: null,
          attributes: {},
          ttlSeconds: null,
          note: action.reason ?? null,
        });
        return;
      case 'close':
        await temporal.workflow
          .getHandle(facts.workflowId)
          .signal(endConversationSignal, { ...about, force: false, reason: null });
    }
  }

  return createRouter()
    .openapi(route(''), async (c) =>
      c.json(await take(c.req.valid('param'), c.req.valid('json')), 200),
    )
    .openapi(route('/{activityId}'), async (c) =>
      c.json(await take(c.req.valid('param'), c.req.valid('json')), 200),
    );
}
