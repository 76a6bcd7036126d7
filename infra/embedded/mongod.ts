import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Db, MongoClient, MongoServerError } from 'mongodb';
import { freePort } from './free-port';
import { endLeftOver, type ServerProcess, startServerProcess } from './server-process';

export interface EmbeddedMongod extends ServerProcess {
  readonly port: number;
  /** Names the database `parley`. */
  readonly uri: string;
}

const REPLICA_SET = 'rs0';
const CACHE_GB = '0.25'; // the least that mongod takes; the page cache does the rest
const OPLOG_MB = '256';

/** A single-node replica set under `<dataDir>/mongodb`: change streams and transactions need one. Returns once it is primary. */
export async function startMongod(options: {
  readonly binary: string;
  readonly dataDir: string;
  /** Another is taken when this one is in use. */
  readonly port: number;
}): Promise<EmbeddedMongod> {
  const { binary, dataDir } = options;
  const dbPath = path.join(dataDir, 'mongodb');
  await mkdir(dbPath, { recursive: true });
  await endLeftOver(dataDir, 'mongod');
  const port = await freePort(options.port);
  const server = await startServerProcess({
    name: 'mongod',
    binary,
    binaryKey: 'MONGOD_PATH',
    dataDir,
    args: [
      ...[
        '--dbpath',
        dbPath,
        '--port',
        String(port),
        '--bind_ip',
        '127.0.0.1',
        '--replSet',
        REPLICA_SET,
      ],
      ...[
        '--wiredTigerCacheSizeGB',
        CACHE_GB,
        '--oplogSize',
        OPLOG_MB,
        '--noscripting',
        '--nounixsocket',
        '--quiet',
      ],
      // It would log slow operations whole, with what customers are called and have written.
      ...['--slowOpSampleRate', '0'],
      ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
      // On SIGTERM it would wait 15 s for clients to move to another member; there is none.
      ...['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100'],
    ],
    ready: () => becomePrimary(port),
  });
  return { ...server, port, uri: `mongodb://127.0.0.1:${port}/parley?replicaSet=${REPLICA_SET}` };
}

/** One look; throws until the node is primary. */
async function becomePrimary(port: number): Promise<void> {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}`, {
    directConnection: true,
    serverSelectionTimeoutMS: 2_000,
  });
  try {
    await client.connect();
    const hello = await client.db('admin').command({ hello: 1 });
    if (hello['isWritablePrimary'] === true) return;
    await formReplicaSet(client.db('admin'), `127.0.0.1:${port}`);
    throw new Error('mongod is not primary yet.');
  } finally {
    await client.close();
  }
}

/** Initiate once; a set that was made on another port is told its new address. */
async function formReplicaSet(admin: Db, host: string): Promise<void> {
  try {
    await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host }] } });
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.codeName !== 'AlreadyInitialized')
      throw error;
    const config = await admin.client.db('local').collection('system.replset').findOne({});
    if (!config || config['members'][0].host === host) return; // electing itself
    const members = [{ ...config['members'][0], host }];
    await admin.command({
      replSetReconfig: { ...config, version: config['version'] + 1, members },
      force: true,
    });
  }
}
