import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { MongoClient } from 'mongodb';
import { startMongod } from '../../../infra/embedded/mongod';
import { endRecorded, findRecorded } from '../../../infra/embedded/process-record';
import { startTemporal } from '../../../infra/embedded/temporal';
import { binaryPath } from '../../support/binaries';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'parley-embedded-'));
});
afterEach(async () => {
  await endRecorded(dataDir, 'mongod', 0);
  await endRecorded(dataDir, 'temporal', 0);
  await rm(dataDir, { recursive: true });
});

describe('startMongod', () => {
  const start = (port = 0) => startMongod({ binary: binaryPath('mongod'), dataDir, port });

  it('keeps what was acknowledged when killed, and starts again on another port', async () => {
    const first = await start();
    await withRows(first.uri, (rows) =>
      rows.insertOne({ n: 1 }, { writeConcern: { w: 'majority', journal: true } }),
    );
    process.kill(first.pid, 'SIGKILL');
    await expect(first.exited).resolves.toBe('signal SIGKILL');

    const taken = await occupy(first.port);
    const second = await start(first.port);
    taken.close();
    expect(second.port).not.toBe(first.port);
    expect(await withRows(second.uri, (rows) => rows.countDocuments())).toBe(1);
    await isOnLoopbackAlone(second.port);
    // Nothing of a query is ever run as a program.
    const asProgram = withRows(second.uri, (rows) => rows.findOne({ $where: 'true' }));
    await expect(asProgram).rejects.toThrow(/script/i);
    await second.stop();
  });

  it('takes over from a start that was killed and left it running', async () => {
    const leftOver = await start();
    const second = await start(leftOver.port); // what a new process does: it knows the data directory only
    await leftOver.exited; // its port is free again, and anybody on this machine may have taken it since
    expect((await findRecorded(dataDir, 'mongod'))?.pid).toBe(second.pid);
    await second.stop();
    expect(await findRecorded(dataDir, 'mongod')).toBeUndefined();
  });

  it('says where it looked and what to do when there is no binary', async () => {
    const attempt = startMongod({ binary: '/nowhere/mongod', dataDir, port: 0 });
    await expect(attempt).rejects.toThrow(/no mongod at \/nowhere\/mongod.*MONGOD_PATH/);
  });
});

describe('startTemporal', () => {
  const start = () =>
    startTemporal({
      binary: binaryPath('temporal'),
      dataDir,
      port: 0,
      uiPort: 0,
      namespace: 'shop',
    });

  it('keeps its namespace and search attributes when killed', async () => {
    const first = await start();
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const second = await start();
    const connection = await Connection.connect({ address: second.address });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: 'shop',
    });
    await connection.close();
    await isOnLoopbackAlone(second.port);
    await isOnLoopbackAlone(Number(new URL(second.uiUrl).port));
    await second.stop();
    expect(Object.keys(customAttributes ?? {})).toContain('WaitingSince');
  });
});

async function withRows<T>(
  uri: string,
  act: (rows: ReturnType<ReturnType<MongoClient['db']>['collection']>) => Promise<T>,
): Promise<T> {
  const client = await MongoClient.connect(uri);
  try {
    return await act(client.db().collection('rows'));
  } finally {
    await client.close();
  }
}

/** Nobody listens there at the machine's other addresses, where it has any. */
async function isOnLoopbackAlone(port: number): Promise<void> {
  const addresses = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  for (const host of addresses) {
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect({ host, port, timeout: 2000 });
      const end = (is: boolean) => {
        socket.destroy();
        resolve(is);
      };
      socket.once('connect', () => end(true));
      socket.once('error', () => end(false));
      socket.once('timeout', () => end(false));
    });
    expect([host, answered]).toEqual([host, false]);
  }
}

function occupy(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy()).once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
