import { ConfigId } from '../../domain/channel/schema';
import { ProblemError } from '../../domain/errors';
import {
  type Acted,
  cancelRequestUpdate,
  cancelTransferUpdate,
  conferenceUpdate,
  consultUpdate,
  leaveUpdate,
  requestAgentUpdate,
  transferUpdate,
} from '../../workflows/conversation/messages';
import type { RouteDeps } from '../context';
import type { ConversationAccess } from '../conversations/access';
import { ACTS_TAGS, type Acting, CONVERSATION, done, told } from '../conversations/acting';
import type { Joining } from '../conversations/join';
import type { People } from '../conversations/people';
import { AnId } from '../conversations/schemas';
import { createRoute, createRouter, json, jsonBody, z } from '../openapi';
import type { AgentAccess } from '../routing/agent-access';
import { conversationParams } from './conversations';

const tags = ACTS_TAGS;
const path = CONVERSATION;
const agentParams = conversationParams.extend({ agentId: AnId });
const AgentRole = z.enum(['PRIMARY', 'ASSISTANT', 'OBSERVER']);
const Note = z.string().min(1).max(2000).optional();
const TaskMade = z.object({ taskId: z.string() }).meta({ id: 'TaskMade' });
const taskMade = { 202: json(TaskMade, 'Asked for; the task tells how it goes.') };
const Target = z
  .union([z.strictObject({ queueId: ConfigId }), z.strictObject({ agentId: AnId })])
  .meta({ id: 'HandOverTarget' });
const AgentRequest = z
  .strictObject({
    queueId: ConfigId.optional(),
    agentId: AnId.optional(),
    priority: z.int().min(1).max(10).optional(),
    attributes: z
      .record(z.string().max(64), z.union([z.boolean(), z.int().min(0).max(10)]))
      .optional(),
    ttlSeconds: z.int().min(1).max(86_400).optional(),
    note: Note,
  })
  .meta({ id: 'AgentRequest' });
const Transfer = z
  .strictObject({ to: Target, kind: z.enum(['COLD', 'WARM']), note: Note })
  .meta({ id: 'Transfer' });
const Consult = z.strictObject({ to: Target, note: Note }).meta({ id: 'Consult' });

const routes = {
  postParticipant: createRoute({
    method: 'post',
    path: `${path}/participants`,
    tags,
    summary: 'Join; needs only the id of the conversation',
    request: {
      params: conversationParams,
      body: jsonBody(z.strictObject({ agentId: AnId, role: AgentRole }).meta({ id: 'Joining' })),
    },
    responses: done,
  }),
  patchParticipant: createRoute({
    method: 'patch',
    path: `${path}/participants/{agentId}`,
    tags,
    summary: 'Change a role: barge in, promote a consulted agent',
    request: {
      params: agentParams,
      body: jsonBody(z.strictObject({ role: AgentRole }).meta({ id: 'RoleChange' })),
    },
    responses: done,
  }),
  deleteParticipant: createRoute({
    method: 'delete',
    path: `${path}/participants/{agentId}`,
    tags,
    summary: 'Leave, or take an agent out',
    request: {
      params: agentParams,
      query: z.strictObject({ reason: z.enum(['SELF', 'REMOVED']).optional() }),
    },
    responses: done,
  }),
  postAgentRequest: createRoute({
    method: 'post',
    path: `${path}/agent-requests`,
    tags,
    summary: 'Ask for a human',
    request: { params: conversationParams, body: jsonBody(AgentRequest) },
    responses: taskMade,
  }),
  deleteAgentRequest: createRoute({
    method: 'delete',
    path: `${path}/agent-requests`,
    tags,
    summary: 'Withdraw the request for a human',
    request: { params: conversationParams },
    responses: done,
  }),
  postTransfer: createRoute({
    method: 'post',
    path: `${path}/transfers`,
    tags,
    summary: 'Pass the conversation on',
    request: { params: conversationParams, body: jsonBody(Transfer) },
    responses: taskMade,
  }),
  deleteTransfer: createRoute({
    method: 'delete',
    path: `${path}/transfers/{taskId}`,
    tags,
    summary: 'Withdraw a transfer, consult or conference',
    request: { params: conversationParams.extend({ taskId: AnId }) },
    responses: done,
  }),
  postConsult: createRoute({
    method: 'post',
    path: `${path}/consults`,
    tags,
    summary: 'Ask a colleague, unseen by the customer',
    request: { params: conversationParams, body: jsonBody(Consult) },
    responses: taskMade,
  }),
  postConference: createRoute({
    method: 'post',
    path: `${path}/conferences`,
    tags,
    summary: 'Bring a colleague in',
    request: { params: conversationParams, body: jsonBody(Consult) },
    responses: taskMade,
  }),
};

