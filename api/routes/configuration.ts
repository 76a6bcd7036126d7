import type { Context } from 'hono';
import { ConfigId } from '../../domain/channel/schema';
import { RESOURCE_SCHEMAS } from '../../domain/configuration/schema';
import { SECRET_FIELDS } from '../../domain/configuration/secret-fields';
import type { ResourceName, StoredResource } from '../../infra/stores';
import { createConfigurationChecker } from '../configuration/checker';
import { editorOf } from '../configuration/editor';
import { createConfigurationObjects } from '../configuration/objects';
import { MASK } from '../configuration/secrets';
import { type AppEnv, principalOf, type RouteDeps } from '../context';
import { invalid } from '../errors';
import { createRoute, createRouter, empty, json, jsonBody, listQuery, pageOf, z } from '../openapi';
import type { AgentAccess } from '../routing/agent-access';
import { createAgentStates } from '../routing/agent-states';
import { createConfigurationNews } from '../routing/configuration-news';
import type { RoutingDesk } from '../routing/desk';
import { agentStateFields, agentTimers } from '../routing/views';

/** What every stored object has besides its own fields; sent back, they are ignored. */
const readOnly = {
  version: z
    .int()
    .meta({ description: 'Grows by one at each change; `If-Match` of the next PUT.' }),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};
/** What routing knows of an agent, beside what was configured. */
const AGENT_STATE = { ...agentStateFields, timers: agentTimers };
const ifMatch = z.object({
  'if-match': z.string().max(64).optional().meta({ description: '`"<version>"`, required.' }),
});

export interface ConfigurationRouteDeps extends RouteDeps {
  readonly agents: AgentAccess;
  readonly desk: Pick<RoutingDesk, 'configurationChanged'>;
}

/** CRUD of every configured resource (http-api.md section 2): one shape for all, the schemas tell them apart. */
export function configurationRoutes(deps: ConfigurationRouteDeps) {
  const { stores, agents, desk, logger } = deps;
  const news = createConfigurationNews(desk, logger);
  const stateOf = createAgentStates(stores);
  const objects = createConfigurationObjects({
    ...deps,
    checker: createConfigurationChecker(deps),
  });
  const router = createRouter();
  for (const { resource, list, post, get, put, remove } of ROUTES) {
    router.openapi(list, async (c) => {
      const page = await stores.config.list(resource, c.req.valid('query'));
      return c.json(
        {
          items: page.items.map((object) => objects.masked(resource, object)),
          nextCursor: page.nextCursor,
        },
        200,
      );
    });
    router.openapi(post, async (c) => {
      const stored = await objects.create(resource, c.req.valid('json'), editorOf(c));
      await news.changed(resource);
      c.header('Location', `/v1/${resource}/${stored.id}`);
      return c.json(tagged(c, objects.masked(resource, stored)), 201);
    });
    router.openapi(get, async (c) => {
      const { id } = c.req.valid('param');
      const agent = resource === 'agents' ? await agents.agent(principalOf(c), id) : null;
      const object = objects.masked(resource, agent ?? (await objects.get(resource, id)));
      return c.json(tagged(c, agent ? { ...object, ...(await stateOf(id)) } : object), 200);
    });
    router.openapi(put, async (c) => {
      const { id } = c.req.valid('param');
      const version = versionOf(c.req.valid('header')['if-match']);
      const stored = await objects.replace(resource, id, version, c.req.valid('json'), editorOf(c));
      await news.changed(resource);
      return c.json(tagged(c, objects.masked(resource, stored)), 200);
    });
    router.openapi(remove, async (c) => {
      await objects.remove(resource, c.req.valid('param').id, editorOf(c));
      await news.changed(resource);
      return c.body(null, 204);
    });
  }
  return router;
}

function routesOf(resource: ResourceName) {
  const schema = RESOURCE_SCHEMAS[resource];
  const name = schema.meta()?.id ?? resource;
  // A schema with rules among its fields cannot be extended: the rules are applied by the checker, the fields here.
  const { id: _id, ...fields } = schema.shape as z.ZodRawShape;
  const shown = resource === 'agents' ? { ...readOnly, ...AGENT_STATE } : readOnly;
  const lenient = Object.fromEntries(
    Object.entries(shown).map(([key, field]) => [key, (field as z.ZodType).optional()]),
  );
  const secrets = Object.fromEntries(
    (SECRET_FIELDS[resource] ?? []).map((field) => [field, maskable(fields[field] as z.ZodType)]),
  );
  const hidden = Object.fromEntries(
    (SECRET_FIELDS[resource] ?? []).map((field) => [field, z.literal(MASK).optional()]),
  );
  const input = z
    .strictObject({ id: ConfigId.optional(), ...fields, ...secrets, ...lenient })
    .meta({ id: `${name}Input` });
  const stored = z
    .looseObject({ id: ConfigId, ...fields, ...hidden, ...readOnly })
    .meta({ id: `Stored${name}` });
  const withState = z
    .looseObject({ id: ConfigId, ...fields, ...readOnly, ...AGENT_STATE })
    .meta({ id: 'AgentWithState' });
  const params = z.object({ id: ConfigId });
  const common = { tags: ['Configuration'] };
  const answer = stored as unknown as z.ZodType<StoredResource>;
  const one = (resource === 'agents' ? withState : stored) as unknown as typeof answer;
  return {
    resource,
    list: createRoute({
      ...common,
      method: 'get',
      path: `/v1/${resource}`,
      summary: `List ${resource}`,
      request: { query: z.strictObject(listQuery) },
      responses: { 200: json(pageOf(answer), 'By id.') },
    }),
    post: createRoute({
      ...common,
      method: 'post',
      path: `/v1/${resource}`,
      summary: `Create one of ${resource}`,
      request: { body: jsonBody(input) },
      responses: { 201: json(answer, 'Created; secrets are masked.') },
    }),
    get: createRoute({
      ...common,
      method: 'get',
      path: `/v1/${resource}/{id}`,
      summary: `One of ${resource}`,
      request: { params },
      responses: { 200: json(one, 'Secrets are masked.') },
    }),
    put: createRoute({
      ...common,
      method: 'put',
      path: `/v1/${resource}/{id}`,
      summary: `Replace one of ${resource}`,
      request: { params, headers: ifMatch, body: jsonBody(input) },
      responses: { 200: json(answer, 'Replaced.') },
    }),
    remove: createRoute({
      ...common,
      method: 'delete',
      path: `/v1/${resource}/{id}`,
      summary: `Delete one of ${resource}`,
      request: { params },
      responses: { 204: empty('Deleted.') },
    }),
  };
}

/** Built once: they are the same for every app. */
const ROUTES = (Object.keys(RESOURCE_SCHEMAS) as ResourceName[]).map(routesOf);

/** A secret, or the mask that keeps the stored one. */
function maskable(field: z.ZodType): z.ZodType {
  const required = !field.safeParse(undefined).success;
  const either = z.union([z.literal(MASK), field]);
  return required ? either : either.optional();
}

function tagged(c: Context<AppEnv>, object: StoredResource): StoredResource {
  c.header('ETag', `"${object.version}"`);
  return object;
}

/** The version that a PUT is based on; null for `*`, which takes whatever is current. */
function versionOf(header: string | undefined): number | null {
  if (header === '*') return null;
  const version = /^(?:W\/)?"?(\d{1,15})"?$/.exec(header?.trim() ?? '')?.[1];
  if (version === undefined)
    throw invalid([
      {
        path: 'If-Match',
        message: header === undefined ? 'required: "<version>"' : 'must be "<version>"',
      },
    ]);
  return Number(version);
}
