import { readFile } from 'node:fs/promises';
import path from 'node:path';

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly license?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const PERMISSIVE =
  /^(MIT|MIT-0|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-4\.0|Unlicense|Python-2\.0)$/;
/** Of `A OR B` one has to be, of `A AND B` both. */
const isPermissive = (license: string) =>
  license
    .replaceAll(/[()]/g, '')
    .split(' AND ')
    .every((part) => part.split(' OR ').some((one) => PERMISSIVE.test(one)));
/** Read by hand: their manifests name none, or hide it. */
const READ_BY_HAND: Readonly<Record<string, string>> = {
  'node_modules/unionfs': 'Unlicense',
  'node_modules/limiter': 'MIT',
};
/** Files under it may be used beside ours, unchanged; and these only check and build, they are in nothing that is shipped. */
const TOOLS_ALONE: ReadonlySet<string> = new Set(['MPL-2.0']);

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

  it('has permissive licences alone', () => {
    const refused = packages.flatMap(([name, { license = READ_BY_HAND[name] ?? 'none', dev }]) =>
      isPermissive(license) || (dev && TOOLS_ALONE.has(license)) ? [] : [`${name} ${license}`],
    );
    expect(refused).toEqual([]);
  });

  // Flaws of the framework that our own tests look for as well (test/api/limits, test/api/credentials), by the first sound version.
  it.each([
    ['hono', '4.11.4'],
    ['@hono/node-server', '1.19.10'],
    ['jose', '6.0.0'],
  ])('M18: has %s of %s at least', (name, floor) => {
    const [, locked] = packages.find(([at]) => at === `node_modules/${name}`) ?? [];
    const [have = [], need = []] = [locked?.version ?? '0', floor].map((version) =>
      version.split('.').map(Number),
    );
    const at = need.findIndex((part, index) => part !== have[index]);
    expect(at < 0 || (have[at] ?? 0) > (need[at] ?? 0)).toBe(true);
  });

  it('runs no script of a package when it is installed', async () => {
    const npmrc = await readFile(path.resolve(__dirname, '../../.npmrc'), 'utf8');
    expect(npmrc).toContain('ignore-scripts=true');
  });

  it('is what package.json names, to the version', async () => {
    const text = await readFile(path.resolve(__dirname, '../../package.json'), 'utf8');
    const { dependencies, devDependencies } = JSON.parse(text) as Record<string, object>;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^(npm:.+@)?\d+\.\d+\.\d+$/.test(String(version)),
    );
    expect(loose).toEqual([]);
  });

  // A version that was published to do harm is found out within days; `npm run add` is how packages come in (docs/operations.md).
  it('grows by versions that are a week old at least', async () => {
    const text = await readFile(path.resolve(__dirname, '../../package.json'), 'utf8');
    const { scripts } = JSON.parse(text) as { readonly scripts: Readonly<Record<string, string>> };
    expect(scripts['add']).toBe('npm install --save-exact --min-release-age=7');
  });

  it('names no host: the registry is a setting of the machine', () => {
    expect(packages.filter(([, { resolved }]) => resolved)).toEqual([]);
  });
});