export interface PeopleRouteDeps extends RouteDeps, Acting, Joining {
  readonly access: ConversationAccess;
  readonly people: People;
  readonly agents: AgentAccess;
}

/** Who takes part: joining, leaving, asking for humans, passing on. */
export function conversationPeopleRoutes(deps: PeopleRouteDeps) {
  const { access, people, agents, scene, perform, join, changeRole } = deps;

  /** What the target of a hand-over is; unknown ones are `NOT_FOUND`. */
  async function target(to: z.infer<typeof Target>) {
    if ('queueId' in to) return { to, queue: await people.queue(to.queueId) };
    await people.agent(to.agentId, false);
    return { to };
  }

  return createRouter()
    .openapi(routes.postParticipant, async (c) => {
      const { agentId, role } = c.req.valid('json');
      const at = await scene(c, c.req.valid('param').id, true);
      const supervisor = at.principal.role === 'supervisor';
      if (agentId !== at.principal.subject) {
        if (!supervisor)
          throw new ProblemError(
            'FORBIDDEN',
            'Agents join by themselves; colleagues are consulted or brought in.',
          );
        await access.act(at.principal, at.facts.id);
        await agents.agent(at.principal, agentId); // only those whom the supervisor has
      }
      return c.json(told(await join(c, at, { agentId, role, letIn: true })), 200);
    })
    .openapi(routes.patchParticipant, async (c) => {
      const { id, agentId } = c.req.valid('param');
      const at = await scene(c, id);
      const { role } = c.req.valid('json');
      return c.json(told(await changeRole(c, at, agentId, role)), 200);
    })
    .openapi(routes.deleteParticipant, async (c) => {
      const { id, agentId } = c.req.valid('param');
      const at = await scene(c, id);
      const self = at.principal.subject === agentId;
      if (!self && at.principal.role === 'agent')
        throw new ProblemError('FORBIDDEN', 'Only supervisors take others out.');
      const reason = c.req.valid('query').reason ?? (self ? 'SELF' : 'REMOVED');
      const acted = await perform(
        c,
        at,
        leaveUpdate,
        { ...at.by, agentId, reason },
        { agentId, reason },
      );
      return c.json(told(acted), 200);
    })
    .openapi(routes.postAgentRequest, async (c) => {
      const { queueId, agentId, priority, attributes, ttlSeconds, note } = c.req.valid('json');
      const at = await scene(c, c.req.valid('param').id);
      if (agentId !== undefined) await people.agent(agentId, false);
      const queue = queueId === undefined ? null : await people.queue(queueId);
      const request = {
        ...at.by,
        queueId: queueId ?? null,
        agentId: agentId ?? null,
        priority: priority ?? null,
        attributes: attributes ?? {},
        ttlSeconds: ttlSeconds ?? null,
        note: note ?? null,
        queue,
      };
      return c.json(
        task(await perform(c, at, requestAgentUpdate, request, { queueId, agentId })),
        202,
      );
    })
    .openapi(routes.deleteAgentRequest, async (c) => {
      const at = await scene(c, c.req.valid('param').id);
      return c.json(told(await perform(c, at, cancelRequestUpdate, at.by)), 200);
    })
    .openapi(routes.postTransfer, async (c) => {
      const { to, kind, note } = c.req.valid('json');
      const at = await scene(c, c.req.valid('param').id);
      const request = { ...at.by, ...(await target(to)), kind, note: note ?? null };
      return c.json(task(await perform(c, at, transferUpdate, request, { ...to, kind })), 202);
    })
    .openapi(routes.deleteTransfer, async (c) => {
      const { id, taskId } = c.req.valid('param');
      const at = await scene(c, id);
      return c.json(
        told(await perform(c, at, cancelTransferUpdate, { ...at.by, taskId }, { taskId })),
        200,
      );
    })
    .openapi(routes.postConsult, async (c) => {
      const { to, note } = c.req.valid('json');
      const at = await scene(c, c.req.valid('param').id);
      const request = { ...at.by, ...(await target(to)), kind: null, note: note ?? null };
      return c.json(task(await perform(c, at, consultUpdate, request, to)), 202);
    })
    .openapi(routes.postConference, async (c) => {
      const { to, note } = c.req.valid('json');
      const at = await scene(c, c.req.valid('param').id);
      const request = { ...at.by, ...(await target(to)), kind: null, note: note ?? null };
      return c.json(task(await perform(c, at, conferenceUpdate, request, to)), 202);
    });
}

function task({ taskId }: Acted): { taskId: string } {
  return { taskId: taskId ?? '' };
}
