// npm run advisories: known flaws of the packages in the lockfile, as the registry's advisory service tells them. What is shipped fails
// the run from `high` on; the rest is told. Without an answer of the service it says so by name: that is no success of anything.
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { root } from './bootstrap/terminal.mjs';

/**
 * What an audit came to. `text`: what `npm audit --json` printed.
 * @returns {{ code: number, line: string }}
 */
export function verdictOf(text) {
  let counts;
  try {
    counts = JSON.parse(text).metadata?.vulnerabilities;
  } catch {
    counts = undefined;
  }
  if (typeof counts?.total !== 'number')
    return {
      code: 0,
      line: 'SKIPPED advisories: the advisory service of the registry does not answer.',
    };
  const grave = (counts.high ?? 0) + (counts.critical ?? 0);
  const known = Object.entries(counts).filter(
    ([severity, count]) => severity !== 'total' && count > 0,
  );
  const told = known.map(([severity, count]) => `${count} ${severity}`).join(', ') || 'none';
  return { code: grave > 0 ? 1 : 0, line: `advisories of what is shipped: ${told}` };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const args = ['audit', '--audit=true', '--package-lock-only', '--omit=dev', '--json'];
  const { stdout } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', timeout: 120_000 });
  const { code, line } = verdictOf(stdout ?? '');
  console.log(line);
  if (code !== 0) console.log(stdout);
  process.exitCode = code;
}
