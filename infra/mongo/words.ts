import type { TimelineActivity } from '../../domain/conversation/timeline-activity';

/** Words kept of one conversation, and characters of one word: a transcript is found by what it says, not by its bulk. */
export const WORDS_LIMIT = 5000;
const WORD_LENGTH = 64;

/** The words of a text as search compares them: lower case, without accents, in any script. */
export function wordsOf(text: string): readonly string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain
    .split(/[^\p{L}\p{N}]+/u)
    .flatMap((word) => (word === '' ? [] : [word.slice(0, WORD_LENGTH)]));
}

/** What of an entry a transcript search finds: what was said and noted. */
export function textOf({
  type,
  body,
  data,
}: Pick<TimelineActivity, 'type' | 'body' | 'data'>): string {
  if (type === 'NOTE_ADDED') return String(data?.['text'] ?? '');
  if (!body || !SAID.has(type)) return '';
  return SEARCHED_FIELDS.map((field) => (body as Readonly<Record<string, unknown>>)[field])
    .filter((value) => typeof value === 'string')
    .join(' ');
}

const SAID: ReadonlySet<string> = new Set([
  'CUSTOMER_MESSAGE',
  'BOT_MESSAGE',
  'AGENT_MESSAGE',
  'SYSTEM_MESSAGE',
  'MESSAGE_EDITED',
  'WHISPER_MESSAGE',
]);
const SEARCHED_FIELDS = ['text', 'caption', 'subject', 'title', 'fileName'] as const;
