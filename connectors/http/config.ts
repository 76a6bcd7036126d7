import { z } from 'zod';
import { BODY_TYPES } from '../../domain/message/body-types';
import { SigningSecrets } from '../secrets';

const MEDIA_KINDS = ['IMAGE', 'VIDEO', 'AUDIO', 'FILE', 'STICKER', 'LOCATION', 'CONTACT'] as const;
const limit = z.int().min(1);

/** What the partner declares of its side; whatever it leaves out is taken as able. */
export const DeclaredCapabilities = z.strictObject({
  typing: z.boolean().optional(),
  readReceipts: z.strictObject({ send: z.boolean(), receive: z.boolean() }).optional(),
  reactions: z.boolean().optional(),
  replies: z.boolean().optional(),
  templates: z.boolean().optional(),
  media: z
    .strictObject({
      kinds: z.array(z.enum(MEDIA_KINDS)),
      maxBytes: z.partialRecord(z.enum(MEDIA_KINDS), limit).optional(),
      captionMax: z.int().min(0).optional(),
    })
    .optional(),
  text: z.strictObject({ max: z.int().min(16) }).optional(),
  buttons: z
    .strictObject({
      max: limit,
      titleMax: limit,
      payloadMaxBytes: limit,
      listMax: limit.optional(),
    })
    .nullable()
    .optional(),
  deliveryStates: z.array(z.enum(['ACCEPTED', 'SENT', 'DELIVERED', 'READ', 'FAILED'])).optional(),
  window: z
    .strictObject({ hours: z.number().positive(), outside: z.enum(['template', 'tag', 'none']) })
    .nullable()
    .optional(),
  rate: z
    .strictObject({
      perSecond: z.number().positive().optional(),
      perRecipientMs: z.int().min(0).optional(),
    })
    .optional(),
  native: z.array(z.enum(BODY_TYPES)).optional(),
});

/** Attributes of a generic connector (http-api.md section 2). `sendUrl` may be a path below `baseUrl`. */
export const HttpConfig = z
  .strictObject({
    sendUrl: z.string().min(1).max(2000),
    inboundSecret: SigningSecrets.meta({ description: 'The partner signs with it, we verify.' }),
    outboundSecret: SigningSecrets.meta({
      description: 'We sign with it; with every one of a list.',
    }),
    capabilities: DeclaredCapabilities.optional(),
    baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  })
  .refine((cfg) => sendAddress(cfg) !== null, {
    path: ['sendUrl'],
    message: 'an http or https address, or a path below baseUrl',
  });
export type HttpConfig = z.infer<typeof HttpConfig>;

/** Where messages are posted; null when it is no http or https address. */
export function sendAddress({
  sendUrl,
  baseUrl,
}: {
  readonly sendUrl: string;
  readonly baseUrl?: string | undefined;
}): string | null {
  if (!URL.canParse(sendUrl, baseUrl)) return null;
  const url = new URL(sendUrl, baseUrl);
  return /^https?:$/.test(url.protocol) ? url.href : null;
}
