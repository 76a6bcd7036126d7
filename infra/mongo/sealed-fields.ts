import type { SecretBox } from '../secret-box';

type Fields = Readonly<Record<string, unknown>>;

/** The object with the values at these dotted paths sealed, and which they were. `place` binds each to its object. */
export function sealFields(
  object: Fields,
  paths: readonly string[],
  box: SecretBox,
  place: string,
): { readonly fields: Fields; readonly sealed: readonly string[] } {
  const sealed = paths.filter((path) => read(object, path) !== undefined);
  const fields = sealed.reduce<Fields>(
    (result, path) =>
      write(result, path, box.seal(JSON.stringify(read(result, path)), `${place}/${path}`)),
    object,
  );
  return { fields, sealed };
}

/** The object in plain. Throws `SecretBoxError`. */
export function openFields(
  object: Fields,
  sealed: readonly string[],
  box: SecretBox,
  place: string,
): Fields {
  return sealed.reduce<Fields>(
    (result, path) =>
      write(result, path, JSON.parse(box.open(String(read(result, path)), `${place}/${path}`))),
    object,
  );
}

function read(object: Fields, path: string): unknown {
  return path.split('.').reduce<unknown>((value, step) => fieldsOf(value)[step], object);
}

function write(object: Fields, path: string, value: unknown): Fields {
  const [step = '', ...rest] = path.split('.');
  return {
    ...object,
    [step]: rest.length === 0 ? value : write(fieldsOf(object[step]), rest.join('.'), value),
  };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
