import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Instance, startInstance } from '../bench/support/instance';
import { repositoryRoot } from '../workers/bundle';
import {
  findSchemathesis,
  run,
  type Schemathesis,
  SETTINGS,
  verdictOf,
} from './api-contract/schemathesis';

/**
 * npm run test:api-contract: schemathesis against a Parley of its own, by its /openapi.json, as every role that it knows. Nothing may
 * be our fault, undocumented, of another type or schema, or take a method that it does not name; with `--server-errors` our faults
 * alone count. `--seconds 120` tests longer, `--examples 3` makes so many requests an operation instead; `--install` brings schemathesis along where python3 and pip are. Without it says so by
 * name, and is no success of anything.
 */
const CHECKS = process.argv.includes('--server-errors')
  ? ['not_a_server_error']
  : [
      'not_a_server_error',
      'status_code_conformance',
      'content_type_conformance',
      'response_schema_conformance',
      'unsupported_method',
    ];
/** Roles at once. */
const AT_ONCE = 2;
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

async function main(): Promise<number> {
  mkdirSync(dataDir, { recursive: true });
  const tool = await findSchemathesis(dataDir, process.argv.includes('--install'));
  if (tool === null) {
    say(
      'skipped: api contract (no schemathesis on PATH; with python3 and pip `--install` brings it)',
    );
    return 0;
  }
  if (!existsSync(path.join(root, 'dist', 'scripts', 'start.js')))
    throw new Error('There is no build. Run `npm run build`.');
  const work = mkdtempSync(path.join(tmpdir(), 'parley-contract-'));
  const configFile = path.join(root, 'parley.yaml');
  const parley = await startInstance({ configFile, env: binaries() });
  try {
    const document = (await (await fetch(`${parley.url}/openapi.json`)).json()) as OpenApi;
    const roles = Object.keys(SUBJECTS) as Role[];
    const waiting = [...roles];
    const faulty: Role[] = [];
    const takeTurns = async () => {
      for (let role = waiting.shift(); role; role = waiting.shift())
        if (!(await isKept(parley, tool, document, role, work))) faulty.push(role);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, takeTurns));
    say(`api contract: ${roles.length - faulty.length} of ${roles.length} roles without a fault`);
    return faulty.length === 0 ? 0 : 1;
  } finally {
    await parley.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

/** Whether the contract is kept towards a role; what was found is printed. */
async function isKept(
  parley: Instance,
  tool: Schemathesis,
  document: OpenApi,
  role: Role,
  work: string,
): Promise<boolean> {
  const cwd = path.join(work, role);
  mkdirSync(cwd);
  const file = path.join(cwd, 'openapi.json');
  writeFileSync(file, JSON.stringify(only(document, role)));
  writeFileSync(path.join(cwd, SETTINGS.file), SETTINGS.text);
  const { kept, told } = verdictOf(await run(tool, await argsFor(parley, role, file), { cwd }));
  say(`api contract as ${role}: ${told}`);
  return kept;
}

/** How much is asked: by a count, else by the clock. */
function extentFor(role: Role): string[] {
  const given = (name: string) => {
    const at = process.argv.indexOf(name);
    return at < 0 ? null : Number(process.argv[at + 1]);
  };
  const examples = given('--examples');
  if (examples !== null) return ['--phases', 'fuzzing', '--max-examples', String(examples)];
  // The administrator sees the most.
  const share = ((given('--seconds') ?? 56) * AT_ONCE) / (Object.keys(SUBJECTS).length + 1);
  const seconds = Math.ceil(role === 'admin' ? 2 * share : share);
  return ['--phases', 'coverage,fuzzing', '--max-time', String(seconds)];
}

async function argsFor(parley: Instance, role: Role, file: string) {
  return [
    'run',
    ...[file, '--url', parley.url],
    ...['--header', `Authorization: Bearer ${await tokenFor(parley, role)}`],
    ...extentFor(role),
    ...['--checks', CHECKS.join()],
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
