import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildBundle } from '../../workers/build-bundle';

const SOURCES = ['domain', 'workflows', 'bots'];

/**
 * The product's workflow bundle, or one with other bots (`botsFile` exports `bots` like bots/index.ts). Built once per state of the
 * sources and kept under the data directory: bundling takes seconds, and many test files need it.
 */
export async function workflowBundle(
  botsFile = path.resolve('bots/index.ts'),
  entry = path.resolve('workflows/index.ts'),
): Promise<{ readonly code: string }> {
  const name = createHash('sha256')
    .update(botsFile)
    .update(entry)
    .update(await readFile(botsFile))
    .update(await fingerprint())
    .update(await readFile(path.resolve('workers/build-bundle.ts')))
    .digest('hex')
    .slice(0, 24);
  const dir = path.resolve('.parley', 'test-bundles');
  const file = path.join(dir, `${name}.js`);
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null) return { code: kept };
  const { code } = await buildBundle({ workflowsPath: entry, botsPath: botsFile });
  await mkdir(dir, { recursive: true });
  await writeFile(`${file}.${process.pid}`, code);
  await rename(`${file}.${process.pid}`, file); // two test processes may build the same one
  return { code };
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const names = (await readdir(source, { recursive: true }))
      .filter((name) => name.endsWith('.ts'))
      .sort();
    for (const name of names) hash.update(name).update(await readFile(path.join(source, name)));
  }
  return hash.digest('hex');
}
