import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROVIDERS } from '../connectors';
import { withCapabilities } from './connector-docs/table';

/** Writes what the connectors declare into docs/connectors.md. Run it from the root: `npm run docs:connectors`. */
async function main(): Promise<void> {
  const file = path.join(process.cwd(), 'docs/connectors.md');
  await writeFile(file, withCapabilities(await readFile(file, 'utf8'), PROVIDERS));
}

void main(); // a failure ends the process with its stack
