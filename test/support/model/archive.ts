import type { PendingEntry } from '../../../domain/conversation/model';
import type { TimelineActivity } from '../../../domain/conversation/timeline-activity';
import { markedRepeat } from '../../../infra/mongo/archive-documents';

/** Timelines as an archive keeps them: in order, each key once. While it is down entries wait where they were made. */
export class ModelArchive {
  private readonly kept = new Map<string, TimelineActivity[]>();
  private readonly waiting = new Map<string, PendingEntry[]>();
  private readonly keys = new Map<string, string>();
  private readonly sealed = new Set<string>();
  private readonly blanked = new Set<string>();
  private down = false;

  /**
   * @param say told what must never happen
   * @param isErased whether a conversation is of a customer who was erased
   */
  constructor(
    private readonly say: (what: string) => void,
    private readonly isErased: (conversationId: string) => boolean,
  ) {}

  get isDown(): boolean {
    return this.down;
  }
  goes(down: boolean): void {
    this.down = down;
    if (!down) for (const id of this.waiting.keys()) this.flush(id);
  }
  add(conversationId: string, entries: readonly PendingEntry[]): void {
    const waiting = this.waiting.get(conversationId) ?? [];
    this.waiting.set(conversationId, [...waiting, ...entries]);
    if (!this.down) this.flush(conversationId);
  }
  /** Of the conversation that has it. */
  homeOfKey(channelId: string, eventKey: string): string | undefined {
    return this.keys.get(`${channelId} ${eventKey}`);
  }
  hasKey(channelId: string, eventKey: string): boolean {
    return this.keys.has(`${channelId} ${eventKey}`);
  }
  /** The last number that is archived. */
  seqOf(conversationId: string): number {
    return this.kept.get(conversationId)?.length ?? 0;
  }
  isWhole(conversationId: string): boolean {
    return (this.waiting.get(conversationId)?.length ?? 0) === 0;
  }
  /** Conversations of which something is archived. */
  get archived(): readonly string[] {
    return [...this.kept.keys()].filter((id) => this.seqOf(id) > 0);
  }
  isSealed(conversationId: string): boolean {
    return this.sealed.has(conversationId);
  }
  /** Takes what was said and who it was from what is archived (domain.md 11.5); keys of events stay. */
  blank(conversationId: string): void {
    const nothing = { body: null, data: null, replyTo: null, providerMessageId: null };
    const entries = (this.kept.get(conversationId) ?? []).map((entry) => ({
      ...entry,
      ...nothing,
      actor: { ...entry.actor, name: null },
    }));
    this.kept.set(conversationId, entries);
    this.blanked.add(conversationId);
  }
  isBlank(conversationId: string): boolean {
    return this.blanked.has(conversationId);
  }
  /** All that was recorded, archived or not, by conversation in the order of their beginnings. */
  timelines(): ReadonlyMap<string, readonly TimelineActivity[]> {
    const all = new Map<string, readonly TimelineActivity[]>();
    for (const [id, waiting] of this.waiting)
      all.set(id, [...(this.kept.get(id) ?? []), ...waiting.map(({ entry }) => entry)]);
    return all;
  }

  /**
   * The event may have been archived when its customer was another, who was erased while it was on its way: it is marked as the product
   * marks it. Any other repeat is a fault.
   */
  private asArchived(conversationId: string, pending: PendingEntry): PendingEntry {
    const home = this.keys.get(`${pending.channelId} ${pending.eventKey}`);
    const passed = [home ?? '', conversationId].some((id) => this.isErased(id));
    return home !== undefined && passed ? markedRepeat(pending, home) : pending;
  }

  private flush(conversationId: string): void {
    const kept = this.kept.get(conversationId) ?? [];
    for (const pending of this.waiting.get(conversationId) ?? []) {
      const { entry, channelId, eventKey } = this.asArchived(conversationId, pending);
      if (entry.data?.['to'] === 'CLOSED') this.sealed.add(conversationId);
      if (entry.seq !== kept.length + 1)
        this.say(`skipped: ${conversationId}:${entry.seq} after ${kept.length}`);
      kept.push(entry);
      if (!channelId || !eventKey) continue;
      const key = `${channelId} ${eventKey}`;
      if (this.keys.has(key)) this.say(`duplicate: ${key} in ${conversationId}`);
      this.keys.set(key, conversationId);
    }
    this.kept.set(conversationId, kept);
    this.waiting.set(conversationId, []);
  }
}
