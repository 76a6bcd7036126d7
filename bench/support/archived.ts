import { MongoClient } from 'mongodb';
import { pause, until } from './api';
import type { Instance } from './instance';

const PATIENCE_MS = 180_000;
const LOOK_MS = 4;

/** Waits until `count` messages whose provider ids begin with `prefix` are archived. @returns the backlog at first, and the seconds that it took */
export async function untilArchived(
  { mongoUri }: Instance,
  prefix: string,
  count: number,
): Promise<{ readonly backlog: number; readonly seconds: number; readonly archived: number }> {
  const mongo = await MongoClient.connect(mongoUri);
  const mine = { channelId: 'bench', providerMessageId: { $regex: `^${prefix}` } };
  const look = () => mongo.db().collection('timeline').countDocuments(mine);
  const begun = performance.now();
  let seen = await look();
  const backlog = count - seen;
  while (seen < count && performance.now() - begun < PATIENCE_MS) {
    await pause(50);
    seen = await look();
  }
  await mongo.close();
  return { backlog, seconds: (performance.now() - begun) / 1000, archived: seen };
}

/** Looks at the archive of one installation, often. */
export interface ArchiveWatch {
  /** Until a conversation of a customer has so many messages there. */
  untilHolds(customerId: string, messages: number): Promise<void>;
  close(): Promise<void>;
}

export async function watchArchive({ mongoUri }: Instance): Promise<ArchiveWatch> {
  const mongo = await MongoClient.connect(mongoUri);
  const conversations = mongo.db().collection('conversations');
  return {
    async untilHolds(customerId, messages) {
      const mine = { customerId, 'projection.counters.messages': { $gte: messages } };
      await until(() => conversations.findOne(mine, { projection: { _id: 1 } }), LOOK_MS);
    },
    close: () => mongo.close(),
  };
}
