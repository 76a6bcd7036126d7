import { z } from '../openapi';
import { type Cursor, FROM_THE_START, parseCursor } from './cursor';

/** `?after=` of the visitor's routes. */
export const afterParam = z
  .string()
  .min(1)
  .max(1500)
  .optional()
  .meta({ description: 'A `seq`, or a cursor of this API.' });

/** Where to begin: at the start when nothing is said. Throws `VALIDATION_FAILED` naming `path`. */
export function cursorOf(text: string | undefined, path: string): Cursor {
  return text === undefined ? FROM_THE_START : parseCursor(text, path);
}
