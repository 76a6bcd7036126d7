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
import type { ReportQuery } from '../report-store';
import type { ConfigStore, StoredResource } from '../stores';
import type { ReportDocument } from './report-documents';

type MasterEntity = ConfiguredEntity | 'channel_type' | 'team_member';

/** Whether an entity is configuration. */
export function isConfiguration(entity: ReportEntity): entity is MasterEntity {
  return entity in REPORTED_RESOURCES || entity === 'channel_type' || entity === 'team_member';
}

export interface MasterDataDeps {
  readonly config: Pick<ConfigStore, 'list' | 'channelTypeMrd'>;
  /** What reports keep of deleted ones, restricted by the query already. */
  readonly deleted: AsyncIterable<ReportDocument>;
}

/** Configured objects by id, then those that have gone; configuration is small and in memory. */
export async function* masterDataRows(
  query: ReportQuery,
  { config, deleted }: MasterDataDeps,
): AsyncGenerator<ReportRow> {
  const live = await liveRows(query.entity as MasterEntity, config);
  yield* live.filter((row) => isAskedFor(row, query));
  const ids = new Set(live.map(({ id }) => id));
  for await (const { row } of deleted) if (!ids.has(row['id'] ?? null)) yield row;
}

async function liveRows(
  entity: MasterEntity,
  config: MasterDataDeps['config'],
): Promise<readonly ReportRow[]> {
  if (entity === 'channel_type')
    return Promise.all(
      CHANNEL_TYPES.map(async (type) => channelTypeRow(type, await config.channelTypeMrd(type))),
    );
  if (entity === 'team_member') return members(config);
  const objects = await all(config, REPORTED_RESOURCES[entity]);
  return objects.map((object) => objectRow(entity, object));
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

/** What is built in began before all else: it belongs to the range without a beginning. */
function isAskedFor(row: ReportRow, { entity, from, to, agentIds }: ReportQuery): boolean {
  const at = String(row['created_at'] ?? '');
  const agentId = entity === 'agent' ? row['id'] : row['agent_id'];
  const visible = !agentIds || typeof agentId !== 'string' || agentIds.includes(agentId);
  return visible && at >= (from ?? '') && (to === undefined || at < to);
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
