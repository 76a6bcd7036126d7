import { createHash } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import type { MailboxPosition, MailboxPositions, ReadMailbox } from '../mailbox-positions';

/** `_id` is a digest, so that no user name is kept here. */
interface PositionDocument extends MailboxPosition {
  readonly _id: string;
  readonly channelId: string;
}

export function createMailboxPositions(db: Db, now: () => Date): MailboxPositions {
  const positions: Collection<PositionDocument> = db.collection('mailbox_positions');
  return {
    async enter(mailbox, uidValidity) {
      const _id = keyOf(mailbox);
      const { channelId } = mailbox;
      const since = now().toISOString();
      await positions.updateOne(
        { _id },
        { $setOnInsert: { channelId, since, uidValidity, lastUid: 0 } },
        { upsert: true },
      );
      await positions.updateOne(
        { _id, uidValidity: { $ne: uidValidity } },
        { $set: { uidValidity, lastUid: 0 } },
      );
      const found = await positions.findOne({ _id });
      return found ?? { since, uidValidity, lastUid: 0 };
    },
    async advance(mailbox, uidValidity, uid) {
      await positions.updateOne({ _id: keyOf(mailbox), uidValidity }, { $max: { lastUid: uid } });
    },
  };
}

function keyOf({ channelId, host, port, user, mailbox }: ReadMailbox): string {
  const parts = [channelId, host.toLowerCase(), port, user, mailbox];
  return createHash('sha256').update(parts.join('\0')).digest('base64url');
}
