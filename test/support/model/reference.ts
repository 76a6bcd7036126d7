import type { CustomerMessage } from '../../../domain/conversation/channel-events';
import type { TimelineActivity } from '../../../domain/conversation/timeline-activity';
import type { ModelEngine } from './engine';
import { NewsReference } from './news';
import { PrivacyReference } from './privacy';

/** A message that the api said yes to. */
interface Acknowledged {
  readonly key: string;
  readonly messageId: string;
  /** Customer and channel: the order of these messages is the client's. */
  readonly from: string;
  /** Places in the order of everything: sent after `begun`, answered at `acked`. */
  readonly begun: number;
  readonly acked: number;
}

/** Of a conversation's state (domain.md section 15 and architecture.md decision 9): those here, and those kept of what is over. */
const CAPS = { recent: 40, participants: 150, sessions: 60, tasks: 40 };

/**
 * What must be true of the engine, and no more: which messages were acknowledged, in which order, and what providers owe. It knows
 * nothing of states, timers or routing.
 */
export class Reference {
  private readonly acknowledged = new Map<string, Acknowledged>();
  private clock = 0;
  /** Customers whose messages may come in another order, since a merge handed some of them on. */
  private readonly merged = new Set<string>();

  readonly news: NewsReference;
  readonly privacy: PrivacyReference;
  private readonly seen: string[] = [];

  constructor(private readonly engine: ModelEngine) {
    this.news = new NewsReference(engine);
    this.privacy = new PrivacyReference(engine);
  }

  /** What was found while something was done. */
  notes(...found: readonly string[]): void {
    this.seen.push(...found);
  }

  /** Sent together: none was answered before another was sent. */
  acknowledges(customer: string, messages: readonly CustomerMessage[]): void {
    const begun = this.clock;
    this.clock += 1;
    for (const { eventKey: key, messageId, channelId, body } of messages) {
      if (body.type === 'PLAIN') this.privacy.hears(messageId, body.text, customer);
      const known = this.acknowledged.get(key);
      const from = `${customer} ${channelId}`;
      if (!known) this.acknowledged.set(key, { key, messageId, from, begun, acked: this.clock });
    }
    this.clock += 1;
  }
  /** Of the erased, too: what is on its way comes to whoever they were, and a repeat to whoever is there now. */
  merges(...customers: readonly string[]): void {
    for (const customer of customers) this.merged.add(customer);
  }

  /** After every command: nothing doubled, unknown or out of order, and nothing lost that is not still on its way. */
  violations(): string[] {
    const timelines = [...this.engine.archive.timelines().values()];
    return [
      ...this.seen,
      ...this.messages(timelines),
      ...this.deliveries(),
      ...this.news.violations(timelines),
      ...this.privacy.violations(timelines),
      ...this.oneOpen(timelines),
      ...this.unbounded(),
    ];
  }

  /** When nobody acts any more and every deadline has passed. */
  unfinished(): string[] {
    const { engine } = this;
    const open = engine.everyRun.filter(
      ({ state }) => state.lastSeq > 0 && state.state !== 'CLOSED',
    );
    return [
      ...open.map(({ state }) => `stuck: ${state.conversationId} is ${state.state}`),
      ...this.privacy.unfinished(),
      ...(engine.provider.idle ? [] : ['limbo: a part waits for its end']),
      ...[...engine.routing.waiting.keys()].map((id) => `stuck: ${id} waits`),
      ...[...engine.routing.agents.values()]
        .filter(({ places, ringing }) => places.size + ringing.size > 0)
        .map(({ id }) => `stuck: ${id} is at work`),
    ];
  }

  private messages(timelines: readonly (readonly TimelineActivity[])[]): string[] {
    const found: string[] = [];
    const places = new Map<string, number>();
    let rank = 0;
    for (const timeline of timelines)
      for (const [n, { seq, type, id }] of timeline.entries()) {
        if (seq !== n + 1) found.push(`skipped: ${id} has ${seq}`);
        if (type !== 'CUSTOMER_MESSAGE') continue;
        rank += 1;
        if (places.has(id) && !this.privacy.isOfErased(id)) found.push(`duplicate: ${id}`);
        places.set(id, rank);
      }
    const known = new Set([...this.acknowledged.values()].map(({ messageId }) => messageId));
    for (const id of places.keys()) if (!known.has(id)) found.push(`phantom: ${id}`);
    const onItsWay = this.onItsWay();
    for (const { messageId } of this.acknowledged.values())
      if (!places.has(messageId) && !onItsWay.has(messageId)) found.push(`lost: ${messageId}`);
    return [...found, ...this.disordered(places)];
  }

  private disordered(places: ReadonlyMap<string, number>): string[] {
    const found: string[] = [];
    const last = new Map<string, Acknowledged & { readonly rank: number }>();
    for (const message of this.acknowledged.values()) {
      const rank = places.get(message.messageId);
      if (rank === undefined || this.merged.has(message.from.split(' ')[0] ?? '')) continue;
      const before = last.get(message.from);
      if (before && before.acked <= message.begun && before.rank > rank)
        found.push(`reordered: ${message.messageId} before ${before.messageId}`);
      if (!before || before.rank < rank) last.set(message.from, { ...message, rank });
    }
    return found;
  }

  private onItsWay(): ReadonlySet<string> {
    const waiting = this.engine.homes.flatMap(({ mail, inbox }) => [...mail, ...inbox]);
    return new Set(
      waiting.flatMap((it) => (it.type === 'customerMessage' ? [it.message.messageId] : [])),
    );
  }

  /** I6: as the channel declares. */
  private deliveries(): string[] {
    const { delivered, policies, ends } = this.engine.provider;
    return [...policies].flatMap(([messageId, policy]) => {
      const times = delivered.counts.get(`${messageId}-1`) ?? 0;
      const most = policy === 'at-least-once' ? Number.POSITIVE_INFINITY : 1;
      const missing = ends.get(messageId) === 'sent' && times === 0;
      return times > most || missing ? [`undeclared: ${messageId}, ${times} times`] : [];
    });
  }

  /** I14: what is carried from run to run does not grow with what has been. */
  private unbounded(): string[] {
    return this.engine.everyRun.flatMap(({ state }) =>
      Object.entries(CAPS).flatMap(([list, cap]) => {
        const { length } = state[list as keyof typeof CAPS];
        return length > cap ? [`unbounded: ${length} ${list} of ${state.conversationId}`] : [];
      }),
    );
  }

  /** I4, from the events: a customer's next conversation begins after the change of the last to CLOSING. */
  private oneOpen(timelines: readonly (readonly TimelineActivity[])[]): string[] {
    const until = new Map<string, string>();
    return timelines.flatMap((timeline) => {
      const [first] = timeline;
      const customer = first?.conversationId.split('.')[0] ?? '';
      const closing = timeline.find(({ data }) => data?.['to'] === 'CLOSING');
      const early = first && (until.get(customer) ?? '') > first.at;
      if (first && this.engine.archive.isBlank(first.conversationId)) return []; // looked at before
      until.set(customer, closing?.at ?? '9999');
      return early ? [`double-open: ${first.conversationId}`] : [];
    });
  }
}
