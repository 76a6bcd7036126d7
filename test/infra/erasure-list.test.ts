import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createErasureList } from '../../infra/erasure-list';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'erasures-'));
  file = path.join(dir, 'beside', 'erasures.ndjson');
});
afterEach(() => rm(dir, { recursive: true }));

const at = '2026-11-22T10:00:00.000Z';
const ANA = { customerId: 'cus_ana', at };
const BEN = { customerId: 'cus_ben', at };

it('is empty where there is no file, and keeps whom it was told', async () => {
  const list = createErasureList(file);
  expect(await list.all()).toEqual([]);
  await list.add([ANA]);
  await list.add([ANA, BEN]);
  await list.add([{ ...ANA, at: '2027-01-01T00:00:00.000Z' }]);
  expect(await createErasureList(file).all()).toEqual([ANA, BEN]);
  expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(3);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('passes over a line that was cut off, and goes on behind it', async () => {
  const list = createErasureList(file);
  await list.add([ANA]);
  await appendFile(file, '{"customerId":"cus_b');
  expect(await list.all()).toEqual([ANA]);
  await list.add([BEN]);
  expect(await list.all()).toEqual([ANA, BEN]);
});

it('says so where it cannot be written or read', async () => {
  const list = createErasureList(dir); // a directory
  await expect(list.add([ANA])).rejects.toThrow('EISDIR');
  await expect(list.all()).rejects.toThrow('EISDIR');
});
