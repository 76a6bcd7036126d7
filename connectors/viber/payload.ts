import { isSafeNumber, parse } from 'lossless-json';
import { z } from 'zod';

/**
 * JSON whose integers above 2^53 come out as text: two message tokens would else become one (connectors.md 4). Undefined when it is
 * none.
 */
export function parseLossless(text: string): unknown {
  try {
    return parse(text, undefined, (digits) => (isSafeNumber(digits) ? Number(digits) : digits));
  } catch {
    return undefined;
  }
}

/** The same of bytes, which must be UTF-8. */
export function parseBytes(raw: Uint8Array): unknown {
  try {
    return parseLossless(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw));
  } catch {
    return undefined;
  }
}

/** An integer as its digits, however large. */
const Digits = z.union([z.int().nonnegative().transform(String), z.string().regex(/^\d{1,40}$/)]);

const User = z.looseObject({
  id: z.string().min(1).max(256),
  name: z.string().nullish(),
  language: z.string().nullish(),
  country: z.string().nullish(),
});
export type User = z.infer<typeof User>;

const Coordinate = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d{1,3}(\.\d+)?$/)
    .transform(Number),
]);

/** What a customer sent. Members of other types than the message's own may be there as well. */
export const Content = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  media: z.string().nullish(),
  file_name: z.string().nullish(),
  size: z.union([z.int().nonnegative(), z.string()]).nullish(),
  sticker_id: z.union([z.number(), z.string()]).nullish(),
  location: z
    .looseObject({
      lat: Coordinate.pipe(z.number().min(-90).max(90)),
      lon: Coordinate.pipe(z.number().min(-180).max(180)),
      address: z.string().nullish(),
    })
    .nullish()
    .catch(null),
  contact: z
    .looseObject({ name: z.string().nullish(), phone_number: z.string().nullish() })
    .nullish()
    .catch(null),
});
export type Content = z.infer<typeof Content>;

/** What stands around every event. */
export const Envelope = z.looseObject({
  event: z.string().min(1).max(64),
  timestamp: Digits.nullish().catch(null),
});

/** Members of each event that is of use. */
export const EVENTS = {
  message: z.looseObject({ message_token: Digits, sender: User, message: Content }),
  conversation_started: z.looseObject({
    message_token: Digits.nullish(),
    user: User,
    context: z.string().nullish(),
    subscribed: z.boolean().nullish(),
  }),
  subscribed: z.looseObject({ user: User }),
  unsubscribed: z.looseObject({ user_id: User.shape.id }),
  delivered: z.looseObject({ message_token: Digits, user_id: User.shape.id }),
  seen: z.looseObject({ message_token: Digits, user_id: User.shape.id }),
  failed: z.looseObject({
    message_token: Digits,
    user_id: User.shape.id,
    desc: z.string().nullish(),
  }),
} as const;
export type EventName = keyof typeof EVENTS;

/** The answer of a call; `status` 0 is success. */
export const SendReply = z.looseObject({
  status: z.int(),
  status_message: z.string().nullish(),
  message_token: Digits.nullish(),
});
export type SendReply = z.infer<typeof SendReply>;
