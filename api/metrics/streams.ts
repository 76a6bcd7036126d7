import { Counter, Gauge, type Registry } from 'prom-client';
import type { StreamWatch } from '../streams/sse';

/** Counts who reads streams, and who read so slowly that they were dropped. */
export function watchStreams(registry: Registry): StreamWatch {
  const readers = new Gauge({
    name: 'parley_stream_readers',
    help: 'Open event streams and sockets of this process.',
    registers: [registry],
  });
  const dropped = new Counter({
    name: 'parley_streams_dropped_total',
    help: 'Streams that were ended because their reader left more than 256 KiB waiting.',
    registers: [registry],
  });
  return {
    opened: () => readers.inc(),
    closed: (how) => {
      readers.dec();
      if (how === 'drop') dropped.inc();
    },
  };
}
