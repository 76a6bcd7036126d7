import type { PendingEntry } from '../../../domain/conversation/model';
import type { TimelineActivity } from '../../../domain/conversation/timeline-activity';

/** Timelines as an archive keeps them: in order, each key once. While it is down entries wait where they were made. */
export class ModelArchive {
  private readonly kept = new Map<string, TimelineActivity[]>();
  private readonly waiting = new Map<string, PendingEntry[]>();
  private readonly keys = new Map<string, string>();
  private down = false;

  /** Told what must never happen. */
  constructor(private readonly say: (what: string) => void) {}

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
  /** All that was recorded, archived or not, by conversation in the order of their beginnings. */
  timelines(): ReadonlyMap<string, readonly TimelineActivity[]> {
    const all = new Map<string, readonly TimelineActivity[]>();
    for (const [id, waiting] of this.waiting)
      all.set(id, [...(this.kept.get(id) ?? []), ...waiting.map(({ entry }) => entry)]);
    return all;
  }

  private flush(conversationId: string): void {
    const kept = this.kept.get(conversationId) ?? [];
    for (const { entry, channelId, eventKey } of this.waiting.get(conversationId) ?? []) {
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
