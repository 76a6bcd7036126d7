import type { AnyConnector } from '../../connectors/connector';
import { SECRET_FIELDS } from '../../domain/configuration/secret-fields';
import type { Fault } from '../errors';

/** What reads show in place of a secret; sent back, it keeps the stored one. */
export const MASK = '***';

type Fields = Readonly<Record<string, unknown>>;
type Connectors = ReadonlyMap<string, AnyConnector>;

/** Dotted paths of the secrets of an object. A connector's are declared by its provider. */
export function secretPaths(
  resource: string,
  object: Fields,
  connectors: Connectors,
): readonly string[] {
  if (resource !== 'connectors') return SECRET_FIELDS[resource] ?? [];
  const names: readonly string[] =
    connectors.get(String(object['providerId']))?.secretAttributes ??
    Object.keys(fieldsOf(object['attributes']));
  return names.map((name) => `attributes.${name}`);
}

/** The object as anybody may see it. */
export function masked<T extends Fields>(object: T, paths: readonly string[]): T {
  return paths.reduce(
    (result, path) => (read(result, path) === undefined ? result : write(result, path, MASK)),
    object,
  );
}

/** The object with masks replaced by what is stored; a mask where nothing is stored is a fault. */
export function unmasked(
  object: Fields,
  stored: Fields | null,
  paths: readonly string[],
): { readonly value: Fields; readonly faults: readonly Fault[] } {
  const hidden = paths.filter((path) => read(object, path) === MASK);
  const lost = hidden.filter((path) => stored === null || read(stored, path) === undefined);
  const faults = lost.map((path) => ({
    path,
    message: `${MASK} keeps a stored secret, and there is none`,
  }));
  const kept = hidden.filter((path) => !lost.includes(path));
  return {
    value: kept.reduce<Fields>(
      (result, path) => write(result, path, read(stored ?? {}, path)),
      object,
    ),
    faults,
  };
}

function read(object: Fields, path: string): unknown {
  return path.split('.').reduce<unknown>((value, step) => fieldsOf(value)[step], object);
}

function write<T extends Fields>(object: T, path: string, value: unknown): T {
  const [step = '', ...rest] = path.split('.');
  return {
    ...object,
    [step]: rest.length === 0 ? value : write(fieldsOf(object[step]), rest.join('.'), value),
  };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
