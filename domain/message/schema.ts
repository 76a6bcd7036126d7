import { z } from 'zod';
import { JsonValue } from '../json/schema';
import { TEXT_MAX } from './body-types';

const mediaFields = {
  mediaId: z.string().min(1).max(128),
  caption: z.string().max(1024).optional(),
  fileName: z.string().max(255).optional(),
  mimeType: z.string().max(255).optional(),
  size: z.int().nonnegative().optional(),
  sha256: z.string().max(128).optional(),
};

const media = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), ...mediaFields });

export const Choice = z.strictObject({
  id: z.string().min(1).max(200),
  title: z.string().min(1).max(80),
  description: z.string().max(256).optional(),
  section: z.string().max(24).optional(),
});
export type Choice = z.infer<typeof Choice>;

const uniqueIds = (choices: readonly { readonly id: string }[]) =>
  new Set(choices.map((choice) => choice.id)).size === choices.length;

const address = z.string().min(1).max(320);
const addresses = z.array(address).max(50).optional();

/** The body of a message, the same everywhere: API, workflow, archive, bots (domain.md 8.2). Lengths in UTF-16 units. */
export const MessageBody = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('PLAIN'),
      text: z.string().min(1).max(TEXT_MAX),
      format: z.enum(['TEXT', 'MARKDOWN']).optional(),
      textMediaId: z.string().max(128).optional(),
    }),
    media('IMAGE'),
    media('VIDEO'),
    media('AUDIO'),
    media('FILE'),
    media('STICKER'),
    z.strictObject({
      type: z.literal('LOCATION'),
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      name: z.string().max(256).optional(),
      address: z.string().max(1000).optional(),
    }),
    z.strictObject({
      type: z.literal('CONTACT'),
      contacts: z
        .array(
          z.strictObject({
            name: z.string().max(256),
            phones: z.array(z.string().max(64)).max(10).default([]),
            emails: z.array(z.string().max(320)).max(10).default([]),
          }),
        )
        .min(1)
        .max(10),
    }),
    z.strictObject({
      type: z.literal('URL'),
      url: z.url({ protocol: /^https?$/ }).max(2000),
      title: z.string().max(256).optional(),
    }),
    z.strictObject({
      type: z.literal('BUTTON'),
      text: z.string().min(1).max(1024),
      header: z.string().max(60).optional(),
      footer: z.string().max(60).optional(),
      style: z.enum(['QUICK_REPLY', 'BUTTON', 'LIST']).optional(),
      choices: z.array(Choice).min(1).max(30).refine(uniqueIds, 'choice ids must be unique'),
    }),
    z.strictObject({
      type: z.literal('CHOICE'),
      choiceId: z.string().min(1).max(200),
      title: z.string().max(256).optional(),
      text: z.string().max(TEXT_MAX).optional(),
    }),
    z.strictObject({
      type: z.literal('CAROUSEL'),
      cards: z
        .array(
          z.strictObject({
            title: z.string().min(1).max(80),
            text: z.string().max(1024).optional(),
            mediaId: z.string().max(128).optional(),
            choices: z.array(Choice).max(3).optional(),
          }),
        )
        .min(1)
        .max(10),
    }),
    z.strictObject({
      type: z.literal('TEMPLATE'),
      name: z.string().min(1).max(512),
      language: z.string().min(1).max(35),
      namespace: z.string().max(512).optional(),
      components: z.array(JsonValue).optional(),
    }),
    z.strictObject({
      type: z.literal('EMAIL'),
      subject: z.string().max(998).optional(),
      text: z.string().max(TEXT_MAX),
      htmlMediaId: z.string().max(128).optional(),
      from: address.optional(),
      to: addresses,
      cc: addresses,
      bcc: addresses,
      replyTo: addresses,
      attachments: z.array(z.strictObject(mediaFields)).max(20).optional(),
    }),
    z.strictObject({
      type: z.literal('VOICE'),
      callId: z.string().min(1).max(128),
      leg: z.string().max(128).optional(),
      event: z.enum(['STARTED', 'HOLD', 'RESUMED', 'ENDED']),
      durationSeconds: z.int().nonnegative().optional(),
      reasonCode: z.string().max(64).optional(),
    }),
    z.strictObject({
      type: z.literal('UNSUPPORTED'),
      kind: z.string().max(64),
      detail: z.string().max(1000).optional(),
    }),
  ])
  .meta({ id: 'MessageBody' });
export type MessageBody = z.infer<typeof MessageBody>;

/** A message as a connector hands it over: `POST /v1/channels/{channelId}/messages`. */
export const InboundMessage = z
  .strictObject({
    providerMessageId: z
      .string()
      .min(1)
      .max(256)
      .meta({ description: 'Dedupe key within the channel, for ever.' }),
    customer: z.strictObject({
      identifier: z.string().min(1).max(256),
      name: z.string().max(256).optional(),
      attributes: z.record(z.string().max(64), z.string().max(2000)).optional(),
    }),
    body: MessageBody,
    channelData: z.record(z.string(), JsonValue).optional(),
    sentAt: z.iso.datetime().optional().meta({ description: "The provider's clock, UTC." }),
    replyTo: z.string().max(256).optional(),
  })
  .meta({ id: 'InboundMessage' });
export type InboundMessage = z.infer<typeof InboundMessage>;
