import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { RESOURCE_NAMES } from '../../domain/configuration/resource-names';
import { repositoryRoot } from '../../workers/bundle';
import { erasureRules } from '../support/erasure-rules';

const FOLDERS = ['activities', 'api', 'connectors', 'infra', 'scripts', 'workers'];
/** Files that name collections by something else than a literal, and what they name. */
const BY_OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  'infra/embedded/mongod.ts': [], // the server's own
  'infra/mongo/indexes.ts': [], // those that others name
  'infra/mongo/config-cache.ts': [
    'channel_types',
    ...RESOURCE_NAMES.map((name) => name.replaceAll('-', '_')),
  ],
};

/** Each use of a collection in the code: the file, and the collection where it is a literal. */
async function usesOfCollections() {
  const uses: { file: string; name: string | null }[] = [];
  for (const folder of FOLDERS) {
    const root = repositoryRoot();
    const files = await readdir(path.join(root, folder), { recursive: true });
    for (const name of files.filter((each) => each.endsWith('.ts'))) {
      const file = path.posix.join(folder, name.split(path.sep).join('/'));
      const text = await readFile(path.join(root, file), 'utf8');
      for (const [, literal] of text.matchAll(
        /\.(?:collection|createCollection)\(\s*(?:'([^']*)')?/g,
      ))
        uses.push({ file, name: literal ?? null });
      for (const [, bucket] of text.matchAll(/bucketName:\s*'([^']*)'/g))
        for (const part of ['files', 'chunks']) uses.push({ file, name: `${bucket}.${part}` });
    }
  }
  return uses;
}

it('docs/privacy.md says of every collection what erasure does to it, and of no other', async () => {
  const uses = await usesOfCollections();
  const elsewhere = new Set(uses.filter(({ name }) => name === null).map(({ file }) => file));
  expect([...elsewhere].sort()).toEqual(
    Object.keys(BY_OTHER_NAMES)
      .filter((file) => elsewhere.has(file))
      .sort(),
  );
  const named = uses.flatMap(({ file, name }) => (name && !BY_OTHER_NAMES[file] ? [name] : []));
  const all = new Set([...named, ...Object.values(BY_OTHER_NAMES).flat()]);
  expect(all.size).toBeGreaterThan(40);
  expect([...(await erasureRules()).keys()].sort()).toEqual([...all].sort());
});
