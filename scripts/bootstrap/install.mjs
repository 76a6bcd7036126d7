import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, root, runCommand, say } from './terminal.mjs';

/** `npm ci`, unless what is installed is what the lockfile says. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  say('installing packages (npm ci) …');
  const from = Date.now();
  try {
    await runCommand('npm', ['ci', '--include=dev']);
  } catch (error) {
    throw new Failure(
      `The packages could not be installed (${error.message}); what npm says about it stands above.`,
    );
  }
  say(`packages installed in ${Math.round((Date.now() - from) / 1000)} s`);
}

/** npm keeps its own account of what it put into node_modules. Optional packages of other platforms are not in it. */
function isInstalled() {
  try {
    const wanted = packagesOf('package-lock.json');
    const present = packagesOf('node_modules/.package-lock.json');
    return Object.entries(wanted).every(
      ([name, { version, optional, link }]) =>
        name === '' || link || (present[name] ? present[name].version === version : optional),
    );
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

function packagesOf(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
}
