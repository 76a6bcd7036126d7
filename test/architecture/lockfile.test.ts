import { readFile } from 'node:fs/promises';
import path from 'node:path';

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe('package-lock.json', () => {
  let packages: [string, Locked][];
  beforeAll(async () => {
    const text = await readFile(path.resolve(__dirname, '../../package-lock.json'), 'utf8');
    packages = Object.entries(JSON.parse(text).packages as Record<string, Locked>).filter(
      ([name]) => name !== '',
    );
  });

  // npm ci refuses a lockfile without them; npm install leaves out those that its registry could not deliver.
  it('holds the binaries of every platform, not of this one alone', () => {
    const names = new Set(packages.map(([name]) => name));
    const missing = packages.flatMap(([parent, { optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {}).filter(
        (name) =>
          !names.has(`node_modules/${name}`) && !names.has(`${parent}/node_modules/${name}`),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('has a checksum of everything but binaries for other platforms', () => {
    const unchecked = packages.filter(([, { integrity, optional }]) => !integrity && !optional);
    expect(unchecked).toEqual([]);
  });

  it('names no host: the registry is a setting of the machine', () => {
    expect(packages.filter(([, { resolved }]) => resolved)).toEqual([]);
  });
});
