/** Where a text is cut best: at a blank line, else a line break, else a space (connectors.md 1.8). */
const SEPARATORS = [/\r?\n(?:[ \t]*\r?\n)+/g, /\r?\n/g, /[ \t]+/g];

/**
 * A text in pieces of at most `max` UTF-16 units (the first: `firstMax`), never inside a grapheme unless that alone is too long, and
 * then between code points. No piece is blank unless the whole text is. Joined again, only separators at the cuts are missing.
 */
export function splitText(text: string, max: number, firstMax = max): readonly string[] {
  const pieces: string[] = [];
  let rest = text;
  let limit = firstMax;
  while (rest.length > limit) {
    const { end, next } = cutOf(rest, limit);
    pieces.push(rest.slice(0, end));
    rest = rest.slice(next);
    limit = max;
  }
  pieces.push(rest);
  const said = pieces.filter(isSaid);
  return said.length > 0 ? said : pieces.slice(0, 1);
}

/** The longest beginning of `text` within `max` UTF-16 units that ends between graphemes; empty when the first is longer. */
export function headOf(text: string, max: number): string {
  if (text.length <= max) return text;
  return text.slice(0, boundaryBefore(new Intl.Segmenter().segment(text), max));
}

function cutOf(text: string, limit: number): Cut {
  const graphemes = new Intl.Segmenter().segment(text);
  for (const separator of SEPARATORS) {
    const best = separatorsUpTo(text, separator, limit).findLast(
      ({ end, next }) =>
        isSaid(text.slice(0, end)) &&
        isBoundary(graphemes, end, text) &&
        isBoundary(graphemes, next, text),
    );
    if (best) return best;
  }
  const end = boundaryBefore(graphemes, limit) || codePointBefore(text, limit);
  return { end, next: end };
}

interface Cut {
  /** Where the piece ends and the rest begins; what lies between is dropped. */
  readonly end: number;
  readonly next: number;
}

function separatorsUpTo(text: string, separator: RegExp, limit: number): readonly Cut[] {
  const cuts: Cut[] = [];
  for (const found of text.matchAll(separator)) {
    if (found.index > limit) break;
    cuts.push({ end: found.index, next: found.index + found[0].length });
  }
  return cuts;
}

function isBoundary(graphemes: Intl.Segments, index: number, text: string): boolean {
  return index === text.length || graphemes.containing(index)?.index === index;
}

function boundaryBefore(graphemes: Intl.Segments, limit: number): number {
  return graphemes.containing(limit)?.index ?? 0;
}

/** Never 0, so that every cut makes progress. */
function codePointBefore(text: string, limit: number): number {
  const end = Math.max(limit, 1);
  const splits =
    /[\uD800-\uDBFF]/.test(text[end - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[end] ?? '');
  if (!splits) return end;
  return end > 1 ? end - 1 : end + 1;
}

function isSaid(text: string): boolean {
  return /\S/.test(text);
}
