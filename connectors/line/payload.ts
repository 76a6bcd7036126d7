import { z } from 'zod';

const Id = z.string().min(1).max(256);
const text = z.string().nullish();

/** The body of a request; each event is read by itself. LINE's own check sends none. */
export const Delivery = z.looseObject({ events: z.array(z.unknown()) });

const Source = z.looseObject({ type: z.string(), userId: Id.optional() });

/** What stands around every event. `isRedelivery` says nothing that the id does not. */
export const Event = z.looseObject({
  type: z.string().min(1).max(64),
  webhookEventId: Id.optional(),
  timestamp: z.number().optional(),
  mode: z.string().optional(),
  source: Source.optional(),
});
export type Event = z.infer<typeof Event>;

const Coordinate = (most: number) => z.number().min(-most).max(most);

export const Message = z.looseObject({
  id: Id,
  type: z.string(),
  text,
  fileName: text,
  fileSize: z.int().nonnegative().nullish(),
  title: text,
  address: text,
  latitude: Coordinate(90).nullish().catch(null),
  longitude: Coordinate(180).nullish().catch(null),
  stickerId: text,
  keywords: z.array(z.string()).nullish().catch(null),
  quotedMessageId: text,
  contentProvider: z.looseObject({ type: z.string(), originalContentUrl: text }).nullish(),
});
export type Message = z.infer<typeof Message>;

/** Members of the events that are of use. */
export const EVENTS = {
  message: z.looseObject({ message: Message }),
  postback: z.looseObject({ postback: z.looseObject({ data: z.string().min(1) }) }),
  unsend: z.looseObject({ unsend: z.looseObject({ messageId: Id }) }),
  follow: z.looseObject({}),
  unfollow: z.looseObject({}),
} as const;
export type EventName = keyof typeof EVENTS;

/** What a push answers; a repeat of one that was taken answers 409 with the same. */
export const PushReply = z.looseObject({
  sentMessages: z.array(z.looseObject({ id: z.string().min(1) })).optional(),
});
export const ErrorReply = z.looseObject({ message: z.string().nullish() });
