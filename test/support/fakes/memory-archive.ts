import { createConfigurationActivities } from '../../../activities/configuration';
import type { ConversationActivities, OpeningFacts, SealArchive } from '../../../activities/types';
import type { ChannelSettings } from '../../../domain/channel/settings';
import type { Projection } from '../../../domain/conversation/projection';
import type { TimelineActivity } from '../../../domain/conversation/timeline-activity';
import type { WaitEstimate } from '../../../domain/routing/wait';
import { hashOf } from '../../../infra/mongo/archive-documents';
import type { AppendBatch, ArchiveVerdict, StoredResource } from '../../../infra/stores';
import type { PlaceTaken, TakePlace } from '../../../workflows/routing/messages';

/**
 * The archive's activities over memory, for workflow tests in virtual time. `down` makes every call fail as an outage does.
 * The real ones are tested against MongoDB in test/activities.
 */
export class MemoryArchive implements ConversationActivities {
  readonly entries = new Map<string, TimelineActivity[]>();
  readonly projections = new Map<string, Projection>();
  readonly channels = new Map<string, ChannelSettings>();
  /** Configured objects by `{resource}/{id}`, as the activities that read them see them. */
  readonly configured = new Map<string, Readonly<Record<string, unknown>>>();
  readonly openings = new Map<string, Partial<OpeningFacts>>();
  readonly batches: number[] = [];
  /** The real ones, over the maps above. */
  private readonly configuration = createConfigurationActivities({
    config: {
      settings: async (channelId) => {
        this.mayFail();
        return this.channels.get(channelId) ?? null;
      },
      get: async (resource, id) => {
        this.mayFail();
        return (this.configured.get(`${resource}/${id}`) ?? null) as StoredResource | null;
      },
    },
  });
  readonly loadChannel = this.configuration.loadChannel;
  readonly loadRequestFacts = this.configuration.loadRequestFacts;
  /** Event keys by the conversation that has them. */
  private readonly keys = new Map<string, string>();
  down = false;
  /** Nothing can be archived or verified; what runs read is known to their process. */
  writesFail = false;
  /** Calls that write or verify, those that failed as well. */
  attempts = 0;

  async loadOpening({ customerId }: { readonly customerId: string }): Promise<OpeningFacts> {
    this.mayFail();
    const customer = { id: customerId, name: null, anonymous: true, labelPriority: null };
    return {
      customer,
      mergedInto: null,
      liveIn: null,
      previous: null,
      ...this.openings.get(customerId),
    };
  }
  async findArchived({
    keys,
    except,
  }: {
    readonly keys: readonly { readonly channelId: string; readonly eventKey: string }[];
    readonly except?: string;
  }): Promise<readonly string[]> {
    this.mayFail();
    return keys
      .filter(({ channelId, eventKey }) => {
        const conversationId = this.keys.get(`${channelId} ${eventKey}`);
        return conversationId !== undefined && conversationId !== except;
      })
      .map(({ eventKey }) => eventKey);
  }
  async appendTimeline({
    conversationId,
    head,
    entries,
    projection,
  }: AppendBatch): Promise<string> {
    this.mayWrite();
    const kept = this.of(conversationId).slice(0, head.seq); // what a lost attempt left above the head is written anew
    let { hash } = head;
    for (const { entry, channelId, eventKey } of entries) {
      if (entry.seq !== kept.length + 1)
        throw new Error(`entry ${entry.seq} does not follow ${kept.length}`);
      kept.push(entry);
      if (channelId && eventKey) this.keys.set(`${channelId} ${eventKey}`, conversationId);
      hash = hashOf(hash, entry);
    }
    this.entries.set(conversationId, kept);
    this.projections.set(conversationId, projection);
    this.batches.push(entries.length);
    return hash;
  }
  /** News that conversations had for routing, in order. */
  readonly routingNews: { readonly name: string; readonly payload: unknown }[] = [];
  async tellRouting({
    signals,
  }: Parameters<ConversationActivities['tellRouting']>[0]): Promise<void> {
    this.routingNews.push(...signals);
  }
  /** Every agent who is named is free in these tests. */
  async takePlace({ taskId }: TakePlace): Promise<PlaceTaken> {
    return { taskId, offerExpiresAt: null };
  }
  /** What routing says of a wait; nobody routes in these tests. */
  wait: WaitEstimate | null = null;
  async estimateWait(): Promise<WaitEstimate | null> {
    return this.wait;
  }
  async verifyArchive({ conversationId, head }: SealArchive): Promise<ArchiveVerdict> {
    this.mayWrite();
    const ok = this.of(conversationId).length === head.seq;
    return { ok, missing: ok ? [] : [head.seq], wrong: [] };
  }

  of(conversationId: string): readonly TimelineActivity[] & TimelineActivity[] {
    return this.entries.get(conversationId) ?? [];
  }
  /** The chain head over a conversation's first `count` entries, computed anew. */
  headOf(conversationId: string, count: number): string {
    return this.of(conversationId).slice(0, count).reduce(hashOf, conversationId);
  }
  /** Conversations in the order of their first entry. */
  get conversationIds(): readonly string[] {
    return [...this.entries.keys()];
  }

  /** Waits until a conversation is closed and sealed. */
  async sealed(conversationId: string): Promise<void> {
    const patience = Date.now() + 120_000;
    while (this.of(conversationId).at(-1)?.data?.['to'] !== 'CLOSED') {
      if (Date.now() > patience) throw new Error(`${conversationId} is not sealed`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** As plain functions, as a worker takes them. */
  activities(): ConversationActivities {
    return {
      loadOpening: (input) => this.loadOpening(input),
      loadChannel: (input) => this.loadChannel(input),
      loadRequestFacts: this.loadRequestFacts,
      findArchived: (input) => this.findArchived(input),
      appendTimeline: (input) => this.appendTimeline(input),
      tellRouting: (input) => this.tellRouting(input),
      takePlace: (input) => this.takePlace(input),
      estimateWait: () => this.estimateWait(),
      verifyArchive: (input) => this.verifyArchive(input),
    };
  }

  private mayWrite(): void {
    this.attempts += 1;
    this.mayFail();
    if (this.writesFail) throw new Error('the archive takes nothing in this test');
  }
  private mayFail(): void {
    if (this.down) throw new Error('the archive is down in this test');
  }
}
