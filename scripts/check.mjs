// npm test: every check runs, also after one has failed; the summary stands at the end. Arguments go to Jest.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureBuilt } from './bootstrap/build.mjs';
import { runStep } from './bootstrap/step.mjs';
import { dataDir, Failure } from './bootstrap/terminal.mjs';

// Jest prints its JSON into this file only; everything else is on our output.
const resultsFile = path.join(dataDir, 'test-results.json');
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
const jest = ['--json', `--outputFile=${resultsFile}`, ...process.argv.slice(2)];
const tests = ['tests', () => runStep('npm', ['run', '--silent', 'test:unit', '--', ...jest])];

mkdirSync(dataDir, { recursive: true });
rmSync(resultsFile, { force: true });
const checked = await Promise.all(sideBySide.map(inOrder));
const outcomes = [...checked.flat(), ...(await inOrder([tests]))];
process.exitCode = report(outcomes);

/** One after the other, also after one has failed. */
async function inOrder(steps) {
  const ended = [];
  for (const [name, check] of steps) {
    const from = Date.now();
    const passed = await check();
    ended.push({ name, passed, seconds: ((Date.now() - from) / 1000).toFixed(1) });
  }
  return ended;
}

/** Prints what every step came to. A step that failed counts as one failure, so that `0 failed` never stands over an error. */
function report(all) {
  console.log('\nSummary');
  for (const { name, passed, seconds } of all) {
    console.log(`  ${passed ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${seconds.padStart(7)} s`);
  }
  const jest = existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')) : undefined;
  const brokenFiles = jest?.numRuntimeErrorTestSuites ?? 0;
  const failedTests = jest ? jest.numFailedTests + brokenFiles : 0;
  const failedSteps = all.filter(
    ({ name, passed }) => !passed && (name !== 'tests' || failedTests === 0),
  ).length;
  const counts = { passed: jest?.numPassedTests ?? 0, failed: failedTests + failedSteps };
  if (counts.passed === 0 && counts.failed === 0) counts.failed = 1; // nothing ran: that is no success
  const line = `${counts.passed} passed, ${counts.failed} failed`;
  writeFileSync(path.join(dataDir, 'test-summary.txt'), `${line}\n`);
  console.log(`\n${line}`);
  return counts.failed === 0 ? 0 : 1;
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
