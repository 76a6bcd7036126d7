import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { sourceFile } from '../support/source-file';

/** A worker for the floor's workflow in a process of its own, as the product's is. Ends with its parent. */
async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const connection = await NativeConnection.connect({
    address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233',
  });
  const worker = await Worker.create({
    connection,
    taskQueue: 'bench-floor',
    workflowsPath: sourceFile('bench/floors/no-op-workflow.ts'),
    maxConcurrentWorkflowTaskExecutions: 4,
  });
  process.once('disconnect', () => worker.shutdown());
  process.send?.('ready');
  await worker.run();
  await connection.close();
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
