import type { TimelineActivity } from '../../../domain/conversation/timeline-activity';
import type { ModelEngine } from './engine';
import { customerOf } from './erasure';

/** What must be true of customers who were erased, and of everybody else. */
export class PrivacyReference {
  /** By message: what was said, and to or by whom, by number. */
  private readonly said = new Map<string, { readonly text: string; readonly customer: string }>();

  constructor(private readonly engine: ModelEngine) {}

  hears(messageId: string, text: string, customer: string): void {
    if (!this.said.has(messageId)) this.said.set(messageId, { text, customer });
  }
  /** Whether everything of a conversation is to go, now or soon. */
  isErased(conversationId: string): boolean {
    return this.engine.erasures.some(({ customers }) => customers.has(customerOf(conversationId)));
  }

  isOfErased(messageId: string): boolean {
    return this.isErased(`cnv_${this.said.get(messageId)?.customer}.`);
  }

  violations(timelines: readonly (readonly TimelineActivity[])[]): string[] {
    const { erasures } = this.engine;
    return [
      ...timelines.flatMap((entries) => this.words(entries)),
      ...(erasures.length > 0 ? timelines.flatMap((entries) => this.shell(entries)) : []),
      ...(erasures.length > 0 ? this.routed() : []),
    ];
  }
  /** What has not come to its end. */
  unfinished(): string[] {
    return [
      ...this.engine.erasures
        .filter(({ done }) => !done)
        .map(({ customers }) => `stuck: the erasure of ${[...customers]}`),
      ...this.quoted(),
      ...this.linked(),
    ];
  }

  /** Nobody's words change; only those of the erased go. */
  private words(timeline: readonly TimelineActivity[]): string[] {
    const found: string[] = [];
    for (const { conversationId, id, body } of timeline) {
      const said = this.said.get(id);
      if (!said) continue;
      const text = body?.type === 'PLAIN' ? body.text : null;
      if (text === said.text || (text === null && this.isErased(conversationId))) continue;
      found.push(`divergent: ${id} says ${text}`);
    }
    return found;
  }

  /** Of whoever is erased there are shells. */
  private shell(timeline: readonly TimelineActivity[]): string[] {
    if (!this.isDone(timeline[0]?.conversationId ?? '')) return [];
    return timeline.flatMap(({ conversationId, seq, body, data, actor, ...entry }) => {
      const { replyTo, providerMessageId } = entry;
      const left = [body, data, actor.name, replyTo, providerMessageId].some((it) => it !== null);
      return left ? [`leak: ${conversationId}:${seq} has something left`] : [];
    });
  }

  /** Nobody waits, rings or works for whoever is erased; once nothing is on its way, routing knows. */
  private routed(): string[] {
    const { engine } = this;
    const open = engine.everyRun
      .filter(({ state }) => state.lastSeq > 0 && state.state !== 'CLOSED')
      .map(({ state }) => state.conversationId);
    const { waiting, agents } = engine.routing;
    const waits = [...waiting.values()].map(({ conversationId }) => conversationId);
    const works = [...agents.values()].flatMap(({ places }) => [...places.keys()]);
    return [...open, ...(engine.isAtRest ? [...waits, ...works] : [])]
      .filter((id) => this.isDone(id))
      .map((id) => `stuck: ${id} of somebody erased`);
  }

  /** What an erased customer said or heard is nowhere. */
  private quoted(): string[] {
    const all = JSON.stringify([this.entries(), [...this.engine.routing.waiting.values()]]);
    return [...this.said]
      .filter(([, { customer }]) => this.isDone(`cnv_${customer}.`))
      .filter(([, { text }]) => all.includes(`"${text}"`))
      .map(([id]) => `leak: ${id} is quoted`);
  }

  /** Nothing of another customer names the one who was there before, save that an event was archived already. */
  private linked(): string[] {
    const gone = this.engine.erasures.flatMap(({ customers }) => [...customers]);
    const others = this.entries().filter(
      ({ conversationId, type }) => type !== 'SYSTEM_ERROR' && !this.isErased(conversationId),
    );
    const all = JSON.stringify(others);
    return gone
      .filter((n) => new RegExp(`(?:cus_|cnv_|ses_|tsk_)${n}\\b`).test(all))
      .map((n) => `leak: customer ${n} is named by another`);
  }

  private isDone(conversationId: string): boolean {
    return this.engine.erasures.some(
      ({ customers, done }) => done && customers.has(customerOf(conversationId)),
    );
  }
  private entries(): readonly TimelineActivity[] {
    return [...this.engine.archive.timelines().values()].flat();
  }
}
