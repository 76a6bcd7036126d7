import { ProblemError } from '../../domain/errors';
import { eventKey } from '../../domain/message/event-key';
import type { TaskFilter } from '../../infra/stores/reports';
import type { AnswerOffer } from '../../workflows/routing/messages';
import type { RouteDeps } from '../context';
import type { AuditTrail } from '../conversations/audit-trail';
import { AnId } from '../conversations/schemas';
import { staffOf } from '../conversations/staff';
import { createRoute, createRouter, json, listQuery, pageOf, z } from '../openapi';
import { callerKey, type Principal } from '../principal';
import type { AgentAccess } from '../routing/agent-access';
import type { RoutingDesk } from '../routing/desk';
import { TASK_STATES, taskStateFilter } from '../routing/task-filter';
import { createTaskLister, ListedTask } from '../routing/waits';

const tags = ['Tasks'];
const taskParams = z.object({ id: AnId });
const Answered = z
  .object({ taskId: z.string(), conversationId: z.string() })
  .meta({ id: 'OfferAnswered' });

const postAccept = createRoute({
  method: 'post',
  path: '/v1/tasks/{id}/accept',
  tags,
  summary: 'Accept an offer; exactly one wins',
  description:
    '`CONFLICT` once the offer is gone: answered, withdrawn, lapsed, or never yours. Send an `Idempotency-Key` to ask again after a lost answer: the winner gets the first one.',
  request: { params: taskParams },
  responses: { 200: json(Answered, 'The agent joins the conversation.') },
});
const postDecline = createRoute({
  method: 'post',
  path: '/v1/tasks/{id}/decline',
  tags,
  summary: 'Decline an offer',
  description: 'The request looks on; the agent who declined comes last from now on.',
  request: { params: taskParams },
  responses: { 200: json(Answered, 'Declined.') },
});
const getTasks = createRoute({
  method: 'get',
  path: '/v1/tasks',
  tags,
  summary: 'Agent tasks',
  description: 'Agents see their own, supervisors of teams those of their agents and of nobody.',
  request: {
    query: z.strictObject({
      ...listQuery,
      state: z.enum(TASK_STATES).optional(),
      agentId: AnId.optional(),
      queueId: AnId.optional(),
      conversationId: AnId.optional(),
    }),
  },
  responses: { 200: json(pageOf(ListedTask), 'Newest first.') },
});

export interface TaskRouteDeps extends RouteDeps {
  readonly agents: AgentAccess;
  readonly desk: RoutingDesk;
  readonly audit: AuditTrail;
}

/** Offers and what became of them. */
export function taskRoutes({ stores, agents, desk, audit }: TaskRouteDeps) {
  /** Of tasks that ended long ago routing knows nothing: their offers are gone, whoever asks. */
  async function orGone(error: unknown, taskId: string): Promise<never> {
    const unknown = error instanceof ProblemError && error.code === 'NOT_FOUND';
    if (unknown && (await stores.tasks.get(taskId)))
      throw new ProblemError('CONFLICT', 'The offer is gone: the task has ended.');
    throw error;
  }
  async function restricted(principal: Principal, filter: TaskFilter): Promise<TaskFilter | null> {
    const visible = await agents.visibleTo(principal);
    if (principal.role === 'agent')
      return filter.agentId === undefined || filter.agentId === principal.subject
        ? { ...filter, agentId: principal.subject }
        : null;
    return visible === null ? filter : { ...filter, visibleToSupervisorOf: visible };
  }

  const listed = createTaskLister(desk);
  return createRouter()
    .openapi(postAccept, async (c) => {
      const principal = staffOf(c);
      const { id: taskId } = c.req.valid('param');
      const accepted = await desk
        .accept(answerOf(principal, taskId, c.req.header('idempotency-key')))
        .catch((error: unknown) => orGone(error, taskId));
      await audit.record(principal, 'task.accept', `tasks/${taskId}`, c.get('requestId'));
      return c.json(accepted, 200);
    })
    .openapi(postDecline, async (c) => {
      const principal = staffOf(c);
      const { id: taskId } = c.req.valid('param');
      const declined = await desk
        .decline(answerOf(principal, taskId, c.req.header('idempotency-key')))
        .catch((error: unknown) => orGone(error, taskId));
      await audit.record(principal, 'task.decline', `tasks/${taskId}`, c.get('requestId'));
      return c.json(declined, 200);
    })
    .openapi(getTasks, async (c) => {
      const { limit, cursor, state, ...asked } = c.req.valid('query');
      const filter = await restricted(staffOf(c), {
        ...asked,
        ...(state === undefined ? {} : taskStateFilter(state)),
      });
      if (!filter) return c.json({ items: [], nextCursor: null }, 200);
      const { items, nextCursor } = await stores.tasks.list(filter, { limit, cursor });
      return c.json({ items: await listed(items), nextCursor }, 200);
    });
}

/** Two tabs of one agent are two callers: only the same key is the same answer. */
function answerOf(principal: Principal, taskId: string, key: string | undefined): AnswerOffer {
  const answer = { taskId, agentId: principal.subject };
  return key === undefined ? answer : { ...answer, key: eventKey(callerKey(principal), key) };
}
