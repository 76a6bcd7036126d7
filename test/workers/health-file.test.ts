import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keepHealthFile } from '../../workers/health-file';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'health-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('is there once the worker is well, not before, and goes with it', async () => {
  const file = path.join(directory, 'well');
  const stop = new AbortController();
  const seen: boolean[] = [];
  const warned: unknown[] = [];
  const looks = ['no', 'fails', 'yes', 'last'];
  const isWell = async () => {
    seen.push(existsSync(file));
    const look = looks.shift();
    if (look === 'fails') throw new Error('Temporal is away');
    if (look === 'last') stop.abort();
    return look === 'yes';
  };
  const logger = { warn: (facts: unknown) => void warned.push(facts) };
  await keepHealthFile({ file, isWell, logger, everyMs: 1 }, stop.signal);
  expect(seen).toEqual([false, false, false, true]);
  expect(warned).toHaveLength(1);
  expect(existsSync(file)).toBe(false);
});
