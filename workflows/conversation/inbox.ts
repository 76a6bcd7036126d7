import type { ConversationEvent } from '../../domain/conversation/events';
import type { Acted, Inboxed, MergeInto, MergeOutcome } from './messages';

/** Something that arrived and waits for the loop: a fact to take in, or a request whose caller waits for the answer. */
export type Arrival =
  | { readonly kind: 'fact'; readonly fact: Inboxed }
  | { readonly kind: 'command'; readonly event: ConversationEvent; readonly answer: Answer<Acted> }
  | { readonly kind: 'merge'; readonly request: MergeInto; readonly answer: Answer<MergeOutcome> };

export interface Answer<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** What signals and updates brought, in the order of their arrival. Handlers only push; the loop takes. */
export class Inbox {
  private readonly arrivals: Arrival[];
  /** Requests taken in by this run: the server allows 2,000 updates a run. */
  commands = 0;

  constructor(facts: readonly Inboxed[]) {
    this.arrivals = facts.map((fact) => ({ kind: 'fact', fact }));
  }

  tell(fact: Inboxed): void {
    this.arrivals.push({ kind: 'fact', fact });
  }
  ask(event: ConversationEvent): Promise<Acted> {
    this.commands += 1;
    return new Promise((resolve, reject) =>
      this.arrivals.push({ kind: 'command', event, answer: { resolve, reject } }),
    );
  }
  askMerge(request: MergeInto): Promise<MergeOutcome> {
    this.commands += 1;
    return new Promise((resolve, reject) =>
      this.arrivals.push({ kind: 'merge', request, answer: { resolve, reject } }),
    );
  }

  get empty(): boolean {
    return this.arrivals.length === 0;
  }
  /** Somebody waits for an answer: the run must not end before it is given. */
  get anybodyWaits(): boolean {
    return this.arrivals.some(({ kind }) => kind !== 'fact');
  }
  shift(): Arrival | undefined {
    return this.arrivals.shift();
  }
  putBack(arrival: Arrival): void {
    this.arrivals.unshift(arrival);
  }
  /** Drops waiting facts that `keep` refuses. */
  keepFacts(keep: (fact: Inboxed) => boolean): void {
    const kept = this.arrivals.filter((arrival) => arrival.kind !== 'fact' || keep(arrival.fact));
    this.arrivals.splice(0, this.arrivals.length, ...kept);
  }
  /** The facts that wait, for continue-as-new. */
  get facts(): readonly Inboxed[] {
    return this.arrivals.flatMap((arrival) => (arrival.kind === 'fact' ? [arrival.fact] : []));
  }
}
