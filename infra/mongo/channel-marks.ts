import type { Db } from 'mongodb';
import type { OptOut } from '../../domain/channel/consent';
import { channelStatesOf, optOutsOf, recipientKey } from './send-documents';
import { isDuplicateKey } from './unavailable';

/** What sends have learnt about a channel and its recipients. */
export interface ChannelMarks {
  /** The provider says that the recipient wants nothing more. */
  optOut(channelId: string, recipient: string): Promise<void>;
  /** Null when the recipient has not opted out, or has opted in since. */
  optOutOf(channelId: string, recipient: string): Promise<OptOut | null>;
  /** Marks the channel as stopped; true when it was not before. */
  stop(channelId: string, reason: string): Promise<boolean>;
  /** Something went out again. */
  resume(channelId: string): Promise<void>;
}

/** `at`: now, ISO UTC. */
export function createChannelMarks(db: Db, at: () => string): ChannelMarks {
  const channelStates = channelStatesOf(db);
  const optOuts = optOutsOf(db);

  async function optOut(channelId: string, recipient: string): Promise<void> {
    const _id = recipientKey(channelId, recipient);
    await optOuts.updateOne({ _id }, { $set: { at: at() } }, { upsert: true });
  }

  async function optOutOf(channelId: string, recipient: string): Promise<OptOut | null> {
    const found = await optOuts.findOne({ _id: recipientKey(channelId, recipient) });
    return found?.at ? { at: found.at, asked: found.asked ?? false } : null;
  }

  async function stop(channelId: string, reason: string): Promise<boolean> {
    try {
      const stopped = await channelStates.updateOne(
        { _id: channelId },
        { $setOnInsert: { reason, stoppedAt: at() } },
        { upsert: true },
      );
      return stopped.upsertedCount === 1;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  async function resume(channelId: string): Promise<void> {
    await channelStates.deleteOne({ _id: channelId });
  }

  return { optOut, optOutOf, stop, resume };
}
