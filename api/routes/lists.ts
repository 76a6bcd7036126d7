import { ConfigId } from '../../domain/channel/schema';
import { ProblemError } from '../../domain/errors';
import { closeListRequestUpdate } from '../../workflows/conversation/messages';
import type { RouteDeps } from '../context';
import { type ConversationAccess, unseen } from '../conversations/access';
import { type Acting, done, told } from '../conversations/acting';
import type { Joining } from '../conversations/join';
import { AnId, ConversationSummaryView, Instant } from '../conversations/schemas';
import { summaryView } from '../conversations/views';
import { createRoute, createRouter, json, listQuery, pageOf, z } from '../openapi';

const tags = ['Lists'];
const path = '/v1/lists/{id}/requests' as const;
const listParams = z.object({ id: ConfigId });
const entryParams = listParams.extend({ conversationId: AnId });
const ListRequest = z
  .object({
    listId: z.string(),
    conversationId: z.string(),
    state: z.enum(['UNREAD', 'ACTIVE', 'INACTIVE']),
    waitingSince: Instant,
    conversation: ConversationSummaryView,
  })
  .meta({ id: 'ListRequest' });

const getRequests = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'What is parked on a pull list',
  request: { params: listParams, query: z.strictObject(listQuery) },
  responses: { 200: json(pageOf(ListRequest), 'Oldest conversation first.') },
});
const postJoin = createRoute({
  method: 'post',
  path: `${path}/{conversationId}/join`,
  tags,
  summary: 'Take a conversation from the list',
  description: 'Needs a logged-in agent with a free place. Several may join, all PRIMARY.',
  request: { params: entryParams },
  responses: done,
});
const postClose = createRoute({
  method: 'post',
  path: `${path}/{conversationId}/close`,
  tags,
  summary: 'Take a conversation off the list; its sessions end',
  request: { params: entryParams },
  responses: done,
});

export interface ListRouteDeps extends RouteDeps, Acting, Joining {
  readonly access: ConversationAccess;
}

/** Pull mode (domain.md 6.12). */
export function listRoutes({ stores, access, scene, perform, join }: ListRouteDeps) {
  async function assertList(listId: string): Promise<void> {
    if (!(await stores.config.get('lists', listId)))
      throw new ProblemError('NOT_FOUND', 'There is no such list.');
  }
  /** The projection is written a moment after the fact: who is told that nothing is there was told by the workflow itself. */
  async function assertListed(listId: string, conversationId: string): Promise<void> {
    const facts = await access.exists(conversationId);
    if (facts.open && facts.listId === listId) return;
    const now = facts.open ? await access.current(facts) : null;
    if (now?.listEntry?.listId !== listId) throw unseen();
    access.remember(now);
  }

  return createRouter()
    .openapi(getRequests, async (c) => {
      const { id } = c.req.valid('param');
      await assertList(id);
      const { items, nextCursor } = await stores.conversations.onList(id, c.req.valid('query'));
      return c.json(
        {
          items: items.map(({ conversation, entry }) => ({
            ...entry,
            conversationId: conversation.id,
            conversation: summaryView(conversation),
          })),
          nextCursor,
        },
        200,
      );
    })
    .openapi(postJoin, async (c) => {
      const { id, conversationId } = c.req.valid('param');
      await assertList(id);
      await assertListed(id, conversationId);
      const at = await scene(c, conversationId, true);
      const agentId = at.principal.subject;
      return c.json(told(await join(c, at, { agentId, role: 'PRIMARY', letIn: false })), 200);
    })
    .openapi(postClose, async (c) => {
      const { id, conversationId } = c.req.valid('param');
      await assertList(id);
      await assertListed(id, conversationId);
      const at = await scene(c, conversationId);
      return c.json(told(await perform(c, at, closeListRequestUpdate, at.by)), 200);
    });
}
