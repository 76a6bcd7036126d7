import type { Db } from 'mongodb';
import type { ResourceName } from '../../domain/configuration/resource-names';
import type { ReportEntity, ReportRow } from '../../domain/reporting/entities';
import {
  type ConfiguredEntity,
  type ConfiguredObject,
  memberRows,
  objectRow,
  REPORTED_RESOURCES,
} from '../../domain/reporting/master-data';
import { reportsOf, rowKey } from './report-documents';

export interface DeletedObjectsDeps {
  readonly now: () => Date;
  readonly agent: (id: string) => ConfiguredObject | null;
}

/** Configured objects and memberships that have gone: reports keep them (domain.md section 9). */
export interface DeletedObjects {
  /** Keeps the rows that `before` had and `after` has not; `after` null = the object goes. Idempotent. */
  keep(
    resource: ResourceName,
    before: ConfiguredObject,
    after: ConfiguredObject | null,
  ): Promise<void>;
}

export function createDeletedObjects(db: Db, { now, agent }: DeletedObjectsDeps): DeletedObjects {
  const reports = reportsOf(db);

  function rowsOf(resource: ResourceName, object: ConfiguredObject): readonly KeptRow[] {
    const nameOf = (id: string) => (agent(id)?.['name'] ?? null) as string | null;
    const members = memberRows(resource, object, nameOf);
    const entity = entityOf(resource);
    return [
      ...(entity ? [{ entity, row: objectRow(entity, object) }] : []),
      ...members.map((row) => ({ entity: 'team_member' as const, row })),
    ];
  }

  return {
    async keep(resource, before, after) {
      const left = new Set(after ? rowsOf(resource, after).map(keyOf) : []);
      const gone = rowsOf(resource, before).filter((kept) => !left.has(keyOf(kept)));
      if (gone.length === 0) return;
      const at = now().toISOString();
      await reports.bulkWrite(gone.map((kept) => put(kept, at)));
    },
  };
}

interface KeptRow {
  readonly entity: ReportEntity;
  readonly row: ReportRow;
}

function keyOf({ entity, row }: KeptRow): string {
  return rowKey(entity, String(row['id']));
}

function put(kept: KeptRow, deletedAt: string) {
  const { entity, row } = kept;
  const agentId = entity === 'agent' ? row['id'] : (row['agent_id'] ?? null);
  const createdAt = String(row['created_at']);
  const document = {
    entity,
    at: createdAt,
    agentId: agentId as string | null,
    row: { ...row, updated_at: deletedAt, is_deleted: true },
    createdAt,
    updatedAt: deletedAt,
  };
  return { replaceOne: { filter: { _id: keyOf(kept) }, replacement: document, upsert: true } };
}

function entityOf(resource: ResourceName): ConfiguredEntity | undefined {
  return (Object.keys(REPORTED_RESOURCES) as ConfiguredEntity[]).find(
    (entity) => REPORTED_RESOURCES[entity] === resource,
  );
}
