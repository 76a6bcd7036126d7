// Usage: vendor-temporal.mjs <dir> dev-server|time-skipping <version>. Prints the path of the downloaded server.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [dir, kind, version] = process.argv.slice(2);
const server = { executable: { type: 'cached-download', downloadDir: dir, version } };
try {
  // The SDK downloads by starting; so it is also known to run.
  const env = await (kind === 'dev-server'
    ? TestWorkflowEnvironment.createLocal({ server })
    : TestWorkflowEnvironment.createTimeSkipping({ server }));
  await env.teardown();
  const [file] = readdirSync(dir);
  console.log(path.join(dir, file));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
