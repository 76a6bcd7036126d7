import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';

interface Service {
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly image?: string;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

describe('docker-compose.yml', () => {
  let services: Readonly<Record<string, Service>>;
  beforeAll(async () => {
    const text = await readFile(path.resolve(__dirname, '../../docker-compose.yml'), 'utf8');
    services = parse(text, { merge: true }).services;
  });

  it('publishes the api alone, on loopback', () => {
    const published = Object.entries(services).filter(
      ([, { ports, profiles }]) => ports && !profiles,
    );
    expect(published.map(([name]) => name)).toEqual(['api']);
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('asks api and worker how they are; the worker says it in the file that is looked at', () => {
    expect(services['api']?.healthcheck?.test.join(' ')).toContain('/healthz');
    const { environment, healthcheck } = services['worker'] ?? {};
    const file = String(environment?.['PARLEY_WORKER_HEALTH_FILE']);
    expect(file).toMatch(/^\/tmp\//);
    const [how, command, flag, script = ''] = healthcheck?.test ?? [];
    expect([how, command, flag]).toEqual(['CMD', 'node', '-e']);
    const own = path.join(mkdtempSync(path.join(tmpdir(), 'health-')), 'file');
    const exitCode = () =>
      spawnSync(process.execPath, ['-e', script.replaceAll(file, own)], { stdio: 'ignore' }).status;
    expect(exitCode()).not.toBe(0); // not there yet
    writeFileSync(own, '');
    expect(exitCode()).toBe(0);
    const aMinuteAgo = new Date(Date.now() - 60_000);
    utimesSync(own, aMinuteAgo, aMinuteAgo);
    expect(exitCode()).toBe(1);
    rmSync(path.dirname(own), { recursive: true });
  });

  it('names a version of every image', () => {
    const foreign = Object.values(services).flatMap(({ image }) =>
      image && image !== 'parley' ? [image] : [],
    );
    expect(foreign.filter((image) => !/:\d/.test(image))).toEqual([]);
  });
});
