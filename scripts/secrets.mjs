// npm run secrets: gitleaks over the whole history of this clone, with `--staged` over what is about to be committed. Without a
// gitleaks it says so by name: on PATH, in the data directory's bin, or built there by Go where there is one (`--build`).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { dataDir, root } from './bootstrap/terminal.mjs';

const VERSION = 'v8.30.1';
const bin = path.join(dataDir, 'bin');
const own = path.join(bin, 'gitleaks');
const found = ['gitleaks', own].find((name) => run(name, ['version'], 'ignore') === 0) ?? built();
if (found === null) {
  console.log(
    `SKIPPED secrets: no gitleaks on PATH or at ${own}. Install it, or Go and \`npm run secrets -- --build\`.`,
  );
} else if (!existsSync(path.join(root, '.git'))) {
  console.log('SKIPPED secrets: this is no git clone.');
} else {
  const what = process.argv.includes('--staged') ? ['--pre-commit', '--staged'] : [];
  process.exitCode = run(
    found,
    ['git', '--no-banner', '--no-color', '--redact', '--verbose', ...what, '.'],
    'inherit',
  );
}

function built() {
  if (!process.argv.includes('--build') || run('go', ['version'], 'ignore') !== 0) return null;
  mkdirSync(bin, { recursive: true });
  const module = `github.com/zricethezav/gitleaks/v8@${VERSION}`;
  return run('go', ['install', module], 'inherit', { GOBIN: bin }) === 0 ? own : null;
}

function run(command, args, stdio, env = {}) {
  return (
    spawnSync(command, args, { cwd: root, stdio, env: { ...process.env, ...env } }).status ?? 1
  );
}
