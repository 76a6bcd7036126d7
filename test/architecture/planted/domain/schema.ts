import { z } from 'zod';

export const Body = z.string();
export type Body = z.infer<typeof Body>;
