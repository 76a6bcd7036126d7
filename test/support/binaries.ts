import { existsSync } from 'node:fs';
import path from 'node:path';

const keys = {
  temporal: 'TEMPORAL_CLI_PATH',
  mongod: 'MONGOD_PATH',
  'temporal-test-server': 'TEMPORAL_TEST_SERVER_PATH',
} as const;

/** Path of a server binary: from the environment (`npm test` sets it), else from the data directory. Throws with what to do. */
export function binaryPath(name: keyof typeof keys): string {
  const file =
    process.env[keys[name]] ??
    path.resolve(process.env['PARLEY_DATA_DIR'] ?? '.parley', 'bin', name);
  if (existsSync(file)) return file;
  throw new Error(
    `There is no ${name} at ${file}. Run \`npm test\` once, it fetches it, or set ${keys[name]} to the path of one.`,
  );
}
