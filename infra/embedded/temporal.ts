import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { ensureSearchAttributes } from '../search-attributes';
import { freePort } from './free-port';
import { endLeftOver, type ServerProcess, startServerProcess } from './server-process';

export interface EmbeddedTemporal extends ServerProcess {
  readonly port: number;
  readonly address: string;
  readonly uiUrl: string;
}

export interface EmbeddedTemporalOptions {
  readonly binary: string;
  readonly dataDir: string;
  /** Others are taken when these are in use. */
  readonly port: number;
  readonly uiPort: number;
  /** Where the Web UI has sealed payloads opened. @default nowhere */
  readonly uiCodecEndpoint?: string;
  /** Made when missing. */
  readonly namespace: string;
  /**
   * `full`: each commit is on the disk before it is acknowledged. `fast` survives a killed process but not a power cut.
   * @default 'full'
   */
  readonly durability?: 'full' | 'fast';
  /** Settings of the server by their dynamic configuration keys; the tests lower limits with them. */
  readonly dynamicConfig?: Readonly<Record<string, string>>;
}

/**
 * A server's own limit is ten updates of one workflow at a time; routing is one workflow, and a shift of agents logs in together.
 * As in infra/compose/dynamic-config.yaml.
 */
const DYNAMIC_CONFIG = { 'history.maxInFlightUpdates': 1000 } as const;

/** The Temporal development server on `<dataDir>/temporal/temporal.db`, with our search attributes. Returns once it answers. */
export async function startTemporal(options: EmbeddedTemporalOptions): Promise<EmbeddedTemporal> {
  const { binary, dataDir, namespace, durability = 'full', dynamicConfig = {} } = options;
  const database = path.join(dataDir, 'temporal', 'temporal.db');
  await mkdir(path.dirname(database), { recursive: true });
  await endLeftOver(dataDir, 'temporal');
  const port = await freePort(options.port);
  const uiPort = await freePort(options.uiPort, [port]);
  const address = `127.0.0.1:${port}`;
  const server = await startServerProcess({
    name: 'temporal',
    binary,
    binaryKey: 'TEMPORAL_CLI_PATH',
    dataDir,
    args: [
      ...['server', 'start-dev', '--db-filename', database, '--namespace', namespace],
      ...[
        '--ip',
        '127.0.0.1',
        '--port',
        String(port),
        '--ui-port',
        String(uiPort),
        '--ui-disable-news-fetch',
      ],
      ...(options.uiCodecEndpoint ? ['--ui-codec-endpoint', options.uiCodecEndpoint] : []),
      // Measured: WAL gives 1.7 times the commits of the default journal, at no less durability.
      ...['--sqlite-pragma', 'journal_mode=WAL'],
      ...['--sqlite-pragma', `synchronous=${durability === 'fast' ? 'NORMAL' : 'FULL'}`],
      ...['--log-level', 'warn'],
      ...Object.entries({ ...DYNAMIC_CONFIG, ...dynamicConfig }).flatMap(([key, value]) => [
        '--dynamic-config-value',
        `${key}=${value}`,
      ]),
    ],
    ready: () => answer(address, namespace),
  });
  return { ...server, port, address, uiUrl: `http://127.0.0.1:${uiPort}` };
}

async function answer(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: '2 seconds' });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    await ensureSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
}
