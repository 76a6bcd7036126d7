import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Instance, startInstance } from '../bench/support/instance';
import { repositoryRoot } from '../workers/bundle';

/**
 * npm run test:api-contract: schemathesis against a Parley of its own, by its /openapi.json, as every role that it knows. Nothing may
 * be our fault, undocumented, of another type or schema, or take a method that it does not name. `--seconds 120` tests longer;
 * `--install` brings schemathesis along where python3 is. Without it says so by name, and is no success of anything.
 */
const VERSION = '4.32.5';
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'unsupported_method',
];
/** Streams never end. */
const STREAMS = /\/(events|stream|socket)$/;
const SUBJECTS = {
  admin: null,
  supervisor: 'sup_sara',
  agent: 'agt_ana',
  connector: 'partner',
  bot: 'echo',
  operator: 'somebody',
  customer: null,
} as const;
type Role = keyof typeof SUBJECTS;

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { 'x-roles': string[] }>>>>;
}

const root = repositoryRoot();
const dataDir = path.resolve(process.env['PARLEY_DATA_DIR'] || path.join(root, '.parley'));
const venv = path.join(dataDir, 'schemathesis');

async function main(): Promise<number> {
  const tool = schemathesis();
  if (tool === null) {
    say('SKIPPED api contract: no schemathesis on PATH. Install it, or python3 and add --install.');
    return 0;
  }
  if (!existsSync(path.join(root, 'dist', 'scripts', 'start.js')))
    throw new Error('There is no build. Run `npm run build`.');
  const at = process.argv.indexOf('--seconds');
  const seconds = at < 0 ? 56 : Number(process.argv[at + 1]);
  const work = mkdtempSync(path.join(tmpdir(), 'parley-contract-'));
  const configFile = path.join(root, 'parley.yaml');
  const parley = await startInstance({ configFile, env: binaries() });
  try {
    const document = (await (await fetch(`${parley.url}/openapi.json`)).json()) as OpenApi;
    const roles = Object.keys(SUBJECTS) as Role[];
    const share = Math.max(1, Math.floor(seconds / (roles.length + 1)));
    let failures = 0;
    for (const role of roles) {
      const file = path.join(work, `${role}.json`);
      writeFileSync(file, JSON.stringify(only(document, role)));
      say(`\napi contract as ${role}`);
      // The administrator sees the most.
      const time = role === 'admin' ? 2 * share : share;
      const code = run(tool, await argsFor(parley, role, file, time), work);
      if (code !== 0) failures += 1;
    }
    say(`\napi contract: ${roles.length - failures} of ${roles.length} roles without a fault`);
    return failures === 0 ? 0 : 1;
  } finally {
    await parley.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

async function argsFor(parley: Instance, role: Role, file: string, seconds: number) {
  return [
    'run',
    ...[file, '--url', parley.url],
    ...['--header', `Authorization: Bearer ${await tokenFor(parley, role)}`],
    ...['--phases', 'coverage,fuzzing', '--max-time', String(seconds), '--checks', CHECKS.join()],
    ...['--request-timeout', '30', '--continue-on-failure', '--no-color', '--warnings', 'off'],
  ];
}

/** The operations that a role may call; the administrator also what anyone may. */
function only(document: OpenApi, role: Role): OpenApi {
  const paths = Object.entries(document.paths).flatMap(([route, item]) => {
    const operations = Object.entries(item).filter(
      ([, { 'x-roles': who }]) =>
        who.includes(role) || (role === 'admin' && who.includes('anyone')),
    );
    return operations.length === 0 || STREAMS.test(route)
      ? []
      : [[route, Object.fromEntries(operations)] as const];
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

async function tokenFor({ url, adminToken }: Instance, role: Role): Promise<string> {
  if (role === 'admin') return adminToken;
  const visitor = role === 'customer';
  const answer = await fetch(visitor ? `${url}/webchat/web/sessions` : `${url}/v1/tokens`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(visitor ? {} : { authorization: `Bearer ${adminToken}` }),
    },
    body: JSON.stringify(visitor ? {} : { role, subject: SUBJECTS[role] }),
  });
  return ((await answer.json()) as { token: string }).token;
}

/** Of the servers, where `npm start` and `npm test` put them. */
function binaries(): Record<string, string> {
  const bin = (name: string) => path.join(dataDir, 'bin', name);
  return { TEMPORAL_CLI_PATH: bin('temporal'), MONGOD_PATH: bin('mongod') };
}

/** Where it is; null where it is not and cannot be had. */
function schemathesis(): string | null {
  const own = path.join(venv, 'bin', 'schemathesis');
  const known = ['schemathesis', own].find((name) => run(name, ['--version']) === 0);
  if (known || !process.argv.includes('--install')) return known ?? null;
  mkdirSync(dataDir, { recursive: true });
  const installed =
    run('python3', ['-m', 'venv', venv]) === 0 &&
    run(path.join(venv, 'bin', 'pip'), ['install', '-q', `schemathesis==${VERSION}`]) === 0;
  return installed ? own : null;
}

/** Its exit code. What it prints is on our output, in a directory that keeps what it leaves behind. */
function run(command: string, args: readonly string[], cwd?: string): number {
  const stdio = cwd === undefined ? 'ignore' : 'inherit';
  return spawnSync(command, args, { cwd, stdio }).status ?? 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
