import { CHANNEL_TYPE_MRD, type ChannelType } from '../channel/types';
import type { ResourceName } from '../configuration/resource-names';
import { REPORT_COLUMNS, type ReportRow, type ReportValue } from './entities';

/** Reported configuration by entity: the resource that its rows are made of. Members of teams come from both sides. */
export const REPORTED_RESOURCES = {
  channel: 'channels',
  queue: 'queues',
  list: 'lists',
  mrd: 'mrds',
  agent: 'agents',
  team: 'teams',
  bot: 'bots',
} as const satisfies Readonly<Record<string, ResourceName>>;
export type ConfiguredEntity = keyof typeof REPORTED_RESOURCES;

/** A configured object as it is stored: fields in camelCase beside `id`, `createdAt`, `updatedAt`. */
export type ConfiguredObject = { readonly id: string } & Readonly<Record<string, unknown>>;

/** The row of a configured object: of each column the field of that name. */
export function objectRow(entity: ConfiguredEntity, object: ConfiguredObject): ReportRow {
  const fields = REPORT_COLUMNS[entity].map((column): [string, ReportValue] => [
    column,
    scalar(object[camelCase(column)]),
  ]);
  return { ...Object.fromEntries(fields), ...recorded(object) };
}

/** Rows of `team_member` that an agent or a team declares; `nameOf` knows agents. */
export function memberRows(
  resource: ResourceName,
  object: ConfiguredObject,
  nameOf: (agentId: string) => ReportValue,
): readonly ReportRow[] {
  const pairs =
    resource === 'teams'
      ? ids(object['memberIds']).map((agentId) => ({ team: object.id, agentId }))
      : resource === 'agents'
        ? ids(object['teamIds']).map((team) => ({ team, agentId: object.id }))
        : [];
  return pairs.map(({ team, agentId }) => ({
    id: `${team}:${agentId}`,
    name: nameOf(agentId),
    team_id: team,
    agent_id: agentId,
    ...recorded(object),
  }));
}

/** The row of a channel type, which is built in: it is as old as the installation's own objects are. When it was moved is not known. */
export function channelTypeRow(
  channelType: ChannelType,
  mrdId: string,
  createdAt: string | null,
): ReportRow {
  const moved = mrdId !== CHANNEL_TYPE_MRD[channelType];
  return {
    id: channelType,
    name: channelType,
    mrd_id: mrdId,
    ...recorded({ id: channelType, createdAt, updatedAt: moved ? null : createdAt }),
  };
}

function recorded({ createdAt, updatedAt }: ConfiguredObject): ReportRow {
  const created = scalar(createdAt);
  return {
    created_at: created,
    updated_at: scalar(updatedAt),
    is_deleted: false,
    record_creation_time: created,
  };
}

function camelCase(column: string): string {
  return column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Reports hold no nested configuration. */
function scalar(value: unknown): ReportValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : null;
}

function ids(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
