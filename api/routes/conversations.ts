import { CHANNEL_TYPES, type ChannelType } from '../../domain/channel/types';
import { CONVERSATION_STATES } from '../../domain/conversation/model';
import type { StoredConversation } from '../../infra/stores';
import { explainQuery, getConversationQuery } from '../../workflows/conversation/messages';
import { principalOf, type RouteDeps } from '../context';
import { type ConversationAccess, isOpen } from '../conversations/access';
import { askConversation } from '../conversations/queries';
import {
  AnId,
  ConversationSummaryView,
  ConversationView,
  ExplanationView,
  TimelinePage,
} from '../conversations/schemas';
import { timelinePage, wholeTimeline } from '../conversations/timeline-pages';
import {
  renderTranscript,
  TRANSCRIPT_FORMATS,
  TRANSCRIPT_POLICY,
  TRANSCRIPT_TYPES,
} from '../conversations/transcript';
import { conversationView, entryView, summaryView, visibleToStaff } from '../conversations/views';
import { createRoute, createRouter, json, listQuery, pageOf, z } from '../openapi';
import type { RoutingDesk } from '../routing/desk';
import { createRoutingExplainer } from '../routing/explain';
import { textStream } from '../streams/text-stream';

const tags = ['Conversations'];
export const conversationParams = z.object({ id: AnId });
const When = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .meta({ type: 'string', format: 'date-time' });
export const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const listFilters = {
  state: z.enum(CONVERSATION_STATES).optional(),
  customerId: AnId.optional(),
  agentId: AnId.optional(),
  channelId: AnId.optional(),
  open: z.literal('true').optional().meta({
    description: 'Only what is not closed; with `agentId`, only where the agent is now.',
  }),
  channelType: z.enum(CHANNEL_TYPES as [ChannelType, ...ChannelType[]]).optional(),
  queueId: AnId.optional(),
  from: When.optional(),
  to: When.optional(),
  q: z.string().min(1).max(200).optional().meta({ description: 'Words of the transcript.' }),
};

const getConversations = createRoute({
  method: 'get',
  path: '/v1/conversations',
  tags,
  summary: 'Conversations that the caller may read, newest first',
  request: { query: z.strictObject({ ...listQuery, ...listFilters }) },
  responses: { 200: json(pageOf(ConversationSummaryView), 'One page.') },
});
const getConversation = createRoute({
  method: 'get',
  path: '/v1/conversations/{id}',
  tags,
  summary: 'One conversation',
  request: {
    params: conversationParams,
    query: z.object({
      consistent: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: '`true` asks the workflow itself instead of its last projection.' }),
    }),
  },
  responses: { 200: json(ConversationView, 'The conversation.') },
});
const getTimeline = createRoute({
  method: 'get',
  path: '/v1/conversations/{id}/timeline',
  tags,
  summary: 'Entries by `seq`',
  request: {
    params: conversationParams,
    query: z.object({ limit: listQuery.limit, after: Seq.default(0) }),
  },
  responses: {
    200: json(TimelinePage, 'Entries after `after`; `nextCursor` is the next `after`.'),
  },
});
const getTranscript = createRoute({
  method: 'get',
  path: '/v1/conversations/{id}/transcript',
  tags,
  summary: 'The whole transcript with the head of its hash chain',
  request: {
    params: conversationParams,
    query: z.object({ format: z.enum(TRANSCRIPT_FORMATS).default('json') }),
  },
  responses: {
    200: {
      description: 'The transcript.',
      content: {
        'application/json': { schema: z.looseObject({ headHash: z.string() }) },
        'text/plain': { schema: z.string() },
        'text/html': { schema: z.string() },
      },
    },
  },
});
const getExplanation = createRoute({
  method: 'get',
  path: '/v1/conversations/{id}/explain',
  tags,
  summary: 'Why it stands as it does',
  request: { params: conversationParams },
  responses: { 200: json(ExplanationView, 'The recorded decisions and what is waited for.') },
});

export interface ConversationRouteDeps extends RouteDeps {
  readonly access: ConversationAccess;
  readonly desk: Pick<RoutingDesk, 'explain'>;
}

/** Reading conversations (http-api.md section 4). Each route shows what the caller may see and nothing else. */
export function conversationRoutes({ stores, temporal, access, desk }: ConversationRouteDeps) {
  const explainRouting = createRoutingExplainer({ stores, desk });
  return createRouter()
    .openapi(getConversations, async (c) => {
      const { limit, cursor, open, ...filter } = c.req.valid('query');
      const restriction = await access.restriction(principalOf(c));
      const page = await stores.conversations.list(
        { ...filter, ...restriction, ...(open ? { open: true } : {}) },
        { limit, cursor },
      );
      return c.json({ items: page.items.map(summaryView), nextCursor: page.nextCursor }, 200);
    })
    .openapi(getConversation, async (c) => {
      const stored = await access.read(principalOf(c), c.req.valid('param').id);
      const consistent = c.req.valid('query').consistent === 'true';
      const now = consistent ? await askConversation(temporal, stored, getConversationQuery) : null;
      return c.json(conversationView(now ?? stored), 200);
    })
    .openapi(getTimeline, async (c) => {
      const principal = principalOf(c);
      const { id } = await access.read(principal, c.req.valid('param').id);
      const page = await timelinePage(
        stores.timeline,
        { conversationId: id, ...c.req.valid('query') },
        (entry) => visibleToStaff(principal, entry),
      );
      return c.json({ items: page.items.map(entryView), nextCursor: page.nextCursor }, 200);
    })
    .openapi(getTranscript, async (c) => {
      const principal = principalOf(c);
      const { format } = c.req.valid('query');
      const conversation = await access.read(principal, c.req.valid('param').id);
      const pieces = renderTranscript(format, {
        conversation,
        entries: wholeTimeline(stores.timeline, conversation.id),
        visible: (entry) => visibleToStaff(principal, entry),
      });
      return new Response(await textStream(pieces), {
        headers: {
          'content-type': TRANSCRIPT_TYPES[format],
          'content-security-policy': TRANSCRIPT_POLICY,
        },
      });
    })
    .openapi(getExplanation, async (c) => {
      const stored = await access.read(principalOf(c), c.req.valid('param').id);
      const [explanation, routing] = await Promise.all([
        askConversation(temporal, stored, explainQuery),
        explainRouting(stored),
      ]);
      const answer = { ...(explanation ?? explainClosed(stored)), routing };
      return c.json(answer as z.infer<typeof ExplanationView>, 200);
    });
}

/** What is left to say when no workflow holds it any more. */
function explainClosed({
  state,
  timers,
  disposition,
  closedAt,
  projection,
}: StoredConversation): Omit<z.infer<typeof ExplanationView>, 'routing'> {
  const ended = projection.closeReason ?? 'it has ended';
  return {
    state,
    because: isOpen(state)
      ? 'its workflow has gone; this is what it last said'
      : `${ended}${disposition ? `, ${disposition}` : ''}${closedAt ? `, closed ${closedAt}` : ''}`,
    waitingFor: [],
    decisions: [],
    timers: timers.map(({ name, dueAt }) => ({ name, dueAt, why: 'recorded last' })),
  };
}
