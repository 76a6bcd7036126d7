import { CHANNEL_TYPES } from '../../domain/channel/types';
import type { ResourceName } from '../../domain/configuration/resource-names';
import type { ReportEntity, ReportRow } from '../../domain/reporting/entities';
import {
  type ConfiguredEntity,
  channelTypeRow,
  memberRows,
  objectRow,
  REPORTED_RESOURCES,
} from '../../domain/reporting/master-data';
import type { ConfigStore, StoredResource } from '../stores';
import type { ReportQuery } from '../stores/reports';
import type { ReportDocument } from './report-documents';

type MasterEntity = ConfiguredEntity | 'channel_type' | 'team_member';

/** Whether an entity is configuration. */
export function isConfiguration(entity: ReportEntity): entity is MasterEntity {
  return entity in REPORTED_RESOURCES || entity === 'channel_type' || entity === 'team_member';
}

export interface MasterDataDeps {
  readonly config: Pick<ConfigStore, 'list' | 'channelTypeMrd'>;
  /** What reports keep of deleted ones: those made before the range ended, of agents whom the caller sees. */
  readonly deleted: AsyncIterable<ReportDocument>;
}

/**
 * Configured objects that were there in the range, by id, then those that have gone since: rows of the range name them, however old
 * they are. Configuration is small and in memory.
 */
export async function* masterDataRows(
  query: ReportQuery,
  { config, deleted }: MasterDataDeps,
): AsyncGenerator<ReportRow> {
  const live = await liveRows(query.entity as MasterEntity, config);
  yield* live.filter((row) => isAskedFor(row, query));
  const ids = new Set(live.map(({ id }) => id));
  for await (const { row, updatedAt } of deleted)
    if (!ids.has(row['id'] ?? null) && updatedAt >= (query.from ?? '')) yield row;
}

async function liveRows(
  entity: MasterEntity,
  config: MasterDataDeps['config'],
): Promise<readonly ReportRow[]> {
  if (entity === 'channel_type') return channelTypes(config);
  if (entity === 'team_member') return members(config);
  const objects = await all(config, REPORTED_RESOURCES[entity]);
  return objects.map((object) => objectRow(entity, object));
}

/** What is built in came with the MRDs that are. */
async function channelTypes(config: MasterDataDeps['config']): Promise<readonly ReportRow[]> {
  const mrds = await all(config, 'mrds');
  const [oldest = null] = mrds.map(({ createdAt }) => createdAt).sort();
  return Promise.all(
    CHANNEL_TYPES.map(async (type) =>
      channelTypeRow(type, await config.channelTypeMrd(type), oldest),
    ),
  );
}

/** Each membership once, whichever side declares it. */
async function members(config: MasterDataDeps['config']): Promise<readonly ReportRow[]> {
  const [teams, agents] = await Promise.all([all(config, 'teams'), all(config, 'agents')]);
  const names = new Map(agents.map(({ id, name }) => [id, (name ?? null) as string | null]));
  const nameOf = (id: string) => names.get(id) ?? null;
  const rows = [
    ...agents.flatMap((agent) => memberRows('agents', agent, nameOf)),
    ...teams.flatMap((team) => memberRows('teams', team, nameOf)),
  ];
  return [...new Map(rows.map((row) => [row['id'], row])).values()];
}

function isAskedFor(row: ReportRow, { entity, to, agentIds }: ReportQuery): boolean {
  const agentId = entity === 'agent' ? row['id'] : row['agent_id'];
  const visible = !agentIds || typeof agentId !== 'string' || agentIds.includes(agentId);
  const builtIn = entity === 'channel_type';
  return visible && (builtIn || to === undefined || String(row['created_at'] ?? '') < to);
}

async function all(
  config: Pick<ConfigStore, 'list'>,
  resource: ResourceName,
): Promise<readonly StoredResource[]> {
  const found: StoredResource[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await config.list(resource, { limit: 200, cursor: cursor ?? undefined });
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return found;
}
