import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** The verdict of scripts/advisories.mjs on what npm printed; the script is no CommonJS. */
function verdictsOf(texts: readonly string[]): readonly { code: number; line: string }[] {
  const script = path.resolve(__dirname, '../../scripts/advisories.mjs');
  const program = `import(${JSON.stringify(script)}).then(({ verdictOf }) =>
    process.stdout.write(JSON.stringify(JSON.parse(process.argv[1]).map(verdictOf))))`;
  const { stdout } = spawnSync(process.execPath, ['-e', program, JSON.stringify(texts)], {
    encoding: 'utf8',
  });
  return JSON.parse(stdout);
}
const audit = (vulnerabilities: object) => JSON.stringify({ metadata: { vulnerabilities } });

it('a grave flaw fails, others are told, and silence is no success', () => {
  const refused = JSON.stringify({ message: '405 Method Not Allowed', statusCode: 405 });
  expect(
    verdictsOf([
      audit({ low: 0, high: 0, critical: 0, total: 0 }),
      audit({ low: 2, moderate: 1, high: 0, critical: 0, total: 3 }),
      audit({ low: 0, high: 1, critical: 0, total: 1 }),
      audit({ low: 0, high: 0, critical: 1, total: 1 }),
      refused,
      '',
    ]),
  ).toEqual([
    { code: 0, line: 'advisories of what is shipped: none' },
    { code: 0, line: 'advisories of what is shipped: 2 low, 1 moderate' },
    { code: 1, line: 'advisories of what is shipped: 1 high' },
    { code: 1, line: 'advisories of what is shipped: 1 critical' },
    { code: 0, line: expect.stringContaining('SKIPPED') },
    { code: 0, line: expect.stringContaining('SKIPPED') },
  ]);
});
