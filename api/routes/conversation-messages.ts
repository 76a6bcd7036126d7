import { ID_PREFIXES } from '../../domain/ids';
import {
  answerSuggestionUpdate,
  followUpUpdate,
  sendMessageUpdate,
  suggestUpdate,
} from '../../workflows/conversation/messages';
import type { RouteDeps } from '../context';
import type { ConversationAccess } from '../conversations/access';
import {
  ACTS_TAGS,
  type Acting,
  CONVERSATION,
  done,
  messageIdFor,
  told,
} from '../conversations/acting';
import type { MediaUse } from '../conversations/media-use';
import { OutboundBody } from '../conversations/outbound-body';
import type { ProviderSigns } from '../conversations/provider-signs';
import type { ShowReading } from '../conversations/read-signs';
import { AnId } from '../conversations/schemas';
import { staffOf } from '../conversations/staff';
import { isUnavailable } from '../ingress/outage-budget';
import { createRoute, createRouter, json, jsonBody, z } from '../openapi';
import type { TypingBus } from '../streams/typing-bus';
import { conversationParams } from './conversations';

const tags = ACTS_TAGS;
const path = CONVERSATION;
const messageParams = conversationParams.extend({ messageId: AnId });
const NewMessage = z
  .strictObject({
    channelSessionId: AnId.optional(),
    body: OutboundBody,
    replyTo: AnId.optional(),
    controlEpoch: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Bots: refused unless it is the current one.' }),
    sendAt: z.iso.datetime({ offset: true }).optional(),
  })
  .meta({ id: 'NewMessage' });

const routes = {
  postMessage: createRoute({
    method: 'post',
    path: `${path}/messages`,
    tags,
    summary: 'Write to the customer',
    request: { params: conversationParams, body: jsonBody(NewMessage) },
    responses: {
      202: json(
        z.object({ messageId: z.string(), seq: z.int().optional() }).meta({ id: 'SentMessage' }),
        'It is on the timeline, or scheduled.',
      ),
    },
  }),
  patchMessage: createRoute({
    method: 'patch',
    path: `${path}/messages/{messageId}`,
    tags,
    summary: 'Change a message of one’s own',
    request: {
      params: messageParams,
      body: jsonBody(z.strictObject({ body: OutboundBody }).meta({ id: 'MessageEdit' })),
    },
    responses: done,
  }),
  deleteMessage: createRoute({
    method: 'delete',
    path: `${path}/messages/{messageId}`,
    tags,
    summary: 'Delete a message, or withdraw a scheduled one',
    request: { params: messageParams },
    responses: done,
  }),
  putReaction: createRoute({
    method: 'put',
    path: `${path}/messages/{messageId}/reaction`,
    tags,
    summary: 'React to a message; an empty emoji takes it back',
    request: {
      params: messageParams,
      body: jsonBody(z.strictObject({ emoji: z.string().max(64) }).meta({ id: 'Reaction' })),
    },
    responses: done,
  }),
  postTyping: createRoute({
    method: 'post',
    path: `${path}/typing`,
    tags,
    summary: 'The agent writes, or stopped',
    request: {
      params: conversationParams,
      body: jsonBody(
        z
          .strictObject({ channelSessionId: AnId.optional(), typing: z.boolean() })
          .meta({ id: 'AgentTyping' }),
      ),
    },
    responses: { 202: json(z.object({}), 'Passed on.') },
  }),
  postRead: createRoute({
    method: 'post',
    path: `${path}/read`,
    tags,
    summary: 'The agent has read up to an entry',
    request: {
      params: conversationParams,
      body: jsonBody(z.strictObject({ seq: z.int().min(0) }).meta({ id: 'ReadMark' })),
    },
    responses: { 202: json(z.object({}), 'Taken.') },
  }),
  postSuggestion: createRoute({
    method: 'post',
    path: `${path}/suggestions`,
    tags,
    summary: 'A bot suggests an answer to the agents',
    request: {
      params: conversationParams,
      body: jsonBody(
        z.strictObject({ body: OutboundBody, replyTo: AnId.optional() }).meta({ id: 'Suggestion' }),
      ),
    },
    responses: {
      202: json(
        z.object({ suggestionId: z.string() }).meta({ id: 'SuggestionMade' }),
        'Shown to the agents.',
      ),
    },
  }),
  postSuggestionAnswer: createRoute({
    method: 'post',
    path: `${path}/suggestions/{suggestionId}`,
    tags,
    summary: 'What the agent made of a suggestion',
    request: {
      params: conversationParams.extend({ suggestionId: AnId }),
      body: jsonBody(
        z
          .strictObject({ action: z.enum(['USED', 'EDITED', 'IGNORED']) })
          .meta({ id: 'SuggestionAnswer' }),
      ),
    },
    responses: done,
  }),
};

export interface MessageRouteDeps extends RouteDeps, Acting {
  readonly access: ConversationAccess;
  readonly showReading: ShowReading;
  readonly mediaUse: MediaUse;
  readonly typing: TypingBus;
  readonly signs: ProviderSigns;
}

