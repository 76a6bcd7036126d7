/** Messages in a row that a provider did not take before its channel is given a rest; one that keeps failing counts once. */
const FAILURES = 5;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
/** A probe that has not come back by then is followed by another. */
const PROBE_MS = 20_000;

interface Rest {
  readonly failed: Set<string>;
  /** Until when nothing is tried; 0 while there were too few failures. */
  until: number;
  pauseMs: number;
}

/**
 * Spares a provider that is away: after some failures in a row a channel's sends are parked, one probe at a time asks whether it is
 * back, and the first success lets all go on, each session in its own order. Of this process alone. `clock`: monotonic ms.
 */
export class Circuit {
  readonly #rests = new Map<string, Rest>();
  constructor(
    private readonly clock: () => number,
    /** Told when a channel begins to rest, and when it goes on. */
    private readonly changed: (channelId: string, resting: boolean) => void = () => undefined,
  ) {}

  /** Milliseconds until the channel may be tried. 0: now, and where it rests the caller is its probe. */
  waitMs(channelId: string): number {
    const rest = this.#rests.get(channelId);
    if (!rest || rest.until === 0) return 0;
    const now = this.clock();
    if (now < rest.until) return Math.ceil(rest.until - now);
    rest.until = now + PROBE_MS;
    return 0;
  }

  /** The provider did not take a part, or did not answer. True when the channel begins to rest with it. */
  failed(channelId: string, partId: string, retryAfterMs = 0): boolean {
    const rest = this.#rests.get(channelId) ?? { failed: new Set(), until: 0, pauseMs: 0 };
    this.#rests.set(channelId, rest);
    const resting = rest.until !== 0;
    if (rest.failed.size < FAILURES) rest.failed.add(partId);
    if (!resting && rest.failed.size < FAILURES) return false;
    rest.pauseMs = resting ? Math.min(rest.pauseMs * 2, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
    rest.until = this.clock() + Math.max(rest.pauseMs, retryAfterMs);
    if (!resting) this.changed(channelId, true);
    return !resting;
  }

  /** The provider answers, whatever it says. */
  answered(channelId: string): void {
    const rested = (this.#rests.get(channelId)?.until ?? 0) !== 0;
    this.#rests.delete(channelId);
    if (rested) this.changed(channelId, false);
  }
}
