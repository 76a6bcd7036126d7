import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');

/** A module of the product with one fault: what it exports instead, made of the real thing. */
export interface Mutant {
  /** Absolute, without its ending. */
  readonly file: string;
  readonly fault: (real: object) => object;
}

/**
 * @param file from the top of the repository
 * @example mutant<typeof import('../../domain/routing/carry')>('domain/routing/carry', (real) => ({ … }))
 */
export function mutant<M extends object>(file: string, fault: (real: M) => Partial<M>): Mutant {
  // A row names the file and its type side by side.
  return { file: path.join(ROOT, file), fault: fault as unknown as Mutant['fault'] };
}

/**
 * Loads modules afresh, in a world in which the mutant stands for the real one; `load` calls `require` for what it needs.
 * @param shared packages that are not loaded again: slow, and none of the fault's business
 */
export function withMutant<T>(
  { file, fault }: Mutant,
  shared: readonly string[],
  load: () => T,
): T {
  const packages = shared.map((name) => [name, require(name) as object] as const);
  let loaded: { readonly value: T } | undefined;
  jest.isolateModules(() => {
    for (const [name, outside] of packages) jest.doMock(name, () => outside);
    jest.doMock(file, () => {
      const real = jest.requireActual<object>(file);
      return { ...real, ...fault(real) };
    });
    loaded = { value: load() };
  });
  for (const name of [file, ...shared]) jest.dontMock(name);
  if (!loaded) throw new Error(`nothing was loaded with ${file}`);
  return loaded.value;
}

/** No fault at all: what is loaded then must be found in order. */
export const AS_IT_IS = mutant('domain/ids', () => ({}));
