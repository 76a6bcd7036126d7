/** How fast a channel may send; what is left out is not limited. */
export interface Rate {
  readonly perSecond?: number;
  readonly perRecipientMs?: number;
}

/** Recipients and channels that are remembered; the oldest are forgotten, and may then go a moment too early. */
const REMEMBERED = 10_000;

/**
 * A turn for each send of this process: a steady pace per channel and a least distance per recipient (connectors.md 1.11). Turns are
 * given in the order in which they are asked for. `clock`: monotonic ms.
 */
export class Pacer {
  readonly #next = new Map<string, number>();
  constructor(private readonly clock: () => number) {}

  /** Milliseconds until a turn; the turn is taken unless it is further than `mostMs` away. */
  turn(channelId: string, recipient: string, rate: Rate, mostMs: number): number {
    const now = this.clock();
    const paces: [string, number][] = [];
    if (rate.perSecond) paces.push([channelId, 1000 / rate.perSecond]);
    if (rate.perRecipientMs) paces.push([`${channelId} ${recipient}`, rate.perRecipientMs]);
    const at = Math.max(now, ...paces.map(([key]) => this.#next.get(key) ?? 0));
    if (at - now > mostMs) return at - now;
    for (const [key, distance] of paces) this.#remember(key, at + distance);
    return at - now;
  }

  #remember(key: string, at: number): void {
    this.#next.delete(key);
    this.#next.set(key, at);
    const oldest = this.#next.keys().next().value;
    if (this.#next.size > REMEMBERED && oldest !== undefined) this.#next.delete(oldest);
  }
}
