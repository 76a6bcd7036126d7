import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { type Db, MongoClient } from 'mongodb';
import { ensureIndexes } from '../../infra/mongo/indexes';
import { ensureSearchAttributes } from '../../infra/search-attributes';

export interface TestDatabase {
  /** Names the database. */
  readonly uri: string;
  readonly client: MongoClient;
  readonly db: Db;
}

/**
 * A database of this file's own, with our indexes, on the run's one mongod (a replica set: transactions and change streams
 * work; a query that no index answers is refused). Call it
 * at the top of a `describe` or a file; it is made before the first test and dropped after the last.
 * @example const database = useDatabase(); it('…', async () => { await database().db.collection('x')… });
 */
export function useDatabase(): () => TestDatabase {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await openDatabase();
  });
  afterAll(async () => {
    await database?.db.dropDatabase();
    await database?.client.close();
  });
  return () => present(database, 'useDatabase');
}

export interface TestTemporal {
  readonly address: string;
  /** Of this file alone: the product's fixed task queues and workflow ids meet nobody else's. */
  readonly namespace: string;
  readonly connection: Connection;
  readonly client: Client;
}

/** A namespace of this file's own, with our search attributes, on the run's one Temporal development server. */
export function useTemporal(): () => TestTemporal {
  let temporal: TestTemporal | undefined;
  beforeAll(async () => {
    temporal = await openTemporal();
  });
  afterAll(() => temporal?.connection.close());
  return () => present(temporal, 'useTemporal');
}

/** A name that no other test has. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`;
}

async function openDatabase(): Promise<TestDatabase> {
  const uri = new URL(await askFor('mongod'));
  uri.pathname = `/${uniqueName('test')}`;
  const client = await MongoClient.connect(uri.href);
  await ensureIndexes(client.db());
  return { uri: uri.href, client, db: client.db() };
}

async function openTemporal(): Promise<TestTemporal> {
  const address = await askFor('temporal');
  const connection = await Connection.connect({ address });
  const namespace = uniqueName('test');
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as unknown as Long }, // a number is taken as well
  });
  await until(() => ensureSearchAttributes(connection, namespace)); // a new namespace is seen a moment later
  return { address, namespace, connection, client: new Client({ connection, namespace }) };
}

/** Asks test/support/global-setup.ts, which starts the server unless it runs. */
function askFor(server: 'mongod' | 'temporal'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(process.env['PARLEY_TEST_SERVERS_PORT']), '127.0.0.1', () => {
      socket.write(`${server}\n`);
    });
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    socket.once('error', reject);
    socket.once('end', () => {
      const { answer, error } = JSON.parse(text) as { answer?: string; error?: string };
      if (answer !== undefined) resolve(answer);
      else reject(new Error(error));
    });
  });
}

async function until(attempt: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const problem = await attempt().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (problem === undefined) return;
    if (Date.now() > deadline) throw problem;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function present<T>(value: T | undefined, hook: string): T {
  if (value === undefined)
    throw new Error(`${hook}() is ready inside tests and hooks, not before.`);
  return value;
}
