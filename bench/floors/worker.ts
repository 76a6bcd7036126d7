import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { MongoClient } from 'mongodb';
import { sourceFile } from '../support/source-file';

export interface FloorActivities {
  insert(documents: readonly object[]): Promise<void>;
}

/** A worker for the floor's workflows in a process of its own, as the product's is. Ends with its parent. */
async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const connection = await NativeConnection.connect({
    address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233',
  });
  const mongo = new MongoClient(process.env['MONGODB_URI'] ?? 'mongodb://127.0.0.1:27017');
  const activities: FloorActivities = {
    async insert(documents) {
      const floor = mongo
        .db()
        .collection('bench_floor', { writeConcern: { w: 'majority', j: true } });
      await floor.insertMany([...documents]);
    },
  };
  const worker = await Worker.create({
    connection,
    taskQueue: 'bench-floor',
    workflowsPath: sourceFile('bench/floors/no-op-workflow.ts'),
    activities,
    maxConcurrentWorkflowTaskExecutions: 4,
    maxCachedWorkflows: Number(process.env['PARLEY_WORKER_CACHE'] ?? 600), // as the product's
  });
  process.once('disconnect', () => worker.shutdown());
  process.send?.('ready');
  await worker.run();
  await connection.close();
  await mongo.close();
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
