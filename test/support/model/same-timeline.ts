import type { ConversationName } from './acts';

type Timelines = ReadonlyMap<ConversationName, readonly object[]>;

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
/** Ids that each level makes for itself; those of messages that a caller names are the same on both. */
const ID = /\b(?:cnv|ses|tsk|evt|msg)_[A-Za-z0-9.-]+/g;
const GIVEN = /^msg_(?:in-|out)/;
const RUN = /_run\d+/g;

/**
 * Timelines as both levels must have them, one line for each entry. Everything is compared save what cannot be the same:
 * - times, which go at the pace of the machine at level 2: each is `<time>`;
 * - ids of conversations, sessions, tasks and entries: each is named by the place where it first appears, so that what is the same must
 *   be the same, and what is different different;
 * - the hash of the seal, which is over those: `<hash>`. That it is right the archive's own tests say.
 */
export function comparable(timelines: Timelines): readonly string[] {
  const names = new Map<string, string>();
  const nameOf = (id: string): string => {
    if (GIVEN.test(id)) return id;
    const kind = id.slice(0, 3);
    const known = names.get(id) ?? `${kind}#${names.size + 1}`;
    names.set(id, known);
    return known;
  };
  return [...timelines]
    .filter(([, entries]) => entries.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, entries]) =>
      entries.map((entry) => {
        const line = JSON.stringify(entry, (key, value) => (key === 'headHash' ? '<hash>' : value));
        return `${name} ${line.replace(RUN, '').replace(TIME, '<time>').replace(ID, nameOf)}`;
      }),
    );
}
