import { setTimeout as sleep } from 'node:timers/promises';
import type { Capabilities } from '../domain/channel/capabilities';
import { ConnectorError } from '../domain/errors';
import type { SendLedger } from '../infra/mongo/send-ledger';
import { Circuit } from './circuit';
import { Pacer } from './pacer';
import { stopped } from './send-failures';

/** While a channel is stopped one send in this time asks the provider whether it still is. */
const PROBE_EVERY_MS = 30_000;
/** A turn that is nearer than this is waited for here, a later one by the workflow. */
const MOST_PACING_MS = 2_000;

export interface StandingDeps {
  readonly ledger: Pick<SendLedger, 'stop' | 'resume'>;
  readonly alert: (alert: {
    readonly kind: 'channelStopped' | 'providerAway';
    readonly channelId: string;
    readonly reason: string;
  }) => void;
  /** Told when a channel begins to rest because its provider is away, and when it goes on. */
  readonly channelRests?: ((channelId: string, resting: boolean) => void) | undefined;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/** Whether channels may be used just now: the provider stopped one, is away, or has had its share. What one process has seen. */
export class ChannelStanding {
  private readonly pacer: Pacer;
  private readonly circuit: Circuit;
  /** By channel: until when nothing is tried, 0 when the last send went out. */
  private readonly pausedUntil = new Map<string, number>();

  constructor(private readonly deps: StandingDeps) {
    this.pacer = new Pacer(deps.clock);
    this.circuit = new Circuit(deps.clock, deps.channelRests);
  }

  /** Waits for a turn that is near. Throws `ConnectorError` for why nothing may go out now. */
  async turn(channelId: string, recipient: string, rate: Capabilities['rate']): Promise<void> {
    if (this.deps.clock() < (this.pausedUntil.get(channelId) ?? 0))
      throw stopped('paused', 'the channel is stopped');
    const restMs = this.circuit.waitMs(channelId);
    if (restMs > 0)
      throw new ConnectorError('Unavailable', 'the provider is away', { retryAfterMs: restMs });
    const waitMs = this.pacer.turn(channelId, recipient, rate, MOST_PACING_MS);
    if (waitMs > MOST_PACING_MS)
      throw new ConnectorError('Throttled', 'our own pace', {
        retryAfterMs: Math.ceil(waitMs),
        scope: 'channel',
      });
    if (waitMs > 0) await sleep(waitMs);
  }

  /** A send went out. */
  async sent(channelId: string): Promise<void> {
    this.circuit.answered(channelId);
    if (this.pausedUntil.get(channelId) === 0) return;
    this.pausedUntil.set(channelId, 0);
    await this.deps.ledger.resume(channelId).catch(() => this.pausedUntil.delete(channelId));
  }

  /** A send failed. A provider that says anything else than that it cannot is there. */
  failed(channelId: string, partId: string, error: unknown): void {
    const type = error instanceof ConnectorError ? error.type : 'Ambiguous';
    const { retryAfterMs } = error instanceof ConnectorError ? error.facts : {};
    if (type !== 'Unavailable' && type !== 'Ambiguous') this.circuit.answered(channelId);
    else if (this.circuit.failed(channelId, partId, retryAfterMs))
      this.deps.alert({ kind: 'providerAway', channelId, reason: type });
  }

  /** The provider will take nothing from this channel until somebody mends it. */
  async stop(channelId: string, reason: string): Promise<void> {
    this.pausedUntil.set(channelId, this.deps.clock() + PROBE_EVERY_MS);
    if (await this.deps.ledger.stop(channelId, reason))
      this.deps.alert({ kind: 'channelStopped', channelId, reason });
  }
}
