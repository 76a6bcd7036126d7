import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client, Connection } from '@temporalio/client';
import { BSON, type Document, MongoClient } from 'mongodb';

/** What can be read in a value as a server keeps it: bytes are looked into. */
export function everyText(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(everyText).join('\n');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1)) // maps come in any order
      .map(([name, held]) => `${name} ${everyText(held)}`)
      .join('\n');
  return String(value);
}

/** All that a database holds, as a backup tool reads it: documents by collection. */
export async function dump(uri: string): Promise<ReadonlyMap<string, readonly Document[]>> {
  const client = await MongoClient.connect(uri);
  const all = new Map<string, Document[]>();
  for (const { name } of await client.db().listCollections().toArray())
    all.set(name, await client.db().collection(name).find().hint('_id_').toArray());
  await client.close();
  return all;
}

/** Puts documents of a dump back that hold one of the texts, as a restored backup has them. */
export async function putBack(
  uri: string,
  backup: ReadonlyMap<string, readonly Document[]>,
  collections: readonly string[],
  ...texts: readonly string[]
): Promise<void> {
  const client = await MongoClient.connect(uri);
  for (const name of collections)
    for (const document of backup.get(name) ?? []) {
      const bytes = Buffer.from(BSON.serialize(document)).toString('latin1');
      if (!texts.some((text) => bytes.includes(text))) continue;
      const { _id } = document;
      await client.db().collection(name).replaceOne({ _id }, document, { upsert: true });
    }
  await client.close();
}

/** Each document's own bytes, by `collection _id`. */
export function exactly(
  collections: ReadonlyMap<string, readonly Document[]>,
): ReadonlyMap<string, string> {
  return new Map(
    [...collections].flatMap(([name, documents]) =>
      documents.map((document) => [
        `${name} ${BSON.EJSON.stringify(document['_id'])}`,
        Buffer.from(BSON.serialize(document)).toString('latin1'),
      ]),
    ),
  );
}

/** Every document that holds one of the texts, as `collection _id`; the bytes of files are looked into. */
export async function placesOf(uri: string, ...texts: readonly string[]): Promise<string[]> {
  return [...exactly(await dump(uri))]
    .filter(([, bytes]) => texts.some((text) => bytes.includes(text)))
    .map(([place]) => place);
}

/** Files below a directory that hold one of the texts, but for MongoDB's own, which are compressed: {@link placesOf} asks it. */
export async function filesWith(directory: string, ...texts: readonly string[]): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((e) => path.join(e.parentPath, e.name));
  const found: string[] = [];
  for (const file of files) {
    if (path.relative(directory, file).startsWith('mongodb')) continue;
    const bytes = await readFile(file).catch(() => Buffer.alloc(0)); // it came and went
    if (texts.some((text) => bytes.includes(text))) found.push(path.relative(directory, file));
  }
  return found;
}

/**
 * What Temporal tells whoever has no key: of each workflow its row in the list, its description (memo, search attributes, summary,
 * details, pending activities and their failures) and its whole history; and each schedule. By name.
 */
export async function toldByTemporal(
  client: Client,
  query?: string,
): Promise<ReadonlyMap<string, string>> {
  const told = new Map<string, string>();
  const { workflow, options } = client;
  const service = (client.connection as Connection).workflowService;
  for await (const { workflowId, runId, raw } of workflow.list(query ? { query } : {})) {
    const execution = { workflowId, runId };
    const { namespace } = options;
    const known = await Promise.all([
      service.describeWorkflowExecution({ namespace, execution }),
      workflow.getHandle(workflowId, runId).fetchHistory(),
    ]).catch(() => null); // the list lags behind
    if (known) told.set(`${workflowId} ${runId}`, everyText([raw, ...known]));
  }
  for await (const { scheduleId } of client.schedule.list()) {
    const described = await service.describeSchedule({ namespace: options.namespace, scheduleId });
    told.set(scheduleId, everyText(described));
  }
  return told;
}
