import { ConfigId } from '../../domain/channel/schema';
import type { RouteDeps } from '../context';
import type { AuditTrail } from '../conversations/audit-trail';
import { staffOf } from '../conversations/staff';
import { createRoute, createRouter, json, jsonBody, listQuery, pageOf, z } from '../openapi';
import type { StaffPrincipal } from '../principal';
import type { AgentAccess } from '../routing/agent-access';
import type { RoutingDesk } from '../routing/desk';
import { TASK_STATES, taskStateFilter } from '../routing/task-filter';
import { AgentState, agentStateView } from '../routing/views';
import { createTaskLister, ListedTask } from '../routing/waits';

const tags = ['Agents'];
export const agentParams = z.object({ id: ConfigId });

const putState = createRoute({
  method: 'put',
  path: '/v1/agents/{id}/state',
  tags,
  summary: 'Log in, log out, take work or not',
  description: 'A login is READY or NOT_READY by an agent who is logged out.',
  request: {
    params: agentParams,
    body: jsonBody(
      z
        .strictObject({
          state: z.enum(['READY', 'NOT_READY', 'LOGOUT']),
          reason: z.string().min(1).max(64).optional(),
        })
        .meta({ id: 'AgentStateChange' }),
    ),
  },
  responses: { 200: json(AgentState, 'As it is now.') },
});
const putMrdState = createRoute({
  method: 'put',
  path: '/v1/agents/{id}/mrds/{mrdId}/state',
  tags,
  summary: 'Take work of one media routing domain or not',
  request: {
    params: agentParams.extend({ mrdId: ConfigId }),
    body: jsonBody(
      z.strictObject({ state: z.enum(['READY', 'NOT_READY']) }).meta({ id: 'MrdStateChange' }),
    ),
  },
  responses: { 200: json(AgentState, 'As it is now.') },
});
const getTasks = createRoute({
  method: 'get',
  path: '/v1/agents/{id}/tasks',
  tags,
  summary: 'What an agent works on',
  description: 'Without `state`: everything that is not CLOSED.',
  request: {
    params: agentParams,
    query: z.strictObject({ ...listQuery, state: z.enum(TASK_STATES).optional() }),
  },
  responses: { 200: json(pageOf(ListedTask), 'Newest first.') },
});

export interface AgentRouteDeps extends RouteDeps {
  readonly agents: AgentAccess;
  readonly desk: RoutingDesk;
  readonly audit: AuditTrail;
}

/** What agents say of themselves, and supervisors of theirs. */
export function agentRoutes({ stores, agents, desk, audit }: AgentRouteDeps) {
  const listed = createTaskLister(desk);
  return createRouter()
    .openapi(putState, async (c) => {
      const principal = staffOf(c);
      const { id } = c.req.valid('param');
      const { state, reason = null } = c.req.valid('json');
      await agents.agent(principal, id);
      const by = actorOf(principal);
      const status = await desk.setAgentState({ agentId: id, state, reason, by });
      await audit.record(principal, 'agent.setState', `agents/${id}`, c.get('requestId'), {
        state,
        reason,
      });
      return c.json(agentStateView(id, status), 200);
    })
    .openapi(putMrdState, async (c) => {
      const principal = staffOf(c);
      const { id, mrdId } = c.req.valid('param');
      const { state } = c.req.valid('json');
      await agents.agent(principal, id);
      const by = actorOf(principal);
      const status = await desk.setMrdState({ agentId: id, mrdId, state, by });
      await audit.record(principal, 'agent.setMrdState', `agents/${id}`, c.get('requestId'), {
        mrdId,
        state,
      });
      return c.json(agentStateView(id, status), 200);
    })
    .openapi(getTasks, async (c) => {
      const { id } = c.req.valid('param');
      await agents.agent(staffOf(c), id);
      const { state, ...page } = c.req.valid('query');
      if (state !== undefined) {
        const filter = { ...taskStateFilter(state), agentId: id };
        const { items, nextCursor } = await stores.tasks.list(filter, page);
        return c.json({ items: await listed(items), nextCursor }, 200);
      }
      // An agent's open tasks are bounded by capacity: one page of each state holds them.
      const open = await Promise.all(
        (['ACTIVE', 'WRAP_UP'] as const).map((name) =>
          stores.tasks.list({ state: name, agentId: id }, { limit: OPEN_TASKS_MAX }),
        ),
      );
      const items = await listed(open.flatMap((found) => found.items));
      return c.json({ items, nextCursor: null }, 200);
    });
}

const OPEN_TASKS_MAX = 200;

function actorOf({ role, subject }: StaffPrincipal) {
  return { id: subject, supervisor: role === 'supervisor' };
}
