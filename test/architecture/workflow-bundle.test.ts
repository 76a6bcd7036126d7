import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildBundle } from '../../workers/build-bundle';
import { withoutSourceMap } from '../../workers/bundle';
import { workflowBundle } from '../support/workflow-bundle';

/** 0.53 MB with our style of workflow; zod would bring 1 MB more. */
const LIMIT_BYTES = 1_200_000;
const foreign =
  /node_modules\/(zod|mongodb|pino|hono|jose|@temporalio\/(?:client|worker|proto))\//g;

describe('the workflow bundle', () => {
  it('holds no validation library, no driver and no protobuf root, and stays small', async () => {
    const code = withoutSourceMap((await workflowBundle()).code);
    expect([...new Set(code.match(foreign))]).toEqual([]);
    expect(code.length).toBeLessThan(LIMIT_BYTES);
  });

  it('would hold zod, were a schema imported as a value', async () => {
    const planted = path.join(__dirname, 'planted/workflows/with-schema.ts');
    expect(existsSync(planted)).toBe(true);
    const code = withoutSourceMap((await buildBundle({ workflowsPath: planted })).code);
    expect(code.match(foreign)).toContain('node_modules/zod/');
  });
});
