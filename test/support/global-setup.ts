import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { startMongod } from '../../infra/embedded/mongod';
import {
  endRecorded,
  findRecorded,
  recordProcess,
  signal,
} from '../../infra/embedded/process-record';
import type { ServerProcess } from '../../infra/embedded/server-process';
import { startTemporal } from '../../infra/embedded/temporal';
import { binaryPath } from './binaries';

/**
 * One mongod and one Temporal server for the whole run, each started when the first test file asks for it over a local
 * socket (test/support/servers.ts), so that a run of unit tests alone starts nothing. They live in this process, Jest's
 * parent, and end with it.
 */
export default async function globalSetup(): Promise<void> {
  const root = path.resolve('.parley');
  await sweep(root);
  const dataDir = path.join(root, `test-${process.pid}-${randomBytes(3).toString('hex')}`);
  await mkdir(dataDir, { recursive: true });
  await recordProcess(dataDir, 'jest', process.pid);
  const running = new Map<string, Promise<RunningServer>>();
  const once = (name: string) => {
    const known = running.get(name) ?? startServer(name, dataDir);
    running.set(name, known);
    return known;
  };
  process.env['PARLEY_TEST_SERVERS_PORT'] = String(await listen(once));
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      for (const pid of pids) signal(pid, 'SIGKILL'); // no time for more: Jest ends without its teardown
      process.exit(1);
    });
  }
  (globalThis as TestGlobals).stopTestServers = async () => {
    broker?.close();
    await Promise.all(
      [...running.values()].map((server) => server.then((s) => s.stop()).catch(() => undefined)),
    );
    await rm(dataDir, { recursive: true, force: true });
  };
}

export interface TestGlobals {
  stopTestServers?: () => Promise<void>;
}

interface RunningServer extends ServerProcess {
  readonly answer: string;
}

let broker: Server | undefined;
const pids: number[] = [];

async function startServer(name: string, dataDir: string): Promise<RunningServer> {
  const server = await start(name, dataDir);
  pids.push(server.pid);
  return server;
}

async function start(name: string, dataDir: string): Promise<RunningServer> {
  if (name === 'mongod') {
    const server = await startMongod({ binary: binaryPath('mongod'), dataDir, port: 0 });
    await refuseScans(server.uri);
    return { ...server, answer: server.uri };
  }
  const server = await startTemporal({
    binary: binaryPath('temporal'),
    dataDir,
    port: 0,
    uiPort: 0,
    namespace: 'default',
    durability: 'fast', // the tests kill processes, not the power
    // A run is deleted once the server has noted that its end is dealt with: unless told, twice a minute.
    dynamicConfig: {
      'history.transferProcessorUpdateAckInterval': '"1s"',
      'history.visibilityProcessorUpdateAckInterval': '"1s"',
    },
  });
  return { ...server, answer: server.address };
}

/** A query of the product that no index answers fails, however few documents a test has. */
async function refuseScans(uri: string): Promise<void> {
  const client = await MongoClient.connect(uri);
  await client.db('admin').command({ setParameter: 1, notablescan: true });
  await client.close();
}

/** One line in (the server's name), one line of JSON out. */
function listen(start: (name: string) => Promise<RunningServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', (data) => {
        start(data.toString().trim()).then(
          ({ answer }) => socket.end(JSON.stringify({ answer })),
          (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
        );
      });
    });
    broker = server;
    server.unref();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address.port);
    });
  });
}

/** End servers and remove directories of runs that were killed. */
async function sweep(root: string): Promise<void> {
  if (!existsSync(root)) return;
  for (const name of await readdir(root)) {
    const dataDir = path.join(root, name);
    if (!/^test-\d+-/.test(name) || (await findRecorded(dataDir, 'jest'))) continue;
    await endRecorded(dataDir, 'mongod', 0);
    await endRecorded(dataDir, 'temporal', 0);
    await rm(dataDir, { recursive: true, force: true });
  }
}
