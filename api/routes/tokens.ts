import { randomUUID } from 'node:crypto';
import { ConfigId } from '../../domain/channel/schema';
import { ProblemError } from '../../domain/errors';
import type { ResourceName, Stores } from '../../infra/stores';
import { mintToken } from '../authenticator';
import { editorOf } from '../configuration/editor';
import { principalOf, type RouteDeps } from '../context';
import { invalid } from '../errors';
import { createRoute, createRouter, empty, json, jsonBody, z } from '../openapi';
import { STAFF_ROLES, type StaffRole } from '../principal';

/** Only the path of a stream counts. */
const PATH_BASE = 'http://parley';

/** No token lives for ever: one that was forgotten ends by itself. */
const YEAR_SECONDS = 365 * 86_400;

const NewToken = z
  .strictObject({
    role: z.enum(STAFF_ROLES),
    subject: z
      .string()
      .min(1)
      .max(128)
      .meta({ description: 'Agent, connector or bot id; for admins and operators a name.' }),
    ttlSeconds: z
      .int()
      .min(1)
      .max(10 * YEAR_SECONDS)
      .default(YEAR_SECONDS)
      .meta({ description: 'A year unless given.' }),
    channelIds: z
      .array(ConfigId)
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'Limits a connector token to these channels.' }),
  })
  .meta({ id: 'NewToken' });
const MintedToken = z
  .object({
    id: z.string(),
    token: z.string().meta({ description: 'Shown this once.' }),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'MintedToken' });
const StreamTicketRequest = z
  .strictObject({
    stream: z
      .string()
      .max(512)
      .refine((stream) => URL.canParse(stream, PATH_BASE), 'must be a path')
      .optional()
      .meta({ description: 'Path of the one stream it may open; any of the caller’s without it.' }),
  })
  .meta({ id: 'StreamTicketRequest' });
const StreamTicket = z
  .object({ ticket: z.string(), expiresAt: z.iso.datetime() })
  .meta({ id: 'StreamTicket' });

const postToken = createRoute({
  method: 'post',
  path: '/v1/tokens',
  tags: ['Credentials'],
  summary: 'Mint a token',
  request: { body: jsonBody(NewToken) },
  responses: { 201: json(MintedToken, 'The token; it is kept as a hash only.') },
});
const deleteToken = createRoute({
  method: 'delete',
  path: '/v1/tokens/{id}',
  tags: ['Credentials'],
  summary: 'Revoke a token',
  request: { params: z.object({ id: z.string().max(128) }) },
  responses: { 204: empty('Revoked; open streams end at their next heartbeat.') },
});
const postTicket = createRoute({
  method: 'post',
  path: '/v1/stream-tickets',
  tags: ['Credentials'],
  summary: 'A one-use ticket for a stream',
  request: { body: { ...jsonBody(StreamTicketRequest), required: false as const } },
  responses: { 201: json(StreamTicket, 'Good for 30 s and one use, as `?ticket=`.') },
});

/** Seconds a ticket lives (reliability.md section 9). */
const TICKET_TTL_SECONDS = 30;

/** Tokens of people and programs, and tickets for browsers' streams. */
export function tokenRoutes({ stores, auth, now }: RouteDeps) {
  return createRouter()
    .openapi(postToken, async (c) => {
      const { role, subject, ttlSeconds, channelIds } = c.req.valid('json');
      await checkSubject(stores, role, subject, channelIds);
      const { token, hash } = mintToken();
      const id = `tok_${randomUUID().replaceAll('-', '')}`;
      const expiresAt = new Date(now().getTime() + ttlSeconds * 1000).toISOString();
      const record = {
        id,
        role,
        subject,
        channelIds: channelIds ?? null,
        expiresAt,
        revokedAt: null,
      };
      await stores.tokens.insert({ ...record, hash });
      await stores.audit.record({
        ...editorOf(c),
        action: 'token.minted',
        target: `tokens/${id}`,
        after: record,
      });
      return c.json({ id, token, expiresAt }, 201);
    })
    .openapi(deleteToken, async (c) => {
      const { id } = c.req.valid('param');
      if (!(await stores.tokens.revoke(id)))
        throw new ProblemError('NOT_FOUND', 'There is no such token.');
      await stores.audit.record({
        ...editorOf(c),
        action: 'token.revoked',
        target: `tokens/${id}`,
      });
      return c.body(null, 204);
    })
    .openapi(postTicket, async (c) => {
      const { stream } = c.req.valid('json');
      const path = stream === undefined ? null : new URL(stream, PATH_BASE).pathname;
      const ticket = await auth.issueTicket(principalOf(c), path);
      return c.json(
        { ticket, expiresAt: new Date(now().getTime() + TICKET_TTL_SECONDS * 1000).toISOString() },
        201,
      );
    });
}

/** Tokens of agents, bots and connectors belong to configured objects; a connector's may name its channels instead. */
const OWNERS: Partial<Record<StaffRole, ResourceName>> = {
  agent: 'agents',
  bot: 'bots',
  connector: 'connectors',
};

async function checkSubject(
  stores: Stores,
  role: StaffRole,
  subject: string,
  channelIds: readonly string[] | undefined,
): Promise<void> {
  if (channelIds && role !== 'connector')
    throw invalid([{ path: 'channelIds', message: 'only tokens of connectors name channels' }]);
  const missing = await Promise.all(
    (channelIds ?? []).map(async (id, index) =>
      (await stores.config.get('channels', id))
        ? []
        : [{ path: `channelIds[${index}]`, message: 'no such channel' }],
    ),
  );
  if (missing.flat().length > 0) throw invalid(missing.flat());
  const owner = channelIds ? undefined : OWNERS[role];
  if (owner && !(await stores.config.get(owner, subject)))
    throw invalid([{ path: 'subject', message: `no such object in ${owner}` }]);
}
