import { get } from 'node:http';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { listen } from '../../api/listen';
import { createMetricsApp } from '../../api/metrics/app';
import type { Config } from '../../infra/config';
import type { Logger } from '../../infra/logger';
import { createWorkerCounters, type WorkerCounters } from './counters';

/** A worker's figures and the place where they are shown. */
export interface WorkerMetrics {
  readonly counters: WorkerCounters;
  close(): Promise<void>;
}

/**
 * Serves this worker's own figures and those of the Temporal SDK in it, which listens on `sdkPort`, as one page. A port that is
 * taken is told to the log and stops nobody: conversations matter more than figures.
 */
export async function serveWorkerMetrics(
  { metricsHost: host, workerMetricsPort: port }: Pick<Config, 'metricsHost' | 'workerMetricsPort'>,
  sdkPort: number,
  logger: Pick<Logger, 'warn'>,
): Promise<WorkerMetrics> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = createWorkerCounters(registry);
  const app = createMetricsApp(registry, () => sdkMetrics(sdkPort));
  const server = await listen(app, { host, port }).catch((err: unknown) => {
    logger.warn({ err, port }, 'this worker shows no metrics (WORKER_METRICS_PORT)');
    return null;
  });
  return { counters, close: async () => server?.close(0) };
}

/** Milliseconds; it answers from memory on this machine. */
const SDK_PATIENCE_MS = 2_000;

/** Empty when it does not answer: the rest is worth showing. */
async function sdkMetrics(port: number): Promise<string> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/metrics' }, (answer) => {
      answer.setEncoding('utf8');
      let text = '';
      answer.on('data', (piece: string) => {
        text += piece;
      });
      answer.on('end', () => resolve(text));
    });
    request.setTimeout(SDK_PATIENCE_MS, () => request.destroy());
    request.on('error', () => resolve(''));
    request.on('close', () => resolve(''));
  });
}
