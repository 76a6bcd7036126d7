import { z } from 'zod';
import { graphAttributes } from '../meta/config';
import { Secrets } from '../secrets';

/** Attributes of a number on Meta's Cloud API (http-api.md section 2). */
export const CloudConfig = z.strictObject({
  phoneNumberId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'the id of the number, not the number'),
  ...graphAttributes,
});
export type CloudConfig = z.infer<typeof CloudConfig>;

/** Attributes of a number at 360dialog, where one API key is one number. */
export const DialogConfig = z
  .strictObject({
    apiKey: Secrets,
    verification: z.enum(['shared-header', 'basic']).default('shared-header'),
    headerName: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/, 'the name of an HTTP header')
      .optional()
      .meta({ description: 'Of the header that holds webhookSecret. Default X-Secret.' }),
    webhookSecret: Secrets.meta({
      description: 'What the header holds, or `user:password` of HTTP Basic.',
    }),
    baseUrl: z.url({ protocol: /^https?$/ }).default('https://waba-v2.360dialog.io'),
  })
  .refine((cfg) => cfg.verification === 'shared-header' || cfg.headerName === undefined, {
    path: ['headerName'],
    message: 'HTTP Basic has its own header',
  });
export type DialogConfig = z.infer<typeof DialogConfig>;

/** One connector, two profiles: the messages are the same, addresses and credentials differ (connectors.md 2). */
export type WhatsAppConfig = CloudConfig | DialogConfig;

export function isCloud(cfg: Partial<WhatsAppConfig>): cfg is CloudConfig {
  return 'phoneNumberId' in cfg;
}
