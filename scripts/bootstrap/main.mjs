import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { resolveBinaries } from './binaries.mjs';
import { resolveBrowser } from './browser.mjs';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { dataDir, Failure, root, say } from './terminal.mjs';

const servers = (env) => [
  ...(env.TEMPORAL_ADDRESS ? [] : ['temporal']),
  ...(env.MONGODB_URI ? [] : ['mongod']),
];
const dist = (file) => [process.execPath, path.join(root, 'dist', file)];

/** What each target needs and runs. Any other word is a script of package.json and gets the installation only. */
const targets = {
  start: {
    about: 'everything on this machine',
    binaries: servers,
    build: true,
    command: dist('scripts/start.js'),
  },
  dev: {
    about: 'the same, restarting when a source changes',
    binaries: servers,
    command: [process.execPath, '--import', 'tsx', path.join(root, 'scripts/start.ts'), '--watch'],
  },
  test: {
    about: 'types, lint, architecture, unused code, build, all tests (arguments go to Jest)',
    binaries: () => ['temporal', 'mongod', 'temporal-test-server'],
    browser: () => true,
    command: [process.execPath, path.join(root, 'scripts/check/main.mjs')],
  },
  demo: {
    about: 'a conversation to look at, on a running Parley',
    build: true,
    command: dist('scripts/demo.js'),
  },
  doctor: {
    about: 'what is amiss with this installation',
    build: true,
    command: dist('scripts/doctor.js'),
  },
  replay: {
    about: 'replay histories against the current bundle',
    build: true,
    command: dist('scripts/replay.js'),
  },
  'would-change': {
    about: 'decisions of histories that the current bundle would take otherwise',
    build: true,
    command: dist('scripts/would-change.js'),
  },
  bench: {
    about: 'benchmarks, each as a ratio',
    binaries: () => ['temporal', 'mongod'],
    browser: (args) => !args.includes('--only') || args.join().includes('pages'),
    build: true,
    command: dist('bench/run.js'),
  },
  simulate: {
    about: 'a day of a contact centre in virtual time',
    binaries: () => ['temporal-test-server'],
    build: true,
    command: dist('simulation/run.js'),
  },
  'upgrade-drill': {
    about: 'a new version beside the old one, a ramp, the promotion and the way back, under load',
    binaries: () => ['temporal', 'mongod'],
    build: true,
    command: [
      process.execPath,
      '--import',
      'tsx',
      path.join(root, 'chaos/run.ts'),
      '--only',
      'F20',
    ],
  },
  'test:chaos': {
    about: 'break it in every way that it has to survive (--help, --only F7 --seed 42, --long)',
    binaries: () => ['temporal', 'mongod'],
    build: true,
    command: [process.execPath, '--import', 'tsx', path.join(root, 'chaos/run.ts')],
  },
};

/** @returns the exit code of the target */
export async function main([name = '--help', ...args]) {
  if (name === '--help' || name === '-h') return usage();
  // Tools keep what they unpack in the user's cache unless told another place.
  process.env.XDG_CACHE_HOME ||= path.join(dataDir, 'cache');
  try {
    const target = targets[name] ?? { command: ['npm', 'run', '--silent', name, '--'] };
    await ensureInstalled();
    const env = { ...process.env };
    Object.assign(env, await resolveBinaries(target.binaries?.(env) ?? []));
    if (target.browser?.(args)) env.CHROMIUM_PATH = await resolveBrowser();
    if (target.build) await ensureBuilt();
    return await run([...target.command, ...args], env);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message);
    return 1;
  }
}

function usage() {
  const lines = Object.entries(targets).map(([name, { about }]) => `  ${name.padEnd(13)} ${about}`);
  console.log(`Usage: node scripts/bootstrap.mjs <target> [arguments]

${lines.join('\n')}
  …             any other script of package.json

Installs what is missing first: packages, server binaries, the build. Nothing is written outside of this directory and
PARLEY_DATA_DIR (${path.join('.', '.parley')}). Settings: README.md, "Configuration".`);
  return 0;
}

/**
 * Signals go on to the target, which decides how to end. It has an IPC channel, so that it notices when this process is
 * killed; and when npm, our parent, is killed, nobody would tell us: hence the look at the parent.
 */
function run([command, ...args], env) {
  if (args[0] && path.isAbsolute(args[0]) && !existsSync(args[0])) {
    throw new Failure(`${path.relative(root, args[0])} does not exist.`);
  }
  const child = spawn(command, args, {
    cwd: root,
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event && process.ppid !== parent) child.kill('SIGTERM');
  }, 1000);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}
