import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Payload } from '@temporalio/common';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils';
import { createPayloadCodec, type DataKeys } from '../../infra/payload-codec';
import { readableHistories, readHistory, recordedFolder } from '../../scripts/histories';

const SAMPLE = path.join(recordedFolder(), '0.1.0-greeter-menu-unanswered.json');
const key = { id: 'key_1', key: new Uint8Array(32) };
let destroyed = false;
const codec = createPayloadCodec({
  of: async () => key,
  find: async () => (destroyed ? null : key),
} as unknown as DataKeys);

let folder: string;
const told = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'parley-histories-'));
});
beforeEach(() => told.mockClear());
afterAll(() => rm(folder, { recursive: true }));

/** The sample with the input of its start as `change` makes it. */
async function exported(
  name: string,
  change: (payloads: Payload[]) => Promise<Payload[]>,
): Promise<string> {
  const { history } = await readHistory(SAMPLE);
  const [start] = history.events ?? [];
  const input = start?.workflowExecutionStartedEventAttributes?.input;
  if (!input?.payloads) throw new Error('the sample has no input');
  input.payloads = await change(input.payloads as Payload[]);
  const file = path.join(folder, `${name}.json`);
  await writeFile(file, historyToJSON(history));
  expect(historyFromJSON(JSON.parse(historyToJSON(history))).events?.length).toBeGreaterThan(1);
  return file;
}
async function namesOf(files: readonly string[]): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { workflowId } of readableHistories(files)) names.push(workflowId);
  return names;
}

describe('histories to replay', () => {
  it('are those whose texts are there: erased and sealed ones are skipped by name', async () => {
    const sealed = await exported('one-sealed', (payloads) => codec.encode(payloads));
    const opened = await exported('two-opened', async (payloads) =>
      codec.decode(await codec.encode(payloads)),
    );
    destroyed = true;
    const erased = await exported('three-erased', async (payloads) =>
      codec.decode(await codec.encode(payloads)),
    );
    expect(await namesOf([sealed, opened, erased])).toEqual(['two-opened']);
    expect(told.mock.calls.map(([text]) => text)).toEqual([
      'skipped one-sealed: its payloads are sealed: export it decoded (docs/upgrade.md)\n',
      'skipped three-erased: its customer was erased\n',
    ]);
    await expect(namesOf([sealed, erased])).rejects.toThrow('None of these histories');
  });
});
