import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

interface Service {
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly image?: string;
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

  it('names a version of every image', () => {
    const foreign = Object.values(services).flatMap(({ image }) =>
      image && image !== 'parley' ? [image] : [],
    );
    expect(foreign.filter((image) => !/:\d/.test(image))).toEqual([]);
  });
});
