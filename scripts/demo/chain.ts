import { createHash } from 'node:crypto';

/** What the chain covers (domain.md 8.1, 11 rule 2): everything about an entry that never changes. */
const COVERED = [
  'conversationId',
  'seq',
  'id',
  'type',
  'at',
  'sentAt',
  'actor',
  'channelSessionId',
  'body',
  'data',
  'replyTo',
  'providerMessageId',
] as const;

export interface Transcript {
  readonly conversationId: string;
  readonly items: readonly ({ readonly seq: number; readonly hash: string } & Record<
    string,
    unknown
  >)[];
  readonly headHash: string;
}

/** Computes the hash chain of a transcript again, without a line of Parley's own code. Answers the first `seq` that does not fit, null when all do. */
export function brokenAt({ conversationId, items, headHash }: Transcript): number | null {
  let previous = conversationId;
  for (const [index, entry] of items.entries()) {
    const covered = Object.fromEntries(
      COVERED.filter((name) => entry[name] !== null && entry[name] !== undefined).map((name) => [
        name,
        entry[name],
      ]),
    );
    const hash = createHash('sha256')
      .update(previous + canonical(covered))
      .digest('hex');
    if (hash !== entry.hash || entry.seq !== index + 1) return entry.seq;
    previous = hash;
  }
  return previous === headHash ? null : items.length;
}

/** RFC 8785: sorted keys, no spaces; JavaScript writes numbers and text as it asks. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