/** What is said to the customer, and about what was said. */
export function conversationMessageRoutes(deps: MessageRouteDeps) {
  const { stores, access, scene, perform, mediaUse, typing, signs, showReading } = deps;

  /** The author of an archived message; null for one that is only scheduled or unknown: the workflow tells them apart. */
  async function authorOf(conversationId: string, messageId: string) {
    const entry = await whileAway(stores.timeline.find(conversationId, messageId));
    return entry ? { type: entry.actor.type, id: entry.actor.id } : null;
  }

  return createRouter()
    .openapi(routes.postMessage, async (c) => {
      const { channelSessionId, body, replyTo, controlEpoch, sendAt } = c.req.valid('json');
      const at = await scene(c, c.req.valid('param').id);
      const key = c.req.header('idempotency-key');
      const messageId = messageIdFor(at.principal, key);
      const { seq, repeated } = await perform(
        c,
        at,
        sendMessageUpdate,
        {
          ...at.by,
          messageId,
          channelSessionId: channelSessionId ?? null,
          body: await mediaUse.checked(at.principal, body),
          replyTo: replyTo ?? null,
          controlEpoch: at.principal.role === 'bot' ? (controlEpoch ?? null) : null,
          sendAt: sendAt ? new Date(sendAt).toISOString() : null,
        },
        { messageId },
      );
      const known =
        seq ??
        (repeated
          ? (await whileAway(stores.timeline.find(at.facts.id, messageId)))?.seq
          : undefined);
      return c.json({ messageId, ...(known === undefined ? {} : { seq: known }) }, 202);
    })
    .openapi(routes.patchMessage, async (c) => {
      const { id, messageId } = c.req.valid('param');
      const at = await scene(c, id);
      const body = await mediaUse.checked(at.principal, c.req.valid('json').body);
      const author = await authorOf(id, messageId);
      const request = { ...at.by, kind: 'EDIT' as const, messageId, body, author };
      const acted = await perform(c, at, followUpUpdate, request, { messageId, kind: 'EDIT' });
      signs.edit(id, messageId, body);
      return c.json(told(acted), 200);
    })
    .openapi(routes.deleteMessage, async (c) => {
      const { id, messageId } = c.req.valid('param');
      const at = await scene(c, id);
      const request = {
        ...at.by,
        kind: 'DELETE' as const,
        messageId,
        author: await authorOf(id, messageId),
      };
      const acted = await perform(c, at, followUpUpdate, request, { messageId, kind: 'DELETE' });
      signs.remove(id, messageId);
      return c.json(told(acted), 200);
    })
    .openapi(routes.putReaction, async (c) => {
      const { id, messageId } = c.req.valid('param');
      const at = await scene(c, id);
      const { emoji } = c.req.valid('json');
      const request = {
        ...at.by,
        kind: 'REACTION' as const,
        messageId,
        emoji,
        author: await authorOf(id, messageId),
      };
      const acted = await perform(c, at, followUpUpdate, request, { messageId, kind: 'REACTION' });
      signs.react(id, messageId, emoji);
      return c.json(told(acted), 200);
    })
    .openapi(routes.postTyping, async (c) => {
      const { facts, by, principal } = await scene(c, c.req.valid('param').id);
      const { channelSessionId, typing: isTyping } = c.req.valid('json');
      const { type, id, name } = by.actor;
      const seen = facts.present.get(principal.subject) === 'PRIMARY';
      if (seen) signs.typing(facts.id, channelSessionId ?? null, isTyping);
      typing.publish(facts.customerId, {
        typing: isTyping,
        actor: { type, id, name },
        channelSessionId: channelSessionId ?? null,
        audience: seen ? 'everybody' : 'staff',
      });
      return c.json({}, 202);
    })
    .openapi(routes.postRead, async (c) => {
      const principal = staffOf(c);
      const facts = await access.act(principal, c.req.valid('param').id);
      await showReading(facts, principal.subject);
      if (facts.present.get(principal.subject) === 'PRIMARY')
        signs.read(facts.id, c.req.valid('json').seq);
      return c.json({}, 202);
    })
    .openapi(routes.postSuggestion, async (c) => {
      const at = await scene(c, c.req.valid('param').id);
      const { body, replyTo } = c.req.valid('json');
      const key = c.req.header('idempotency-key');
      const suggestionId = messageIdFor(at.principal, key).replace(ID_PREFIXES.message, 'sug_');
      const checked = await mediaUse.checked(at.principal, body);
      await perform(c, at, suggestUpdate, {
        ...at.by,
        suggestionId,
        body: checked,
        replyTo: replyTo ?? null,
      });
      return c.json({ suggestionId }, 202);
    })
    .openapi(routes.postSuggestionAnswer, async (c) => {
      const { id, suggestionId } = c.req.valid('param');
      const at = await scene(c, id);
      const { action } = c.req.valid('json');
      const request = { ...at.by, suggestionId, action };
      return c.json(
        told(await perform(c, at, answerSuggestionUpdate, request, { suggestionId, action })),
        200,
      );
    });
}

/** A read that an act can do without while the database is away. */
async function whileAway<T>(read: Promise<T | null>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (isUnavailable(error)) return null;
    throw error;
  }
}
