import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { useDatabase, useTemporal } from '../support/servers';

const ROOT = path.join(__dirname, '../..');
const ADMIN = 'an-admin-token-for-this-test';
const database = useDatabase();
const temporal = useTemporal();
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly metricsUrl: string;
  output(): string;
}

/** The api as its own process, built, as the supervisor starts it. */
async function startApi(env: Record<string, string> = {}): Promise<Running> {
  const [port, metricsPort] = await Promise.all([freePort(), freePort()]);
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/api/server.js')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      MONGODB_URI: database().uri,
      TEMPORAL_ADDRESS: temporal().address,
      TEMPORAL_NAMESPACE: temporal().namespace,
      PARLEY_ADMIN_TOKEN: ADMIN,
      PARLEY_SECRET: 'a-secret-for-this-test',
      ...env,
    },
  });
  started.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data) => {
      text += String(data);
    });
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    output: () => text,
  };
}
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address ? address.port : 0;
}
async function untilListening({ child, url, output }: Running): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended: ${output()}`);
    const answers = await fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const codeOf = async (child: ChildProcess) =>
  child.exitCode === null ? (await once(child, 'exit'))[0] : child.exitCode;

describe('api/server.ts', () => {
  it('serves the API with the configuration of parley.yaml, metrics beside it, and ends when told to', async () => {
    const api = await startApi();
    await untilListening(api);
    const get = (route: string) =>
      fetch(`${api.url}${route}`, { headers: { authorization: `Bearer ${ADMIN}` } });

    expect(await (await get('/v1/channels/wa')).json()).toMatchObject({
      serviceIdentifier: '+15550001111',
      version: 1,
    });
    expect(await (await get('/v1/connectors/twilio-main')).json()).toMatchObject({
      attributes: { authToken: '***' },
    });
    const ready = await get('/readyz');
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { ready: false, temporal: 'up', mongodb: 'up', worker: 'down' },
    ]);
    const metrics = await (await fetch(api.metricsUrl)).text();
    expect(metrics).toContain('route="/v1/channels/{id}"');
    expect(metrics).not.toContain('/v1/channels/wa');
    expect((await fetch(api.metricsUrl.replace('/metrics', '/v1/channels'))).status).toBe(404);

    api.child.kill('SIGTERM');
    expect(await codeOf(api.child)).toBe(0);
    expect(api.output()).not.toContain(ADMIN);
  });
  it('ends when its supervisor is gone', async () => {
    const api = await startApi();
    await untilListening(api);
    api.child.disconnect();
    expect(await codeOf(api.child)).toBe(0);
  });
  it.each([
    [
      'a bad configuration file',
      { PARLEY_CONFIG: path.join(ROOT, 'package.json') },
      'unknown section',
    ],
    [
      'no MongoDB',
      { MONGODB_URI: 'mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=500' },
      'cannot go on',
    ],
    ['bad environment', { PORT: 'x', PARLEY_SECRET: 'short' }, 'PARLEY_SECRET'],
  ])('says why it cannot start: %s', async (_name, env, reason) => {
    const api = await startApi(env);
    expect(await codeOf(api.child)).toBe(1);
    expect(api.output()).toContain(reason);
  });
});
