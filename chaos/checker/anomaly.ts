/** The words of reliability, and nothing vaguer. */
export const WORDS = [
  'lost',
  'duplicate',
  'phantom',
  'skipped',
  'reordered',
  'unseen',
  'divergent',
  'double-open',
  'over-capacity',
  'double-offer',
  'undeclared',
  'limbo',
  'stuck',
  'spinning',
  'illegal',
  'early',
  'twice-fired',
  'leak',
  'unbounded',
] as const;
export type Word = (typeof WORDS)[number];

/** `at`: conversation id with seq, or key. `records`: the two that disagree. */
export interface Anomaly {
  readonly word: Word;
  readonly at: string;
  readonly records: readonly [unknown, unknown];
}

export function anomaly(word: Word, at: string, one: unknown, other: unknown = null): Anomaly {
  return { word, at, records: [one, other] };
}

export function printed({ word, at, records }: Anomaly): string {
  const [one, other] = records.map((record) => JSON.stringify(record)?.slice(0, 400));
  return `${word} ${at}: ${one}${other === 'null' ? '' : ` | ${other}`}`;
}
