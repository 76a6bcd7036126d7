import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runStep } from '../bootstrap/step.mjs';
import { dataDir, root } from '../bootstrap/terminal.mjs';

// Jest prints its JSON into these files only; everything else is on our output.
const firstFile = path.join(dataDir, 'test-results.json');
const secondFile = path.join(dataDir, 'test-results-again.json');
/** More suites than that do not fail by chance. */
const SECOND_LOOK_MAX = 4;

/**
 * Runs Jest. A few suites that fail are looked at once more, each with the machine to itself: one that passes then has not found a
 * fault of the product but of the test, which did not wait for what it needs. It does not fail the run, and is named so that it gets
 * mended. The seed is the same, so what a property has found is found again. What a fault run has found wrong in the archive counts the
 * first time.
 * @returns {Promise<{passed: number, failed: number, unsteady: string[]}>} tests, and names of those that passed the second time only
 */
export async function runTests(args) {
  for (const file of [firstFile, secondFile]) rmSync(file, { force: true });
  const asked = seedOf(args);
  const seed = `--seed=${asked ?? randomInt(-(2 ** 31), 2 ** 31)}`;
  const succeeded = await jest(firstFile, asked === undefined ? [...args, seed] : args);
  const first = resultsOf(firstFile);
  const failed = first.filter(hasFailed);
  if (failed.length === 0) return counted(first, succeeded ? 0 : 1);
  if (failed.length > SECOND_LOOK_MAX || failed.some(foundAnomaly)) return counted(first);

  const files = failed.map(({ name }) => name);
  console.log(`\nA second look at ${files.map((name) => path.relative(root, name)).join(', ')}`);
  // In one process, which a connection that a suite has left open would keep alive.
  const alone = ['--runInBand', '--forceExit', '--runTestsByPath'];
  const again = await jest(secondFile, [seed, ...alone, ...files]);
  const second = new Map(resultsOf(secondFile).map((suite) => [suite.name, suite]));
  const results = first.map((suite) => second.get(suite.name) ?? suite);
  return {
    ...counted(results, again || results.some(hasFailed) ? 0 : 1),
    unsteady: failed.flatMap((suite) => passedSince(suite, second.get(suite.name))),
  };
}

function jest(outputFile, args) {
  const own = ['--json', `--outputFile=${outputFile}`];
  return runStep('npm', ['run', '--silent', 'test:unit', '--', ...own, ...args]);
}

/** The seed that was asked for, as `--seed=1` or `--seed 1`. */
function seedOf(args) {
  const { values } = parseArgs({ args, options: { seed: { type: 'string' } }, strict: false });
  return values.seed;
}

function resultsOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testResults : [];
}

const hasFailed = ({ status }) => status === 'failed';
const foundAnomaly = ({ assertionResults }) =>
  assertionResults.some(({ failureMessages = [] }) => failureMessages.join().includes('ANOMALY '));
const broke = (suite) => hasFailed(suite) && !suite.assertionResults.some(hasFailed);

/**
 * A suite that could not run counts as one failure, and so do `others`: Jest failed and no suite did, as where the servers that all
 * share do not end. Nothing that ran is no success either.
 */
function counted(results, others = 0) {
  const tests = results.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failed = tests.filter(hasFailed).length + results.filter(broke).length + others;
  return { passed, failed: passed + failed === 0 ? 1 : failed, unsteady: [] };
}

function passedSince(before, after) {
  if (!after || broke(after)) return [];
  const name = path.relative(root, before.name);
  if (broke(before)) return hasFailed(after) ? [] : [name];
  const passed = new Set(
    after.assertionResults.filter(({ status }) => status === 'passed').map((test) => test.fullName),
  );
  return before.assertionResults
    .filter((test) => hasFailed(test) && passed.has(test.fullName))
    .map(({ fullName }) => `${name}: ${fullName}`);
}
