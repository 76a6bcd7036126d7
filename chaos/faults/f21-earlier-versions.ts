import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { BSON } from 'mongodb';
import { brokenAt, type Transcript } from '../../scripts/demo/chain';
import { repositoryRoot } from '../../workers/bundle';
import { withDatabase } from '../load/collect';
import { type Acting, type Fault, underLoad } from './fault';

/** Recorded at each release by F20 (`npm run upgrade-drill -- --record <version>`). */
const FOLDER = path.join(repositoryRoot(), 'test', 'fixtures', 'versions');
const COLLECTIONS = ['conversations', 'timeline', 'customers', 'identities', 'sends'] as const;
/** A member that a later version had put there. */
const LATER = { ofLater: { any: ['thing', 1] } };

export const earlierVersions: Fault = {
  id: 'F21',
  what: 'documents of every earlier version are read, and written again with what a later one had put there; carried states: test/replay',
  missing: async () => ((await versions()).length > 0 ? null : `nothing is recorded in ${FOLDER}`),
  play: underLoad(async (acting) => {
    for (const version of await versions()) await readsAndWrites(acting, version);
  }),
};

async function versions(): Promise<readonly string[]> {
  return readdir(FOLDER).catch(() => []);
}

async function readsAndWrites({ stage, crew, scene }: Acting, version: string): Promise<void> {
  const left = Object.fromEntries(
    await Promise.all(
      COLLECTIONS.map(async (name) => [name, await documents(version, name)] as const),
    ),
  ) as Record<(typeof COLLECTIONS)[number], readonly BSON.Document[]>;
  await withDatabase(stage, async (db) => {
    // An identity that has spoken here before stays with whom it belongs to.
    for (const [name, list] of Object.entries(left))
      for (const { _id, ...one } of list)
        await db
          .collection(name)
          .updateOne({ _id }, { $setOnInsert: { ...one, ...LATER } }, { upsert: true });
  });
  for (const { _id, lastSeq, customerId } of left.conversations) {
    const url = `/v1/conversations/${_id}`;
    const stored = await crew.admin.read<{ lastSeq: number }>(url);
    const transcript = await crew.admin.read<Transcript>(`${url}/transcript?format=json`);
    if (stored?.lastSeq !== lastSeq || transcript?.items.length !== lastSeq)
      scene.complaints.push(`${_id} of ${version} is not read as it was`);
    if (transcript && brokenAt(transcript) !== null)
      scene.complaints.push(`the chain of ${_id} of ${version} is broken`);
    await crew.admin.write('PATCH', `/v1/customers/${customerId}`, { name: 'Another name' });
  }
  const kept = await withDatabase(stage, (db) =>
    db.collection('customers').countDocuments({ ...LATER, name: 'Another name' }),
  );
  scene.notes[`customers of ${version} written again`] = kept;
  if (kept === 0) scene.complaints.push(`what was not known is gone from customers of ${version}`);
}

async function documents(version: string, name: string): Promise<readonly BSON.Document[]> {
  const text = await readFile(path.join(FOLDER, version, `${name}.json`), 'utf8');
  return (JSON.parse(text) as BSON.Document[]).map((one) => BSON.EJSON.deserialize(one));
}
