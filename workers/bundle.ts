import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Workflow code as one file, bots included. `buildId` names it: the version that a conversation is pinned to. */
export interface Bundle {
  readonly code: string;
  readonly buildId: string;
}

/** Throws with what to run when the file is not there. */
export async function readBundle(file: string): Promise<Bundle> {
  if (!existsSync(file))
    throw new Error(`There is no workflow bundle at ${file}. Run \`npm run build\`.`);
  const code = await readFile(file, 'utf8');
  return { code, buildId: buildIdOf(code) };
}

/** 16 hexadecimal characters of the SHA-256 of the code without its source map, which names paths of this machine. */
export function buildIdOf(code: string): string {
  return createHash('sha256').update(withoutSourceMap(code)).digest('hex').slice(0, 16);
}

/**
 * The code for a worker that seals payloads: errors of workflow code then keep their texts in a payload (workflows/failure-converter.ts).
 * On the first line, so that the source map still fits; the build id stays that of the code.
 */
export function sealingFailures(code: string): string {
  return `globalThis.parleySealsFailures = true; ${code}`;
}

/**
 * The code for a worker that serves. The SDK takes a stack trace of every promise that workflow code makes, for the view "Call Stack" of
 * the Web UI: a quarter of what a message costs in the sandbox. One frame is left, so that an error still tells where it was thrown;
 * `npm run replay` shows all of them. It has to be set by the bundle itself: the SDK freezes the sandbox's globals after it.
 */
export function withShortStacks(code: string): string {
  return `Error.stackTraceLimit = 1; ${code}`;
}

/** The bundle's size is measured without it, too. */
export function withoutSourceMap(code: string): string {
  return code.replace(/\n\/\/# sourceMappingURL=data:[^\n]*/g, '');
}

/** `dist/workflow-bundle.js`, from the sources as from the compiled files. */
export function bundleFile(): string {
  return path.join(repositoryRoot(), 'dist', 'workflow-bundle.js');
}

/** The nearest directory upwards with a package.json. */
export function repositoryRoot(dir: string = __dirname): string {
  if (existsSync(path.join(dir, 'package.json'))) return dir;
  const parent = path.dirname(dir);
  if (parent === dir) throw new Error('No package.json above this file.');
  return repositoryRoot(parent);
}
