import { z } from 'zod';

const Text = z.string().nullish();
const Id = z.string().min(1).max(240); // 256 with what is added for several attachments
const Time = z.union([z.number(), z.string()]).nullish();
const Facts = z.record(z.string(), z.json()).nullish().catch(null);
const Party = z.looseObject({ id: z.string().min(1).max(256) });

/** One element of `entry[].messaging[]`; which event it is, its other fields say. */
export const Messaging = z.looseObject({
  sender: Party.nullish(),
  recipient: Party.nullish(),
  timestamp: Time,
});
export type Messaging = z.infer<typeof Messaging>;

export const Attachment = z.looseObject({
  type: z.string(),
  title: Text,
  url: Text,
  payload: z
    .looseObject({
      url: Text,
      title: Text,
      sticker_id: z.union([z.number(), z.string()]).nullish(),
      coordinates: z.looseObject({ lat: z.number(), long: z.number() }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});
export type Attachment = z.infer<typeof Attachment>;

export const Message = z.looseObject({
  mid: Id,
  text: Text,
  attachments: z.array(Attachment).nullish(),
  quick_reply: z.looseObject({ payload: z.string().min(1) }).nullish(),
  reply_to: z
    .looseObject({ mid: Text, story: z.looseObject({ id: Text, url: Text }).nullish() })
    .nullish()
    .catch(null),
  referral: Facts,
  is_echo: z.boolean().nullish(),
  is_deleted: z.boolean().nullish(),
  is_unsupported: z.boolean().nullish(),
  metadata: Text,
});
export type Message = z.infer<typeof Message>;

export const MessageEdit = z.looseObject({
  mid: Id,
  text: z.string().min(1),
  num_edit: z.union([z.number(), z.string()]).nullish(),
});
export const Postback = z.looseObject({
  mid: Id.nullish(),
  title: Text,
  payload: z.string().min(1),
  referral: Facts,
});
export const Reaction = z.looseObject({
  mid: Id,
  action: z.string(),
  emoji: Text,
  reaction: Text,
});
export const Delivery = z.looseObject({ mids: z.array(Id).nullish().catch(null), watermark: Time });
export const Read = z.looseObject({ mid: Id.nullish(), watermark: Time });
export const Referral = z.looseObject({ ref: Text });
export const PolicyEnforcement = z.looseObject({ action: Text, reason: Text });

export const SendReply = z.looseObject({ message_id: Text });
