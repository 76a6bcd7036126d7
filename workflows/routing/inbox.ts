import type { RoutingEvent } from '../../domain/routing/events';
import type { RoutingDecided } from '../../domain/routing/routing';
import type { RoutingRun } from './routing-run';

/** Something that arrived. `configured` comes without its configuration, which is read when its turn has come. */
export interface Arrival {
  readonly event: RoutingEvent | { readonly type: 'configured' };
  /** Of an update: tells its caller. */
  readonly answer?: (decided: RoutingDecided, run: RoutingRun) => void;
}

/** What signals and updates brought, in the order of their arrival. */
export class RoutingInbox {
  private arrivals: Arrival[];
  /** Updates taken in by this run. */
  updates = 0;

  constructor(facts: readonly RoutingEvent[]) {
    this.arrivals = facts.map((event) => ({ event }));
  }

  tell(event: Arrival['event']): void {
    // Several changes of configuration in a row are read once.
    const last = this.arrivals.at(-1)?.event.type;
    if (event.type === 'configured' && last === 'configured') return;
    this.arrivals.push({ event });
  }

  ask<T>(
    event: RoutingEvent,
    answerOf: (decided: RoutingDecided, run: RoutingRun) => T,
  ): Promise<T> {
    this.updates += 1;
    return new Promise((resolve, reject) => {
      const answer = (decided: RoutingDecided, run: RoutingRun) => {
        try {
          resolve(answerOf(decided, run));
        } catch (error) {
          reject(error);
        }
      };
      this.arrivals.push({ event, answer });
    });
  }

  get empty(): boolean {
    return this.arrivals.length === 0;
  }
  shift(): Arrival | undefined {
    return this.arrivals.shift();
  }
  /** Facts that still wait, for continue-as-new; a change of configuration is read by the next run anyway. */
  get facts(): readonly RoutingEvent[] {
    return this.arrivals.flatMap(({ event }) =>
      event.type === 'configured' ? [] : [event as RoutingEvent],
    );
  }
}
