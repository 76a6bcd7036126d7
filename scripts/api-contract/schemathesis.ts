import { spawn } from 'node:child_process';
import path from 'node:path';

const VERSION = '4.32.5';
/** Of pip, ms: where no index answers it would try for minutes. */
const INSTALL_MS = 120_000;

/** How it is called. */
export interface Schemathesis {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}
export interface Run {
  readonly code: number;
  readonly output: string;
}

/**
 * Read in the folder where it runs. 503 with `Retry-After` is an answer that the document gives for a server that is away: on a machine
 * that is too slow it says so of routing, and that is no fault.
 */
export const SETTINGS = {
  file: 'schemathesis.toml',
  text: '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", 503]\n',
} as const;

/** What a run came to: kept only where something was asked and nothing was wrong. `told` is a line, else all that was printed. */
export function verdictOf({ code, output }: Run): {
  readonly kept: boolean;
  readonly told: string;
} {
  // What asked nothing has found nothing.
  const [made] = /\d+ generated, .*/.exec(output) ?? [];
  return code === 0 && made !== undefined
    ? { kept: true, told: made }
    : { kept: false, told: `a fault\n${output}` };
}

/** Of PATH, else a copy below `dataDir` that python3 runs, fetched by pip when `install` is set. Null: it is not to be had. */
export async function findSchemathesis(
  dataDir: string,
  install: boolean,
): Promise<Schemathesis | null> {
  const folder = path.join(dataDir, `schemathesis-${VERSION}`);
  const onPath = { command: 'schemathesis', args: [], env: {} };
  // A folder and no environment: Debian packages that one apart.
  const own = {
    command: 'python3',
    args: ['-m', 'schemathesis.cli'],
    env: { PYTHONPATH: folder },
  };
  for (const known of [onPath, own]) if (await answers(known)) return known;
  if (!install) return null;
  const quietly = ['-q', '--disable-pip-version-check', '--no-input', '--target', folder];
  const pip = { command: 'python3', args: ['-m', 'pip', 'install', ...quietly], env: {} };
  const { code, output } = await run(pip, [`schemathesis==${VERSION}`], { timeout: INSTALL_MS });
  if (code !== 0) process.stdout.write(`${output}\n`);
  return (await answers(own)) ? own : null;
}

async function answers(tool: Schemathesis): Promise<boolean> {
  return (await run(tool, ['--version'])).code === 0;
}

/** Ends with what it printed; code 1 where it could not be started or took longer than `timeout`, ms. */
export function run(
  { command, args: first, env }: Schemathesis,
  args: readonly string[],
  options: { readonly cwd?: string; readonly timeout?: number } = {},
): Promise<Run> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, [...first, ...args], {
      ...options,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece) => (output += String(piece)));
    child.once('error', (error) => resolve({ code: 1, output: String(error) }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
