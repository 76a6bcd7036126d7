import type { ResourceName, StoredResource, Stores } from '../../infra/stores';
import type { RouteDeps } from '../context';
import { staffOf } from '../conversations/staff';
import { createRoute, createRouter, json, z } from '../openapi';
import { STAFF_ROLES } from '../principal';

const tags = ['Agents'];
const Named = { id: z.string(), name: z.string().nullable() };
export const Me = z
  .object({
    role: z.enum(STAFF_ROLES),
    subject: z.string().meta({ description: 'Agent, connector or bot id; else a name.' }),
    name: z.string().nullable(),
    expiresAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Me' });
export const Workspace = z
  .object({
    channels: z.array(
      z.object({
        ...Named,
        channelType: z.string(),
        defaultOutbound: z.boolean(),
        holdOptionsSeconds: z.array(z.int()),
        wrapUpFormId: z.string().nullable(),
        wrapUpSeconds: z.int(),
      }),
    ),
    queues: z.array(
      z.object({
        ...Named,
        mrdId: z.string(),
        agentSlaSeconds: z.int().nullable(),
        serviceLevelThresholdSeconds: z.int(),
      }),
    ),
    lists: z.array(z.object({ ...Named, mrdId: z.string() })),
    mrds: z.array(z.object(Named)),
    agents: z.array(z.object({ ...Named, supervisor: z.boolean(), teamIds: z.array(z.string()) })),
    bots: z.array(z.object(Named)),
    customerLabels: z.array(z.object(Named)),
    cannedReplies: z.array(z.object({ ...Named, shortcut: z.string(), text: z.string() })),
    wrapUpForms: z.array(
      z.object({
        ...Named,
        categories: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
      }),
    ),
    temporalRuns: z.string().nullable().meta({
      description: 'Base of `/<workflow id>/<run id>` in the Temporal Web UI; supervision only.',
    }),
  })
  .meta({ id: 'Workspace' });

const getMe = createRoute({
  method: 'get',
  path: '/v1/me',
  tags,
  summary: 'Whose token this is',
  responses: { 200: json(Me, 'The caller.') },
});
const getWorkspace = createRoute({
  method: 'get',
  path: '/v1/workspace',
  tags,
  summary: 'What a desk offers to choose from: names, never settings or secrets',
  responses: { 200: json(Workspace, 'What is configured and switched on.') },
});

/** Objects of one kind that a page is told of: as many as a person can choose from. */
const NAMED_MAX = 2000;

/** Who is signed in, and the names that pages show in place of ids. */
export function workspaceRoutes({ stores, config, temporal }: RouteDeps) {
  return createRouter()
    .openapi(getMe, async (c) => {
      const { role, subject, expiresAt } = staffOf(c);
      const agent =
        role === 'agent' || role === 'supervisor'
          ? await stores.config.get('agents', subject)
          : null;
      return c.json({ role, subject, name: nameOf(agent), expiresAt }, 200);
    })
    .openapi(getWorkspace, async (c) => {
      const principal = staffOf(c);
      const { config: objects } = stores;
      const all = (resource: ResourceName) => enabledOf(objects, resource);
      const own =
        principal.role === 'agent' ? await objects.get('agents', principal.subject) : undefined;
      const teams = own === undefined ? null : strings(own?.['teamIds']);
      return c.json(
        {
          channels: (await all('channels')).map(channelOf),
          queues: (await all('queues')).map((queue) => ({
            ...named(queue),
            mrdId: String(queue['mrdId']),
            agentSlaSeconds: numberOf(queue['agentSlaSeconds']),
            serviceLevelThresholdSeconds: numberOf(queue['serviceLevelThresholdSeconds']) ?? 120,
          })),
          lists: (await all('lists')).map((list) => ({
            ...named(list),
            mrdId: String(list['mrdId']),
          })),
          mrds: (await all('mrds')).map(named),
          agents: (await all('agents')).map((agent) => ({
            ...named(agent),
            supervisor: agent['supervisor'] === true,
            teamIds: strings(agent['teamIds']),
          })),
          bots: (await all('bots')).map(named),
          customerLabels: (await all('customer-labels')).map(named),
          cannedReplies: (await all('canned-replies'))
            .filter((reply) => isFor(strings(reply['teamIds']), teams))
            .map((reply) => ({
              ...named(reply),
              shortcut: String(reply['shortcut']),
              text: String(reply['text']),
            })),
          wrapUpForms: (await all('wrap-up-forms')).map((form) => ({
            ...named(form),
            categories: (form['categories'] ?? []) as { name: string; values: string[] }[],
          })),
          temporalRuns:
            principal.role === 'agent' || !config.temporalUiUrl
              ? null
              : `${config.temporalUiUrl}/namespaces/${temporal.options.namespace}/workflows`,
        },
        200,
      );
    });
}

async function enabledOf(
  config: Pick<Stores['config'], 'list'>,
  resource: ResourceName,
): Promise<readonly StoredResource[]> {
  const found: StoredResource[] = [];
  for (let cursor: string | null | undefined; cursor !== null && found.length < NAMED_MAX; ) {
    const page = await config.list(resource, { limit: 200, cursor });
    found.push(...page.items.filter((object) => object['enabled'] !== false));
    cursor = page.nextCursor;
  }
  return found;
}

function channelOf(channel: StoredResource) {
  const wrapUp = (channel['wrapUp'] ?? {}) as { formId?: string | null; seconds?: number };
  return {
    ...named(channel),
    channelType: String(channel['channelType']),
    defaultOutbound: channel['defaultOutbound'] === true,
    holdOptionsSeconds: (channel['holdOptionsSeconds'] ?? []) as number[],
    wrapUpFormId: wrapUp.formId ?? null,
    wrapUpSeconds: wrapUp.seconds ?? 60,
  };
}

/** `own` null: a supervisor or administrator, who is offered all. */
function isFor(teamIds: readonly string[], own: readonly string[] | null): boolean {
  return own === null || teamIds.length === 0 || teamIds.some((id) => own.includes(id));
}

function named(object: StoredResource): { id: string; name: string | null } {
  return { id: object.id, name: nameOf(object) };
}
function nameOf(object: StoredResource | null): string | null {
  return typeof object?.['name'] === 'string' ? object['name'] : null;
}
function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
