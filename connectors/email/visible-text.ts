/** Where what is quoted begins: the line that mail programs write above it. */
const QUOTE_HEADS = [
  /^-{2,}\s*(original message|ursprüngliche nachricht|message d.origine|mensaje original|originalna poruka|forwarded message)\s*-{2,}$/i,
  /^_{20,}$/,
  /^(on|am|le|el|dana|il|op|em)\s.{4,200}(wrote|schrieb|a écrit|escribió|napisao|napisala|ha scritto|schreef|escreveu)\s*.{0,100}:$/i,
];
const HEADER_LINE = /^\*?(from|von|de|od|da|van)\s?:\*?\s.+/i;
const SENT_LINE =
  /^\*?(sent|date|gesendet|datum|envoyé|enviado|poslano|inviato|verzonden)\s?:\*?\s.+/i;

/**
 * What the sender wrote now: the text without quoted earlier mails and signature. The whole text where nothing else would be left.
 * Deterministic; an answer below or between quotes stays whole.
 */
export function visibleText(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const end = quoteStart(lines);
  const kept = trimQuotes(withoutSignature(lines.slice(0, end)));
  const visible = kept.join('\n').trim();
  return visible === '' ? text.trim() : visible;
}

/** Index of the first line of a quoted mail; the number of lines when there is none. */
function quoteStart(lines: readonly string[]): number {
  for (let index = 0; index < lines.length; index += 1) {
    const line = (lines[index] ?? '').trim();
    // Some programs break the line above a quote in two.
    const joined = `${line} ${(lines[index + 1] ?? '').trim()}`.trim();
    const isHead = QUOTE_HEADS.some((head) => head.test(line) || head.test(joined));
    const isHeaderBlock = HEADER_LINE.test(line) && SENT_LINE.test((lines[index + 1] ?? '').trim());
    if ((isHead || isHeaderBlock) && !answersBelow(lines.slice(index + 1))) return index;
  }
  return lines.length;
}

/** Among quoted lines somebody wrote more: an answer between the lines. */
function answersBelow(lines: readonly string[]): boolean {
  const first = lines.findIndex((line) => line.startsWith('>'));
  if (first < 0) return false;
  return withoutSignature(lines.slice(first)).some(
    (line) => !line.startsWith('>') && line.trim() !== '',
  );
}

/** RFC 3676 4.3: `-- ` alone on a line. */
function withoutSignature(lines: readonly string[]): readonly string[] {
  const at = lines.indexOf('-- ');
  return at < 0 ? lines : lines.slice(0, at);
}

/** Quoted lines at the end. */
function trimQuotes(lines: readonly string[]): readonly string[] {
  let end = lines.length;
  while (end > 0 && /^\s*(>.*)?$/.test(lines[end - 1] ?? '')) end -= 1;
  return lines.slice(0, end);
}
