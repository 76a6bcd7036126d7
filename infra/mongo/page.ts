import { ProblemError } from '../../domain/errors';
import type { Page } from '../stores';

/** Where a page ended: the values of its sort keys. Opaque to callers; `list` says whose it is. */
export function encodeCursor(list: string, keys: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...keys])).toString('base64url');
}

/** The sort keys of a cursor. Throws `VALIDATION_FAILED` unless it is one of this list with as many keys of these types. */
export function decodeCursor(
  list: string,
  cursor: string,
  types: readonly ('string' | 'number')[],
): readonly (string | number)[] {
  const [owner, ...keys] = parse(cursor);
  const fits =
    owner === list &&
    keys.length === types.length &&
    keys.every((key, i) => typeof key === types[i] && key !== null);
  if (!fits) throw badCursor();
  return keys as (string | number)[]; // just checked
}

/** `rows` were asked for with one more than `limit`: the extra one says that there is a next page. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  item: (row: R) => T,
  cursor: (row: R) => string,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown[shown.length - 1];
  return {
    items: shown.map(item),
    nextCursor: rows.length > limit && last !== undefined ? cursor(last) : null,
  };
}

/** Rows after those with these two keys, both descending. */
export function olderThan(field: string, key: unknown, id: unknown): Record<string, unknown> {
  return { $or: [{ [field]: { $lt: key } }, { [field]: key, _id: { $lt: id } }] };
}

function parse(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    throw badCursor();
  }
}

function badCursor(): ProblemError {
  const errors = [{ path: 'cursor', message: 'not a cursor of this list' }];
  return new ProblemError('VALIDATION_FAILED', 'The cursor is not one of this list.', { errors });
}
