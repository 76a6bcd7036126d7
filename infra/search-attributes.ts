import type { Connection } from '@temporalio/client';
import { searchAttributes } from '../workflows/search-attributes';

/** Numbers of `temporal.api.enums.v1.IndexedValueType`: naming that enum would pull in the protobuf root. */
const IndexedValueType = {
  TEXT: 1,
  KEYWORD: 2,
  INT: 3,
  DOUBLE: 4,
  BOOL: 5,
  DATETIME: 6,
  KEYWORD_LIST: 7,
} as const;

/** Our search attributes as `operatorService.addSearchAttributes` takes them. */
export const SEARCH_ATTRIBUTE_TYPES: Readonly<Record<string, number>> = Object.fromEntries(
  Object.values(searchAttributes).map(({ name, type }) => [name, IndexedValueType[type]]),
);

/**
 * Register what is missing of our search attributes. Idempotent. Throws where the server does not let us: on Temporal
 * Cloud they are made by its own tools.
 */
export async function ensureSearchAttributes(
  connection: Connection,
  namespace: string,
): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const known = customAttributes ?? {};
  const missing = Object.entries(SEARCH_ATTRIBUTE_TYPES).filter(([name]) => !(name in known));
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing),
  });
}
