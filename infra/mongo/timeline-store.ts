import type { Db, Filter } from 'mongodb';
import { immutableMembers } from '../../domain/archive/chain';
import { mediaIdsOf } from '../../domain/message/media-ids';
import { type MediaView, pendingMedium } from '../../domain/message/media-state';
import type { ArchivedEntry, DeliveryStore, MediaStore, TimelineStore } from '../stores';
import { createArchivedLookup } from './archived-lookup';
import { conversationsOf, type TimelineDocument, timelineOf } from './collections';

export interface TimelineDeps {
  readonly deliveries: Pick<DeliveryStore, 'of'>;
  readonly media: Pick<MediaStore, 'views'>;
  /** The customer and those merged into them. */
  readonly historyOf: (customerId: string) => Promise<readonly string[]>;
}

/** The reading side of the archive: entries with what changed later about them (delivery, reactions, edit, deletion) joined. */
export function createTimelineStore(
  db: Db,
  { deliveries, media, historyOf }: TimelineDeps,
): TimelineStore {
  const timeline = timelineOf(db);
  const conversations = conversationsOf(db);

  return { read, readOfSessions, find, messagesBefore, isArchived: createArchivedLookup(timeline) };

  async function read(
    conversationId: string,
    after: number,
    limit: number,
  ): Promise<readonly ArchivedEntry[]> {
    return decorate(await page({ conversationId, seq: { $gt: after } }, limit));
  }

  async function readOfSessions(
    customerId: string,
    channelId: string,
    after: { readonly conversationId: string; readonly seq: number } | null,
    limit: number,
  ): Promise<readonly ArchivedEntry[]> {
    const documents: TimelineDocument[] = [];
    const from = after ? await conversations.findOne({ _id: after.conversationId }) : null;
    const later = from
      ? {
          $or: [
            { createdAt: { $gt: from.createdAt } },
            { createdAt: from.createdAt, _id: { $gte: from._id } },
          ],
        }
      : {};
    const chats = conversations
      .find({
        customerId: { $in: [...(await historyOf(customerId))] },
        channelIds: channelId,
        ...later,
      })
      .sort({ createdAt: 1, _id: 1 });
    for await (const { _id, sessionChannels } of chats) {
      const seq = _id === after?.conversationId ? after.seq : 0;
      const sessions = sessionsOn(channelId, sessionChannels);
      const ofChannel = {
        conversationId: _id,
        seq: { $gt: seq },
        channelSessionId: { $in: [...sessions, null] },
      };
      documents.push(...(await page(ofChannel, limit - documents.length)));
      if (documents.length >= limit) break;
    }
    return decorate(documents);
  }

  async function find(conversationId: string, messageId: string): Promise<ArchivedEntry | null> {
    const document = await timeline.findOne({ conversationId, id: messageId });
    if (!document) return null;
    const [entry] = await decorate([document]);
    return entry ?? null;
  }

  async function messagesBefore(
    conversationId: string,
    seq: number,
    limit: number,
  ): Promise<readonly ArchivedEntry[]> {
    const newest = await timeline
      .find({ conversationId, seq: { $lt: seq }, type: { $in: [...SAID] } })
      .sort({ seq: -1 })
      .limit(limit)
      .toArray();
    return decorate(newest.reverse());
  }

  function page(filter: Filter<TimelineDocument>, limit: number): Promise<TimelineDocument[]> {
    return timeline.find(filter).sort({ seq: 1 }).limit(limit).toArray();
  }

  async function decorate(
    documents: readonly TimelineDocument[],
  ): Promise<readonly ArchivedEntry[]> {
    const messages = documents.filter(({ id }) => id.startsWith('msg_')).map(({ id }) => id);
    if (messages.length === 0) return documents.map((document) => toArchived(document));
    const outbound = documents.filter(({ type }) => OUTBOUND.has(type)).map(({ id }) => id);
    const mediaIds = documents.flatMap((document) => document.mediaIds ?? []);
    const [followUps, views, mediaViews] = await Promise.all([
      timeline
        .find({
          'data.messageId': { $in: messages },
          type: { $in: ['MESSAGE_REACTED', 'MESSAGE_EDITED', 'MESSAGE_DELETED'] },
        })
        .sort({ at: 1, seq: 1 })
        .toArray(),
      outbound.length > 0 ? deliveries.of(outbound) : new Map(),
      mediaIds.length > 0 ? media.views(mediaIds) : new Map<string, MediaView>(),
    ]);
    return documents.map((document) => ({
      ...toArchived(
        document,
        followUps.filter(({ data }) => data?.['messageId'] === document.id),
        mediaViews,
      ),
      delivery: views.get(document.id) ?? null,
    }));
  }
}

/**
 * The entry as views show it, `delivery` not yet joined. `followUps`: those about it, oldest first. `media`: what is known of its
 * media, PENDING where nothing is.
 */
export function toArchived(
  document: TimelineDocument,
  followUps: readonly TimelineDocument[] = [],
  media: ReadonlyMap<string, MediaView> = new Map(),
): ArchivedEntry {
  const edit = followUps.findLast(({ type }) => type === 'MESSAGE_EDITED');
  return {
    ...immutableMembers(document),
    hash: document.hash,
    delivery: null,
    reactions: reactionsOf(followUps),
    edit: edit ? { body: edit.body, at: edit.at } : null,
    deletedAt: followUps.find(({ type }) => type === 'MESSAGE_DELETED')?.at ?? null,
    media: mediaIdsOf(document.body).map((id) => media.get(id) ?? pendingMedium(id)),
    erasedAt: document.erasedAt ?? null,
  };
}

/** What people and bots said to one another: no notices, notes or whispers. */
const SAID = ['CUSTOMER_MESSAGE', 'BOT_MESSAGE', 'AGENT_MESSAGE'] as const;
const OUTBOUND: ReadonlySet<string> = new Set(['BOT_MESSAGE', 'AGENT_MESSAGE', 'SYSTEM_MESSAGE']);

/** One per actor, the newest wins; an empty emoji takes it back (domain.md 8.3). */
function reactionsOf(followUps: readonly TimelineDocument[]): ArchivedEntry['reactions'] {
  const byActor = new Map<string, ArchivedEntry['reactions'][number]>();
  for (const { type, actor, data } of followUps) {
    if (type !== 'MESSAGE_REACTED') continue;
    byActor.delete(`${actor.type}:${actor.id}`);
    const emoji = data?.['emoji'];
    if (typeof emoji === 'string' && emoji !== '')
      byActor.set(`${actor.type}:${actor.id}`, { emoji, actor });
  }
  return [...byActor.values()];
}

function sessionsOn(channelId: string, sessionChannels: readonly string[]): readonly string[] {
  return sessionChannels
    .filter((pair) => pair.endsWith(` ${channelId}`))
    .map((pair) => pair.slice(0, -channelId.length - 1));
}
