import { z } from 'zod';
import type { Json } from './json';

/** Any JSON value. In place of `z.json()`, which has no name of its own and so cannot stand in an OpenAPI document. */
export const JsonValue: z.ZodType<Json> = z
  .lazy(() =>
    z.union([
      z.string(),
      z.number(),
      z.boolean(),
      z.null(),
      z.array(JsonValue),
      z.record(z.string(), JsonValue),
    ]),
  )
  .meta({ id: 'JsonValue' });
