import type { Config } from '../config';
import type { Tracing } from './types';

/** Null where no collector is configured: then nothing of OpenTelemetry is loaded, and nothing is paid for it. */
export function tracingOf(
  { otlpEndpoint: endpoint }: Pick<Config, 'otlpEndpoint'>,
  component: 'api' | 'worker',
): Tracing | null {
  if (!endpoint) return null;
  const { startTracing } = require('./tracing') as typeof import('./tracing');
  return startTracing({ endpoint, component });
}
