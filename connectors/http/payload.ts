import { z } from 'zod';
import { MessageBody } from '../../domain/message/schema';

const Id = z.string().min(1).max(256);

export const User = z.looseObject({
  id: Id,
  name: z.string().max(256).nullish(),
  phone: z.string().max(32).nullish(),
});

/** What stands around every event. */
export const Envelope = z.looseObject({
  type: z.string().min(1),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  data: z.looseObject({}),
});

const content = { content: z.unknown().optional(), body: z.unknown().optional() };

/** `data` of each type of event that a partner sends. */
export const DATA = {
  'message.created': z.looseObject({
    id: Id,
    user: User,
    ...content,
    replyTo: z.string().max(256).nullish(),
    /** Of a call: whose it is. */
    direction: z.enum(['inbound', 'outbound']).nullish(),
    channelData: z.record(z.string(), z.json()).nullish(),
  }),
  'message.edited': z.looseObject({ id: Id, user: User, ...content }),
  'message.deleted': z.looseObject({ id: Id, user: User }),
  'message.status': z.looseObject({
    messageId: Id.nullish(),
    id: Id.nullish(),
    state: z.string().min(1).max(32),
    reasonCode: z.string().max(128).nullish(),
    error: z
      .looseObject({ type: z.string().max(64).nullish(), code: z.string().max(64).nullish() })
      .nullish(),
  }),
  'reaction.changed': z.looseObject({
    messageId: Id,
    user: User,
    emoji: z.string().max(64).nullish(),
  }),
  'typing.started': z.looseObject({ user: User }),
  'session.ended': z.looseObject({
    user: User,
    reason: z.enum(['CUSTOMER', 'NETWORK']).nullish(),
    callId: z.string().min(1).max(128).nullish(),
  }),
  'user.optedOut': z.looseObject({ user: User }),
  'user.optedIn': z.looseObject({ user: User }),
} as const;
export type EventType = keyof typeof DATA;

/** What a partner may answer to a message. */
export const SendReply = z.looseObject({
  id: z.union([z.string(), z.number()]).nullish(),
  state: z.string().nullish(),
});
export const ErrorReply = z.looseObject({
  error: z.looseObject({
    type: z.string().nullish(),
    code: z.union([z.string(), z.number()]).nullish(),
    message: z.string().nullish(),
  }),
});

export interface ReadContent {
  readonly body: MessageBody;
  /** Address of the medium that the body calls `pending:0`. */
  readonly mediaUrl?: string;
}

/**
 * A body as the partner wrote it: our own model, or its short form in lower case (`{"type": "text", "text": …}`). A medium comes by
 * `mediaId` or by `url`. A longer text than ours may be is kept whole for the ingress to cut. Answers the faults otherwise.
 */
export function readContent(value: unknown): ReadContent | readonly z.core.$ZodIssue[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return issuesOf(MessageBody.safeParse(value));
  const { url, ...given } = { ...(value as Record<string, unknown>) };
  const type =
    typeof given['type'] === 'string'
      ? (SHORT_TYPES[given['type']] ?? given['type'])
      : given['type'];
  if (type === 'PLAIN' && typeof given['text'] === 'string' && given['text'] !== '') {
    const rest = MessageBody.safeParse({ ...given, type, text: '-' });
    return rest.success && rest.data.type === 'PLAIN'
      ? { body: { ...rest.data, text: given['text'] } }
      : issuesOf(rest);
  }
  const byUrl =
    typeof url === 'string' && URL.canParse(url) && typeof type === 'string' && MEDIA.has(type);
  const candidate = {
    ...(type === 'CHOICE' && 'id' in given
      ? { ...without(given, 'id'), choiceId: given['id'] }
      : given),
    type,
    ...(byUrl ? { mediaId: 'pending:0' } : url !== undefined && { url }),
  };
  const parsed = MessageBody.safeParse(candidate);
  if (!parsed.success) return parsed.error.issues;
  return { body: parsed.data, ...(byUrl && { mediaUrl: url }) };
}

const MEDIA = new Set(['IMAGE', 'VIDEO', 'AUDIO', 'FILE', 'STICKER']);
const SHORT_TYPES: Readonly<Record<string, string>> = {
  text: 'PLAIN',
  image: 'IMAGE',
  audio: 'AUDIO',
  voice: 'AUDIO',
  video: 'VIDEO',
  document: 'FILE',
  sticker: 'STICKER',
  location: 'LOCATION',
  contacts: 'CONTACT',
  choice: 'CHOICE',
  url: 'URL',
  unsupported: 'UNSUPPORTED',
};

function without(object: Record<string, unknown>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

function issuesOf(result: z.ZodSafeParseResult<unknown>): readonly z.core.$ZodIssue[] {
  return result.success ? [] : result.error.issues;
}
