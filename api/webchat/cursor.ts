import { type Fault, invalid } from '../errors';

/** The visitor has this conversation up to this `seq`. */
export interface Position {
  readonly conversationId: string;
  readonly seq: number;
}
/**
 * Where a visitor's stream stands. A visitor has one conversation after another, and the end of one may come after the beginning of
 * the next, so one number is not always enough: `plain` is a `seq` of the visitor's first conversation; otherwise a position for the
 * newest conversation and for each earlier one that is not through. Empty: from the very beginning.
 */
export type Cursor = { readonly plain: number } | { readonly positions: readonly Position[] };

export const FROM_THE_START: Cursor = { positions: [] };

/** More conversations than one visitor ever has at the same time. */
const POSITIONS_MAX = 20;

/** Reads `12` and `cnv_a:12,cnv_b:3`. Throws `VALIDATION_FAILED` naming `path`. */
export function parseCursor(text: string, path: string): Cursor {
  if (/^\d{1,15}$/.test(text)) return Number(text) === 0 ? FROM_THE_START : { plain: Number(text) };
  const positions = text.split(',').map((part) => {
    const [, conversationId, seq] = /^([A-Za-z0-9_-]{1,64}):(\d{1,15})$/.exec(part) ?? [];
    if (!conversationId) throw refused(path);
    return { conversationId, seq: Number(seq) };
  });
  if (positions.length > POSITIONS_MAX) throw refused(path);
  return { positions };
}

/** A plain `seq` while only the visitor's first conversation (`homeId`) counts; it can be read without knowing anything else. */
export function formatCursor(positions: readonly Position[], homeId: string | null): string {
  const [first] = positions;
  if (positions.length === 1 && first?.conversationId === homeId) return String(first?.seq);
  return positions.map(({ conversationId, seq }) => `${conversationId}:${seq}`).join(',');
}

function refused(path: string) {
  const fault: Fault = { path, message: 'not a cursor of this stream' };
  return invalid([fault]);
}
