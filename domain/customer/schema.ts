import { z } from 'zod';
import { ConfigId } from '../channel/schema';

/** A mark on customers; its priority counts for their requests (domain.md 6.3). */
export const CustomerLabel = z
  .strictObject({
    id: ConfigId,
    name: z.string().min(1).max(128).optional(),
    priority: z.int().min(1).max(10).nullable().default(null),
  })
  .meta({ id: 'CustomerLabel' });
export type CustomerLabel = z.infer<typeof CustomerLabel>;
