import type { TimelineActivity } from '../../../domain/conversation/timeline-activity';
import { mergeReports } from '../../../domain/message/delivery';
import type { ModelEngine } from './engine';

type Timelines = readonly (readonly TimelineActivity[])[];

/** Entries within which a conversation knows what it said of a message before (domain.md section 15). */
const RECENT = 40;
/** What a part is said to be: the first of these that anybody reported. */
const STRONGEST = ['READ', 'DELIVERED', 'FAILED', 'SENT', 'ACCEPTED'] as const;

/** What must be true of news of deliveries: it changes what is known of its part, and nothing that was said. */
export class NewsReference {
  constructor(private readonly engine: ModelEngine) {}

  violations(timelines: Timelines): string[] {
    return [...this.states(), ...this.notifications(timelines)];
  }

  /** How many entries each conversation has, to be handed to {@link onlyFailuresSince}. */
  get lengths(): ReadonlyMap<string, number> {
    const timelines = this.engine.archive.timelines();
    return new Map([...timelines].map(([id, { length }]) => [id, length]));
  }
  /** A receipt has been taken: at most that a message failed is on a timeline now. */
  onlyFailuresSince(before: ReadonlyMap<string, number>): string[] {
    return [...this.engine.archive.timelines()].flatMap(([id, entries]) =>
      entries
        .slice(before.get(id) ?? 0)
        .filter(({ type }) => type !== 'MESSAGE_DELIVERY_NOTIFICATION')
        .map(({ type, seq }) => `phantom: ${type} ${id}:${seq} of a receipt`),
    );
  }

  /** The strongest of what came, in whatever order it came. */
  private states(): string[] {
    const { ledger } = this.engine.provider;
    return [...ledger.parts].flatMap((part) => {
      const reports = ledger.reportsOf(part);
      const came = new Set(reports.map(({ state }) => state));
      const should = STRONGEST.find((state) => came.has(state)) ?? 'PENDING';
      const { state } = ledger.viewOf(part);
      const backwards = mergeReports([...reports].reverse()).state;
      return [state, backwards]
        .filter((is) => is !== should)
        .map((is) => `divergent: ${part} is ${is} of ${[...came]}`);
    });
  }

  /** That a message failed is said once, and only of one that did. */
  private notifications(timelines: Timelines): string[] {
    const { ledger, policies } = this.engine.provider;
    return timelines.flatMap((entries) => {
      const said = new Map<string, number>();
      return entries.flatMap(({ type, seq, data }) => {
        if (type !== 'MESSAGE_DELIVERY_NOTIFICATION' || data?.['state'] !== 'FAILED') return [];
        const messageId = String(data['messageId']);
        if (!policies.has(messageId)) return []; // it never was on its way
        const before = said.get(messageId);
        said.set(messageId, seq);
        const failed = ledger.reportsOf(`${messageId}-1`).some(({ state }) => state === 'FAILED');
        return [
          ...(before !== undefined && seq - before < RECENT
            ? [`duplicate: ${messageId} failed at ${before} and ${seq}`]
            : []),
          ...(failed ? [] : [`phantom: ${messageId} failed, says ${seq}`]),
        ];
      });
    });
  }
}
