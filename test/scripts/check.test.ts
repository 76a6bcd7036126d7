import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const root = path.resolve(__dirname, '../..');
const tests = pathToFileURL(path.join(root, 'scripts/check/tests.mjs')).href;

/** Stands in for npm: the n-th time it is asked to run Jest it writes the n-th results, if any, and ends with the n-th code. */
const NPM = `#!${process.execPath}
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const { FAKE_RUNS, FAKE_ASKED } = process.env;
appendFileSync(FAKE_ASKED, JSON.stringify(process.argv.slice(2)) + '\\n');
const { code, suites } = JSON.parse(FAKE_RUNS)[readFileSync(FAKE_ASKED, 'utf8').trim().split('\\n').length - 1];
const file = process.argv.find((arg) => arg.startsWith('--outputFile=')).slice('--outputFile='.length);
if (suites) writeFileSync(file, JSON.stringify({ testResults: suites }));
process.exitCode = code;
`;

type Status = 'passed' | 'failed';
interface Run {
  readonly code: 0 | 1;
  /** None: Jest wrote no results. */
  readonly suites?: readonly object[];
}
/** A suite with a test of each status; none: it could not run. */
const suite = (name: string, ...tests: Status[]) => ({
  name: path.join(root, name),
  status: tests.length === 0 || tests.includes('failed') ? 'failed' : 'passed',
  assertionResults: tests.map((status, n) => ({ status, fullName: `test ${n + 1}` })),
});

const good = suite('a.test.ts', 'passed', 'passed');
const bad = suite('b.test.ts', 'passed', 'failed');
const anomaly = {
  ...suite('e2e/chaos.test.ts', 'failed'),
  assertionResults: [
    { status: 'failed', fullName: 'F1', failureMessages: ['Error: ANOMALY F1: failed, lost …'] },
  ],
};
const mended = suite('b.test.ts', 'passed', 'passed');
const CASES: readonly (readonly [what: string, runs: readonly Run[], expected: object])[] = [
  ['all pass', [{ code: 0, suites: [good] }], { passed: 2, failed: 0 }],
  ['none is there', [{ code: 0, suites: [] }], { passed: 0, failed: 1 }],
  ['Jest writes nothing', [{ code: 1 }], { passed: 0, failed: 1 }],
  ['all pass and Jest fails', [{ code: 1, suites: [good] }], { passed: 2, failed: 1 }],
  [
    'a fault run finds an anomaly: nobody looks again',
    [{ code: 1, suites: [good, anomaly] }],
    { passed: 2, failed: 1 },
  ],
  [
    'one fails twice',
    [
      { code: 1, suites: [good, bad] },
      { code: 1, suites: [bad] },
    ],
    { passed: 3, failed: 1 },
  ],
  [
    'one passes the second time',
    [
      { code: 1, suites: [good, bad] },
      { code: 0, suites: [mended] },
    ],
    { passed: 4, failed: 0, unsteady: ['b.test.ts: test 2'] },
  ],
  [
    'one passes the second time and Jest fails',
    [
      { code: 1, suites: [good, bad] },
      { code: 1, suites: [mended] },
    ],
    { passed: 4, failed: 1, unsteady: ['b.test.ts: test 2'] },
  ],
  [
    'another one fails the second time',
    [
      { code: 1, suites: [bad] },
      { code: 1, suites: [suite('b.test.ts', 'failed', 'passed')] },
    ],
    { passed: 1, failed: 1, unsteady: ['b.test.ts: test 2'] },
  ],
  [
    'a suite cannot run, and then can',
    [
      { code: 1, suites: [suite('b.test.ts')] },
      { code: 0, suites: [mended] },
    ],
    { passed: 2, failed: 0, unsteady: ['b.test.ts'] },
  ],
  [
    'a suite cannot run the second time',
    [
      { code: 1, suites: [bad] },
      { code: 1, suites: [suite('b.test.ts')] },
    ],
    { passed: 0, failed: 1 },
  ],
  [
    'the second look comes to nothing',
    [{ code: 1, suites: [good, bad] }, { code: 1 }],
    { passed: 3, failed: 1 },
  ],
  [
    'more fail than by chance',
    [{ code: 1, suites: [1, 2, 3, 4, 5].map((n) => suite(`${n}.test.ts`, 'failed')) }],
    { passed: 0, failed: 5 },
  ],
];

let dir: string;
/** By case: what it came to, and with what Jest was asked; the last one again with a seed that was given. */
let done: readonly { readonly tests: object; readonly asked: readonly (readonly string[])[] }[];
const UNSTEADY = CASES.findIndex(([what]) => what === 'one passes the second time');

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'parley-check-'));
  await writeFile(path.join(dir, 'npm'), NPM, { mode: 0o755 });
  const runs = [...CASES, CASES[UNSTEADY]].map((one) => JSON.stringify(one?.[1]));
  const code = `const { readFileSync, rmSync } = await import('node:fs');
    const { runTests } = await import(${JSON.stringify(tests)});
    const done = [];
    for (const [n, runs] of ${JSON.stringify(runs)}.entries()) {
      process.env.FAKE_RUNS = runs;
      const tests = await runTests(n < ${CASES.length} ? [] : ['--seed', '7']);
      const lines = readFileSync(process.env.FAKE_ASKED, 'utf8').trim().split('\\n');
      done.push({ tests, asked: lines.map((line) => JSON.parse(line)) });
      rmSync(process.env.FAKE_ASKED);
    }
    console.log('DONE ' + JSON.stringify(done));`;
  const env = { PATH: dir, PARLEY_DATA_DIR: dir, FAKE_ASKED: path.join(dir, 'asked') };
  const given = ['--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, given, { env });
  done = JSON.parse(/^DONE (.*)$/m.exec(stdout)?.[1] ?? '[]');
});
afterAll(() => rm(dir, { recursive: true }));

describe('runTests', () => {
  it.each(CASES.map(([what, runs, expected], n) => [what, n, runs.length, expected] as const))(
    '%s',
    (_what, n, runs, expected) => {
      expect(done[n]?.tests).toEqual({ unsteady: [], ...expected });
      expect(done[n]?.asked).toHaveLength(runs);
    },
  );

  it('looks again at what failed alone, with the same seed', () => {
    const [first, second] = done[UNSTEADY]?.asked ?? [];
    const seed = first?.find((arg) => arg.startsWith('--seed='));
    expect(second?.slice(-5)).toEqual([
      seed,
      '--runInBand',
      '--forceExit',
      '--runTestsByPath',
      bad.name,
    ]);
    const [given, again] = done.at(-1)?.asked ?? [];
    expect(given?.slice(-2)).toEqual(['--seed', '7']);
    expect(again).toContain('--seed=7');
  });
});
