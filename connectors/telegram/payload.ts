import { z } from 'zod';

/** Ids of chats and people have at most 52 bits: a plain number holds them. */
const Id = z.int();

export const User = z.looseObject({
  id: Id,
  is_bot: z.boolean().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  username: z.string().optional(),
  language_code: z.string().optional(),
});
export type User = z.infer<typeof User>;

const Chat = z.looseObject({ id: Id, type: z.string().optional() });
export type Chat = z.infer<typeof Chat>;

const TelegramFile = z.looseObject({
  file_id: z.string().min(1),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
  file_size: z.int().nonnegative().optional(),
});
export type TelegramFile = z.infer<typeof TelegramFile>;

const Location = z.looseObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
});

const Button = z.looseObject({ text: z.string(), callback_data: z.string().optional() });

export const Message = z.looseObject({
  message_id: Id,
  date: z.int().optional(),
  edit_date: z.int().optional(),
  chat: Chat,
  from: User.optional(),
  reply_to_message: z.looseObject({ message_id: Id }).optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  photo: z
    .array(
      z.looseObject({
        ...TelegramFile.shape,
        width: z.number().optional(),
        height: z.number().optional(),
      }),
    )
    .optional(),
  document: TelegramFile.optional(),
  video: TelegramFile.optional(),
  video_note: TelegramFile.optional(),
  animation: TelegramFile.optional(),
  audio: TelegramFile.optional(),
  voice: TelegramFile.optional(),
  sticker: z
    .looseObject({
      ...TelegramFile.shape,
      is_animated: z.boolean().optional(),
      is_video: z.boolean().optional(),
    })
    .optional(),
  location: Location.optional(),
  venue: z.looseObject({ location: Location, title: z.string(), address: z.string() }).optional(),
  contact: z
    .looseObject({
      phone_number: z.string(),
      first_name: z.string(),
      last_name: z.string().optional(),
      user_id: Id.optional(),
    })
    .optional(),
  reply_markup: z.looseObject({ inline_keyboard: z.array(z.array(Button)).optional() }).optional(),
});
export type Message = z.infer<typeof Message>;

export const CallbackQuery = z.looseObject({
  id: z.string().min(1),
  from: User,
  message: z
    .looseObject({
      message_id: Id,
      chat: Chat,
      reply_markup: Message.shape.reply_markup.catch(undefined),
    })
    .optional(),
  data: z.string().optional(),
});
export type CallbackQuery = z.infer<typeof CallbackQuery>;

const Reaction = z.looseObject({ type: z.string(), emoji: z.string().optional() });
export const MessageReaction = z.looseObject({
  chat: Chat,
  message_id: Id,
  user: User.optional(),
  date: z.int().optional(),
  old_reaction: z.array(Reaction),
  new_reaction: z.array(Reaction),
});
export type MessageReaction = z.infer<typeof MessageReaction>;

export const ChatMember = z.looseObject({
  chat: Chat,
  from: User,
  date: z.int().optional(),
  old_chat_member: z.looseObject({ status: z.string() }).optional(),
  new_chat_member: z.looseObject({ status: z.string() }),
});
export type ChatMember = z.infer<typeof ChatMember>;

/** One update; what stands in it is read by its own schema. */
export const Update = z.looseObject({ update_id: z.int() });
export type Update = z.infer<typeof Update>;

/** What every method answers. */
export const Answer = z.looseObject({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error_code: z.int().optional(),
  description: z.string().optional(),
  parameters: z
    .looseObject({ migrate_to_chat_id: Id.optional(), retry_after: z.number().optional() })
    .optional(),
});
export type Answer = z.infer<typeof Answer>;

export const SentMessage = z.looseObject({
  message_id: Id,
  chat: z.looseObject({ id: Id }).optional(),
});

/** What `getFile` answers; `file_path` is good for an hour. */
export const FoundFile = z.looseObject({ file_path: z.string().min(1).optional() });
