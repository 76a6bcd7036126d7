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
 * The code for a worker that keeps no call stacks (docs/adr/0021-no-call-stack-of-every-promise.md). For each promise that workflow
 * code makes, the SDK's hook asks the sandbox for its `Error` and formats a stack, which is what most of a replay costs and nothing but
 * the Web UI's "Call Stack" shows. Here the hook is given an error that has no stack; errors of the code keep all their frames. The
 * hook finds what it asks for by way of `Promise.constructor`: should another SDK ask otherwise, it gets the real thing.
 */
export function withoutCallStacks(code: string): string {
  return `${WITHOUT_CALL_STACKS} ${code}`;
}

/** On one line, so that the source map still fits; before all else, since the SDK freezes the sandbox's globals after the bundle ran. */
const WITHOUT_CALL_STACKS = [
  '((makeFunction, answers) => {',
  'const constructor = (...source) => answers[source[0]] ?? makeFunction(...source);',
  "Object.defineProperty(Promise, 'constructor', { value: constructor });",
  '})(Promise.constructor, {',
  "'return globalThis.__TEMPORAL_ACTIVATOR__': () => globalThis.__TEMPORAL_ACTIVATOR__,",
  "'return globalThis.Error': () => class { get stack() { return undefined; } },",
  '});',
].join(' ');

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
