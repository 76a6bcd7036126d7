import {
  judgePresence,
  PRESENCE_MS,
  PRESENCE_RENEWAL_MS,
  toJudge,
} from '../../../domain/routing/presence';
import type { RoutingState } from '../../../domain/routing/state';
import type { Logged } from '../routing-log';

const LEASE_MS = PRESENCE_MS + PRESENCE_RENEWAL_MS;
/** So long after the end of a lease routing has looked, ms. */
const PRESENCE_SEEN_MS = 6_000;
const FOREVER = Date.parse('2100-01-01T00:00:00.000Z');

/** Leases of agents whose streams a test opens and breaks, and when routing looks at them. An agent without a stream is always there. */
export class Leases {
  /** When the lease of an agent ends, ms; infinite while a stream is open. */
  private readonly streams = new Map<string, number>();
  private lookAt = 0;
  private readonly absent = new Set<string>();

  constructor(
    private readonly now: () => number,
    private readonly log: Logged[],
  ) {}

  /** When presence is looked at next; never while no agent has a stream of the test's. */
  get dueAt(): number {
    return this.streams.size === 0 ? Number.POSITIVE_INFINITY : this.lookAt;
  }
  /** A stream is open: the lease is renewed as long as it is. */
  connects(agentId: string): void {
    this.streams.set(agentId, Number.POSITIVE_INFINITY);
    this.heardOf(agentId);
  }
  /** Each call of an agent renews the lease. */
  signs(agentId: string): void {
    const at = this.streams.get(agentId);
    if (at === undefined) return;
    this.streams.set(agentId, Math.max(at, this.now() + LEASE_MS));
    this.heardOf(agentId);
  }
  /** The stream breaks, without a logout. */
  disconnects(agentId: string): void {
    if (this.streams.get(agentId) === Number.POSITIVE_INFINITY)
      this.streams.set(agentId, this.now() + LEASE_MS);
  }
  /** The time of a look goes by. */
  blink(): void {
    this.lookAt = this.now() + PRESENCE_MS;
  }
  /** As workflows/routing/workflow.ts does it: the earlier of the next lease's end and a few seconds. */
  look(routing: RoutingState): { readonly lapsed: string[]; readonly back: string[] } {
    const now = this.now();
    const who = toJudge(routing.agents.values(), 0);
    const leases = new Map<string, string>();
    for (const id of routing.agents.keys()) {
      const at = Math.min(this.streams.get(id) ?? FOREVER, FOREVER);
      leases.set(id, new Date(at).toISOString());
    }
    const { lapsed, back, nextAt } = judgePresence({ ...who, now }, leases);
    const next = Math.min(nextAt ?? now + PRESENCE_MS, now + PRESENCE_MS);
    const soonest = who.unknown.length + lapsed.length > 0 ? now + 15_000 : next;
    this.lookAt = Math.max(now + 5_000, Math.min(next, soonest));
    if (routing.agents.size === 0) this.lookAt = Number.POSITIVE_INFINITY;
    return { lapsed: [...lapsed], back: [...back] };
  }
  /** Whoever's lease ended so long ago that routing must have seen it. */
  noteAbsent(): void {
    for (const [agentId, at] of this.streams) {
      const gone = at + PRESENCE_SEEN_MS < this.now();
      if (gone && !this.absent.has(agentId)) this.log.push({ type: 'absent', agentId });
      if (gone) this.absent.add(agentId);
      else this.absent.delete(agentId);
    }
  }

  private heardOf(agentId: string): void {
    this.lookAt = Math.min(this.lookAt, this.now() + PRESENCE_MS);
    if (this.absent.delete(agentId)) this.log.push({ type: 'present', agentId });
  }
}
