import { z } from 'zod';
import { graphAttributes } from '../meta/config';

/** Attributes of a page, the same for Messenger and for the Instagram account behind it (http-api.md section 2). */
export const MessengerConfig = z.strictObject({
  pageId: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'the id of the page'),
  ...graphAttributes,
});
export type MessengerConfig = z.infer<typeof MessengerConfig>;
