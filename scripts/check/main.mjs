// npm test: every check runs, also after one has failed; the summary stands at the end. Arguments go to Jest.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureBuilt } from '../bootstrap/build.mjs';
import { runStep } from '../bootstrap/step.mjs';
import { dataDir, Failure } from '../bootstrap/terminal.mjs';
import { runTests } from './tests.mjs';

const npm = (name, script) => [
  name,
  () => runStep('npm', ['run', '--silent', script], { together: name }),
];
// Two rows of about the same length, one for each of two processors.
const sideBySide = [
  [npm('promises', 'lint:promises'), npm('types', 'typecheck')],
  [
    npm('lint', 'lint:biome'),
    npm('architecture', 'arch'),
    npm('unused code', 'unused'),
    ['build', build],
  ],
];

mkdirSync(dataDir, { recursive: true });
const checked = (await Promise.all(sideBySide.map(inOrder))).flat();
const from = Date.now();
const tests = await runTests(process.argv.slice(2));
process.exitCode = report(checked, { ...tests, seconds: secondsSince(from) });

/** One after the other, also after one has failed. */
async function inOrder(steps) {
  const ended = [];
  for (const [name, check] of steps) {
    const from = Date.now();
    const passed = await check();
    ended.push({ name, passed, seconds: secondsSince(from) });
  }
  return ended;
}

/** Prints what every step came to. A step that failed counts as one failure, so that `0 failed` never stands over an error. */
function report(checks, tests) {
  const { passed, unsteady, seconds } = tests;
  console.log('\nSummary');
  for (const step of [...checks, { name: 'tests', passed: tests.failed === 0, seconds }])
    console.log(
      `  ${step.passed ? 'ok    ' : 'FAILED'} ${step.name.padEnd(14)} ${step.seconds.padStart(7)} s`,
    );
  if (unsteady.length > 0) console.log('\nUnsteady: failed at first, passed when run alone');
  for (const name of unsteady) console.log(`  ${name}`);
  const failed = tests.failed + checks.filter((step) => !step.passed).length;
  const line = `${passed} passed, ${failed} failed`;
  writeFileSync(path.join(dataDir, 'test-summary.txt'), `${line}\n`);
  console.log(`\n${line}`);
  return failed === 0 ? 0 : 1;
}

async function build() {
  try {
    await ensureBuilt();
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    return false;
  }
}

function secondsSince(from) {
  return ((Date.now() - from) / 1000).toFixed(1);
}
