import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const dataDir = path.resolve(root, process.env.PARLEY_DATA_DIR || '.parley');

/** Thrown when the reason is explained in full and a stack would only hide it. */
export class Failure extends Error {}

export function say(text) {
  console.error(`parley: ${text}`);
}

/** Run a command, its output on ours unless `capture`. Rejects with {@link Failure} and the end of what it said. */
export function runCommand(command, args, { env = process.env, capture = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', capture ? 'pipe' : 2, capture ? 'pipe' : 2],
    });
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.once('error', (error) =>
      reject(new Failure(`${command}: ${error.code === 'ENOENT' ? 'not found' : error.message}`)),
    );
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(
          new Failure(lastLine(output) || `${command} ended with ${signal ?? `code ${code}`}`),
        );
    });
  });
}

function lastLine(text) {
  return text.trim().split('\n').at(-1)?.trim().slice(0, 300);
}
