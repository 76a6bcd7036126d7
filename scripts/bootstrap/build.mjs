import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, root, runCommand, say } from './terminal.mjs';

const stampFile = path.join(root, 'dist', '.stamp');
const sources = [
  ...[
    'domain',
    'workflows',
    'bots',
    'activities',
    'connectors',
    'api',
    'workers',
    'infra',
    'web',
    'scripts',
    'bench',
    'simulation',
  ],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'],
];

/** `npm run build`, unless `dist` was built from exactly these sources. */
export async function ensureBuilt() {
  const stamp = hashOf(sources);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  say('building …');
  const from = Date.now();
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  try {
    await runCommand('npm', ['run', '--silent', 'build']);
  } catch (error) {
    throw new Failure(`The build failed: ${error.message}`);
  }
  writeFileSync(stampFile, stamp);
  say(`built in ${Math.round((Date.now() - from) / 1000)} s`);
}

/** Names and contents of all files below. */
function hashOf(names) {
  const hash = createHash('sha256');
  for (const file of names.flatMap(filesBelow))
    hash.update(`${file}\0`).update(readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

function filesBelow(name) {
  const file = path.join(root, name);
  if (!existsSync(file)) return [];
  if (!readdirSyncOrNull(file)) return [name];
  return readdirSync(file)
    .sort()
    .filter((entry) => entry !== 'node_modules' && entry !== 'dist')
    .flatMap((entry) => filesBelow(path.join(name, entry)));
}

function readdirSyncOrNull(file) {
  try {
    return readdirSync(file);
  } catch (error) {
    if (error.code === 'ENOTDIR') return null;
    throw error;
  }
}
