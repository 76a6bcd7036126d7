import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run, verdictOf } from '../../scripts/api-contract/schemathesis';

const KEPT = 'Test cases:\n  412 generated, 412 passed\n';
const FAULT = [
  '- Server error',
  '[500] Internal Server Error:',
  'Test cases:',
  '  412 generated, 411 passed, 1 failed',
].join('\n');

describe('the verdict on a run of schemathesis', () => {
  it.each<[string, { code: number; output: string }, boolean]>([
    ['asked and found nothing', { code: 0, output: KEPT }, true],
    ['found a server error', { code: 1, output: FAULT }, false],
    ['found one, whatever it says of its tests', { code: 1, output: KEPT }, false],
    ['asked nothing', { code: 0, output: 'No test cases were generated' }, false],
    ['said nothing', { code: 0, output: '' }, false],
    ['could not start', { code: 1, output: 'spawn schemathesis ENOENT' }, false],
  ])('one that %s', (_what, given, kept) => {
    expect(verdictOf(given)).toEqual({ kept, told: expect.any(String) });
    if (!kept) expect(verdictOf(given).told).toContain(given.output);
  });

  it('one that is not there is a failure, not a success', async () => {
    const tool = { command: '/nowhere/schemathesis', args: [], env: {} };
    expect(verdictOf(await run(tool, []))).toMatchObject({ kept: false });
  });
});

describe('.ci/run', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'parley-ci-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const stub = (name: string, script: string) => {
    writeFileSync(path.join(dir, name), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(dir, name), 0o755);
  };
  /** The script with npm, node and python in its place: their exit codes, and the line that the tests leave. */
  function ci(ends: {
    tests?: number;
    contract?: number;
    secrets?: number;
    advisories?: number;
    line?: string;
  }) {
    const { tests = 0, contract = 0, secrets = 0, advisories = 0 } = ends;
    const { line = '2000 passed, 0 failed' } = ends;
    const summary = line === '' ? '' : `echo '${line}' > "$PARLEY_DATA_DIR/test-summary.txt"`;
    stub('npm', `case "$*" in *api-contract*) exit ${contract};; esac\n${summary}\nexit ${tests}`);
    stub('node', `case "$*" in *advisories*) exit ${advisories};; esac\nexit ${secrets}`);
    stub('python3', 'exit 0');
    const { status, stdout } = spawnSync('sh', [path.resolve(__dirname, '../../.ci/run')], {
      env: { PATH: `${dir}:${process.env['PATH']}`, PARLEY_DATA_DIR: dir },
      encoding: 'utf8',
    });
    return [status, stdout.trim().split('\n').at(-1)];
  }

  it.each([
    ['all is well', {}, [0, '2000 passed, 0 failed']],
    ['a test fails', { tests: 1, line: '1999 passed, 1 failed' }, [1, '1999 passed, 1 failed']],
    ['a route answers 500', { contract: 1 }, [1, '2000 passed, 1 failed']],
    ['there is a secret in the history', { secrets: 1 }, [1, '2000 passed, 1 failed']],
    ['a package has a known flaw', { advisories: 1 }, [1, '2000 passed, 1 failed']],
    [
      'everything is wrong',
      { tests: 1, contract: 1, secrets: 1, line: '1998 passed, 2 failed' },
      [1, '1998 passed, 4 failed'],
    ],
    ['no test ran', { line: '' }, [1, '0 passed, 1 failed']],
  ])('%s: exit code and last line say so', (_what, ends, expected) => {
    expect(ci(ends)).toEqual(expected);
  });
});
