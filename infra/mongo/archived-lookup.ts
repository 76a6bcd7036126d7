import type { Collection } from 'mongodb';
import type { TimelineDocument } from './collections';

/** Keys of one query. */
const BATCH = 200;

interface Asked {
  readonly channelId: string;
  readonly by: 'eventKey' | 'providerMessageId';
  readonly key: string;
  readonly resolve: (archived: boolean) => void;
  readonly reject: (error: unknown) => void;
}
export type IsArchived = (
  channelId: string,
  eventKey: string,
  providerMessageId: string | null,
) => Promise<boolean>;

/**
 * Looks keys up in the archive's unique indexes. Every inbound message asks, so those that ask while a query is under way share the
 * next one: a busy process makes few queries, an idle one answers at once.
 */
export function createArchivedLookup(timeline: Collection<TimelineDocument>): IsArchived {
  let waiting: Asked[] = [];
  let asking = false;

  async function ask(): Promise<void> {
    asking = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      await Promise.all(groupsOf(batch).map(answer));
    }
    asking = false;
  }

  /** Never throws: whoever asked is told. */
  async function answer(group: readonly [Asked, ...Asked[]]): Promise<void> {
    const [{ channelId, by }] = group;
    try {
      const keys = group.map(({ key }) => key);
      const found = await timeline
        .find(
          { channelId, [by]: keys.length === 1 ? keys[0] : { $in: keys } },
          { projection: { _id: 0, [by]: 1 } },
        )
        .toArray();
      const archived = new Set(found.map((document) => document[by]));
      for (const { key, resolve } of group) resolve(archived.has(key));
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  return (channelId, eventKey, providerMessageId) =>
    new Promise((resolve, reject) => {
      // A copy of a message has its id, whatever its event key.
      const by = providerMessageId === null ? 'eventKey' : 'providerMessageId';
      waiting.push({ channelId, by, key: providerMessageId ?? eventKey, resolve, reject });
      if (!asking) void ask(); // never throws
    });
}

function groupsOf(batch: readonly Asked[]): (readonly [Asked, ...Asked[]])[] {
  const groups = new Map<string, [Asked, ...Asked[]]>();
  for (const asked of batch) {
    const name = `${asked.by} ${asked.channelId}`;
    const group = groups.get(name);
    if (group) group.push(asked);
    else groups.set(name, [asked]);
  }
  return [...groups.values()];
}
