import { z } from 'zod';
import { GraphError } from '../meta/graph';

const Text = z.string().nullish();
const Id = z.string().min(1).max(256);
const Time = z.union([z.string(), z.number()]).nullish();
export const Errors = z.array(GraphError).nullish().catch(null);

/** One element of `entry[].changes[]`. */
export const Change = z.looseObject({ field: z.string(), value: z.looseObject({}) });
export const ContactCard = z.looseObject({
  wa_id: Text,
  user_id: Text,
  profile: z.looseObject({ name: Text }).nullish().catch(null),
});
export type ContactCard = z.infer<typeof ContactCard>;

/** A message of whatever type; its content is read by {@link CONTENTS}. `from` is absent for users known by a business-scoped id. */
export const Message = z.looseObject({
  id: Id,
  type: Text,
  from: Text,
  from_user_id: Text,
  timestamp: Time,
  context: z
    .looseObject({
      id: Text,
      forwarded: z.boolean().nullish(),
      frequently_forwarded: z.boolean().nullish(),
      referred_product: z.record(z.string(), z.json()).nullish(),
    })
    .nullish()
    .catch(null),
  referral: z.record(z.string(), z.json()).nullish().catch(null),
  errors: Errors,
});
export type Message = z.infer<typeof Message>;

export const Medium = z.looseObject({
  id: Id,
  mime_type: Text,
  sha256: Text,
  caption: Text,
  filename: Text,
});
export type Medium = z.infer<typeof Medium>;

const Reply = z.looseObject({ id: z.string().min(1), title: Text });
export const Interactive = z.looseObject({
  type: Text,
  button_reply: Reply.nullish(),
  list_reply: Reply.nullish(),
});
export const TemplateButton = z.looseObject({ payload: Text, text: Text });
export const Location = z.looseObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  name: Text,
  address: Text,
});
export const Contact = z.looseObject({
  name: z.looseObject({ formatted_name: Text }).nullish(),
  phones: z.array(z.looseObject({ phone: Text, wa_id: Text })).nullish(),
  emails: z.array(z.looseObject({ email: Text })).nullish(),
});
export const Reaction = z.looseObject({ message_id: Id, emoji: Text });
export const System = z.looseObject({ type: Text, wa_id: Text, new_wa_id: Text, user_id: Text });
export const Revoke = z.looseObject({ original_message_id: Id });
export const Edit = z.looseObject({
  original_message_id: Id,
  message: z.looseObject({ type: Text }),
});

export const Status = z.looseObject({
  id: Id,
  status: z.string(),
  timestamp: Time,
  biz_opaque_callback_data: Text,
  errors: Errors,
});
export const UserIdUpdate = z.looseObject({
  user_id: z.looseObject({ previous: z.string().min(1), current: z.string().min(1) }),
  timestamp: Time,
});

/** The answer to a message that was taken. */
export const SendReply = z.looseObject({
  contacts: z.array(z.looseObject({ input: Text, wa_id: Text })).nullish(),
  messages: z.array(z.looseObject({ id: Text, message_status: Text })).nullish(),
});
/** The answer to an upload. */
export const UploadReply = z.looseObject({ id: Id });
/** Where a medium may be fetched, for some minutes. */
export const MediaAddress = z.looseObject({ url: z.url() });
