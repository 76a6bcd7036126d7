import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../infra/embedded/free-port';
import { endRecorded, findRecorded } from '../../infra/embedded/process-record';
import { binaryPath } from '../support/binaries';

const names = ['api', 'worker', 'temporal', 'mongod'] as const;
const script = path.resolve(__dirname, '../../dist/scripts/start.js');

/** npm start without the bootstrap: a directory and ports of its own, all that it prints kept. */
describe('npm start', () => {
  let dataDir: string;
  let env: NodeJS.ProcessEnv;
  let starts: ChildProcess[];
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'parley-start-'));
    const ports: number[] = [];
    for (let n = 0; n < 5; n += 1) ports.push(await freePort(0, ports));
    const keys = [
      'PORT',
      'METRICS_PORT',
      'EMBEDDED_TEMPORAL_PORT',
      'EMBEDDED_TEMPORAL_UI_PORT',
      'EMBEDDED_MONGODB_PORT',
    ];
    env = {
      ...process.env,
      ...Object.fromEntries(keys.map((key, index) => [key, String(ports[index])])),
      PARLEY_DATA_DIR: dataDir,
      TEMPORAL_CLI_PATH: binaryPath('temporal'),
      MONGOD_PATH: binaryPath('mongod'),
    };
    starts = [];
  });
  afterAll(async () => {
    for (const child of starts) child.kill('SIGKILL');
    for (const name of names) await endRecorded(dataDir, name, 0);
    await rm(dataDir, { recursive: true, force: true });
  });

  function start() {
    const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    starts.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data) => (output += String(data)));
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { child, exited, output: () => output };
  }
  const running = async () => {
    const found = await Promise.all(names.map((name) => findRecorded(dataDir, name)));
    return names.filter((_, index) => found[index]);
  };

  it('brings everything up, says where it is, and refuses a second start on the same directory', async () => {
    const first = start();
    await until(() => first.output().includes('ready after'));
    expect(first.output()).toMatch(/Webchat demo\s+http.*\/webchat\/web\/demo/);
    expect(first.output()).toMatch(/API docs\s+http.*\/docs/);
    expect(first.output()).toMatch(/Temporal UI\s+http/);
    expect(await running()).toEqual(names);
    const { mode } = await stat(path.join(dataDir, 'admin-token'));
    expect(mode & 0o777).toBe(0o600);

    const second = start();
    expect(await second.exited).toBe(1);
    expect(second.output()).toMatch(/Another Parley \(process \d+\) runs on/);
    expect(await running()).toEqual(names);
  }, 120_000);

  it('leaves no api and no worker when it is killed, and the next start takes over the servers', async () => {
    const worker = await findRecorded(dataDir, 'worker');
    starts[0]?.kill('SIGKILL');
    await until(async () => !(await running()).some((name) => name === 'api' || name === 'worker'));
    const again = start();
    await until(() => again.output().includes('ready after'));
    expect(await running()).toEqual(names);
    expect((await findRecorded(dataDir, 'worker'))?.pid).not.toBe(worker?.pid);
  }, 120_000);

  it('starts again what is killed', async () => {
    const api = await findRecorded(dataDir, 'api');
    if (!api) throw new Error('the api does not run');
    process.kill(api.pid, 'SIGKILL');
    await until(
      async () =>
        (await findRecorded(dataDir, 'api'))?.pid !== api.pid && (await running()).includes('api'),
    );
  }, 60_000);

  it('drains on SIGTERM and leaves nothing running', async () => {
    const last = starts.at(-1);
    const exited = new Promise<number | null>((resolve) => last?.once('exit', resolve));
    last?.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(await running()).toEqual([]);
  }, 60_000);
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 100_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('patience is over');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
