import type { Db } from 'mongodb';
import { closingWorkflowId } from '../../domain/ids';
import type { MediaStore } from '../stores';
import type { DueConversation, DuePosition, RetentionStore } from '../stores/privacy';
import { type ConversationDocument, conversationsOf } from './collections';
import { createConversationBlanking } from './conversation-blanking';

export function createRetentionStore(
  db: Db,
  media: Pick<MediaStore, 'remove'>,
  now: () => Date,
): RetentionStore {
  const conversations = conversationsOf(db);
  const { blank, settle } = createConversationBlanking(db, media, now);

  return {
    blankConversation: blank,
    settleConversation: settle,

    async due(cutoffs, after, limit) {
      const channelIds = [...cutoffs.keys()].sort();
      const here = after?.channelId ?? channelIds[0];
      const cutoff = here === undefined ? undefined : cutoffs.get(here);
      // A channel that has gone or keeps everything since the last step is passed over.
      const following = channelIds.find((id) => here !== undefined && id > here);
      const onward: DuePosition | null =
        following === undefined ? null : { channelId: following, closedAt: '', id: '' };
      if (here === undefined || cutoff === undefined) return { items: [], next: onward };
      const from = { closedAt: after?.closedAt ?? '', id: after?.id ?? '' };
      const found = await conversations
        .find({
          channelIds: here,
          // A missing field equals null.
          erasedAt: null as never,
          closedAt: { $gte: from.closedAt, $lt: cutoff },
          $or: [{ closedAt: { $gt: from.closedAt } }, { _id: { $gt: from.id } }],
        })
        .hint('retention')
        .sort({ closedAt: 1, _id: 1 })
        .limit(limit)
        .toArray();
      const last = found.at(-1);
      const more =
        last?.closedAt && found.length === limit
          ? { channelId: here, closedAt: last.closedAt, id: last._id }
          : null;
      return { items: found.flatMap((each) => dueOf(each, cutoffs)), next: more ?? onward };
    },
  };
}

/** Nothing while one of its channels keeps it. */
function dueOf(
  { _id, live, closedAt, channelIds, projection }: ConversationDocument,
  cutoffs: ReadonlyMap<string, string>,
): DueConversation[] {
  const [cutoff = ''] = channelIds.map((id) => cutoffs.get(id) ?? '').sort();
  if (live || closedAt === null || closedAt >= cutoff) return [];
  const { workflowId } = projection.conversation;
  return [{ id: _id, cutoff, workflowId, ownWorkflowIds: [closingWorkflowId(_id)] }];
}
