import { acceptedPerSecond } from './accepted-per-second';
import { acknowledgedPost, firstMessage } from './acknowledged-post';
import { capacity } from './capacity';
import { catchUp, webhookBudget } from './catch-up';
import { coldReplay } from './cold-replay';
import { cpuPerMessage } from './cpu-per-message';
import { longConversation, manyOpen } from './growth';
import { largeArchive } from './large-archive';
import { lateReplay } from './late-replay';
import { lateness } from './lateness';
import { openStreams } from './open-streams';
import { pages } from './pages';
import { payloadCodec } from './payload-codec';
import { plainRoute } from './plain-route';
import { routingDomain } from './routing-domain';
import { streamLatency } from './stream-latency';
import type { Estimate } from './support/schedule';
import type { Benchmark } from './support/stage';
import { wholeConversation } from './whole-conversation';
import { WORKER_MEMORY_ENV, workerMemory } from './worker-memory';

export interface Entry {
  readonly take: Benchmark;
  readonly seconds: Estimate;
  /** The gated pairs that it measures. @default its own name */
  readonly pairs?: readonly string[];
  /** Environment of the product that it is given. */
  readonly env?: Readonly<Record<string, string>>;
}

/** In the order in which they are taken: pairs first, so that a time that runs out is the others'. */
export const BENCHMARKS: Readonly<Record<string, Entry>> = {
  P1: { take: acknowledgedPost, seconds: { full: 50, quick: 20 }, pairs: ['P1', 'P2'] },
  P3: { take: firstMessage, seconds: { full: 30, quick: 16 } },
  P14: { take: streamLatency, seconds: { full: 45, quick: 20 } },
  P21: { take: plainRoute, seconds: { full: 25, quick: 14 } },
  P24: { take: webhookBudget, seconds: { full: 110, quick: 35 } },
  'accepted/s': { take: acceptedPerSecond, seconds: { full: 95, quick: 50 }, pairs: ['P4'] },
  P5: { take: wholeConversation, seconds: { full: 100, quick: 35 } },
  capacity: { take: capacity, seconds: { full: 40, quick: 20 } },
  P9: { take: cpuPerMessage, seconds: { full: 100, quick: 30 }, pairs: ['P9', 'P10'] },
  P11: { take: workerMemory, seconds: { full: 100, quick: 40 }, env: WORKER_MEMORY_ENV },
  P15: { take: openStreams, seconds: { full: 35, quick: 20 } },
  P16: { take: coldReplay, seconds: { full: 70, quick: 25 } },
  P17: { take: lateReplay, seconds: { full: 60, quick: 30 } },
  P22: { take: payloadCodec, seconds: { full: 60, quick: 25 } },
  P23: { take: catchUp, seconds: { full: 110, quick: 40 }, pairs: ['P23', 'P12'] },
  P18: { take: manyOpen, seconds: { full: 120, quick: 45 } },
  P19: { take: longConversation, seconds: { full: 110, quick: 30 } },
  P20: { take: largeArchive, seconds: { full: 120, quick: 20 } },
  lateness: { take: lateness, seconds: { full: 90, quick: 35 } },
  routing: { take: routingDomain, seconds: { full: 120, quick: 35 } },
  pages: { take: pages, seconds: { full: 90, quick: 35 } },
};

/** The benchmark that `--only <id>` means. */
export function benchmarkOf(id: string): string {
  const found = Object.entries(BENCHMARKS).find(([name, { pairs }]) =>
    pairs ? pairs.includes(id) || name === id : name === id,
  );
  if (!found) throw new Error(`There is no benchmark ${id}.`);
  return found[0];
}
