import { randomUUID } from 'node:crypto';
import type { ActorType } from '../../domain/conversation/actor';
import type { MediaState, MediaView } from '../../domain/message/media-state';
import type { MessageBody } from '../../domain/message/schema';
import type { ArchivedEntry } from '../../infra/stores';
import { visitorView } from '../webchat/visitor-history';

/** What Direct Line clients read of an attachment. */
export interface Attachment {
  readonly contentType: string;
  readonly contentUrl?: string;
  readonly name?: string;
  readonly content?: Readonly<Record<string, unknown>>;
}
interface CardAction {
  readonly type: 'imBack';
  readonly title: string;
  readonly value: string;
}
/** An activity as Direct Line 3.0 clients get it (connectors.md 11.2). */
export interface OutgoingActivity {
  readonly type: 'message' | 'typing' | 'event' | 'endOfConversation';
  readonly id: string;
  readonly timestamp: string;
  readonly channelId: 'directline';
  readonly conversation: { readonly id: string };
  readonly from: {
    readonly id: string;
    readonly name?: string;
    readonly role: 'bot' | 'user';
  };
  readonly text?: string;
  readonly textFormat?: 'plain' | 'markdown';
  readonly attachments?: readonly Attachment[];
  readonly attachmentLayout?: 'carousel';
  readonly suggestedActions?: { readonly actions: readonly CardAction[] };
  readonly replyToId?: string;
  readonly channelData?: { readonly clientActivityID: string };
  /** Of an event. */
  readonly name?: 'media' | 'read';
  readonly value?: { readonly mediaId: string; readonly state: MediaState };
}

/** What an activity is made with beside its entry. */
export interface ActivityContext {
  /** The client's name for the visitor's chat. */
  readonly conversationId: string;
  /** The visitor, as the client calls them. */
  readonly userId: string;
  /** A link that a browser opens without a credential. */
  readonly mediaLinkOf: (mediaId: string) => string;
}

const MESSAGES: ReadonlySet<string> = new Set([
  'CUSTOMER_MESSAGE',
  'BOT_MESSAGE',
  'AGENT_MESSAGE',
  'SYSTEM_MESSAGE',
]);

/** An entry that the visitor may see, as an activity; null for news that the protocol has no word for. */
export function activityOf(
  entry: ArchivedEntry,
  { conversationId, userId, mediaLinkOf }: ActivityContext,
): OutgoingActivity | null {
  const isEnd = entry.type === 'TOPIC_STATE_CHANGED';
  const { id, at, actor, body, replyTo, providerMessageId } = visitorView(entry);
  if (!isEnd && (!MESSAGES.has(entry.type) || !body || entry.deletedAt)) return null;
  const isOwn = actor.type === 'CUSTOMER';
  return {
    type: isEnd ? 'endOfConversation' : 'message',
    id: activityId(conversationId, id),
    timestamp: at,
    channelId: 'directline',
    conversation: { id: conversationId },
    from: isOwn
      ? { id: userId, role: 'user' }
      : { id: actor.id, role: 'bot', ...(actor.name ? { name: actor.name } : {}) },
    ...(body && !isEnd ? contentOf(entry.edit?.body ?? body, mediaLinkOf) : {}),
    ...(replyTo ? { replyToId: activityId(conversationId, replyTo) } : {}),
    ...(isOwn && providerMessageId ? { channelData: { clientActivityID: providerMessageId } } : {}),
  };
}

/** Somebody of the business writes. */
export function typingActivity(
  actor: { readonly type: ActorType; readonly id: string; readonly name: string | null },
  conversationId: string,
  at: string,
): OutgoingActivity {
  return {
    type: 'typing',
    id: activityId(conversationId, randomUUID()),
    timestamp: at,
    channelId: 'directline',
    conversation: { id: conversationId },
    from: { id: actor.id, role: 'bot', ...(actor.name ? { name: actor.name } : {}) },
  };
}

/** A medium of a message is READY or has FAILED: the protocol cannot change what was said, so it is an event that replies to it. */
export function mediaActivity(
  entryId: string,
  { mediaId, state }: MediaView,
  conversationId: string,
  at: string,
): OutgoingActivity {
  return {
    ...eventAbout(entryId, conversationId, at),
    name: 'media',
    value: { mediaId, state },
  };
}

/** Agents have read what the visitor wrote, up to this message: an event that replies to it, as the protocol has no word for it. */
export function readActivity(
  messageId: string,
  conversationId: string,
  at: string,
): OutgoingActivity {
  return { ...eventAbout(messageId, conversationId, at), name: 'read' };
}

function eventAbout(entryId: string, conversationId: string, at: string): OutgoingActivity {
  return {
    type: 'event',
    id: activityId(conversationId, randomUUID()),
    timestamp: at,
    channelId: 'directline',
    conversation: { id: conversationId },
    from: { id: 'parley', role: 'bot' },
    replyToId: activityId(conversationId, entryId),
  };
}

/** The same for an entry and for the answer to the request that brought it. */
export function activityId(conversationId: string, entryId: string): string {
  return `${conversationId}|${entryId}`;
}

/** Our id in an activity's; whatever else a client replies to stays as it is. */
export function entryIdOf(id: string): string {
  return id.slice(id.lastIndexOf('|') + 1);
}

type Content = Pick<
  OutgoingActivity,
  'text' | 'textFormat' | 'attachments' | 'attachmentLayout' | 'suggestedActions'
>;

/** What the protocol has no form for is said in words. */
function contentOf(body: MessageBody, mediaLinkOf: (mediaId: string) => string): Content {
  switch (body.type) {
    case 'PLAIN':
      return { text: body.text, textFormat: body.format === 'MARKDOWN' ? 'markdown' : 'plain' };
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE':
    case 'STICKER':
      return {
        ...(body.caption ? plain(body.caption) : {}),
        attachments: [
          {
            contentType: body.mimeType ?? 'application/octet-stream',
            contentUrl: mediaLinkOf(body.mediaId),
            ...(body.fileName ? { name: body.fileName } : {}),
          },
        ],
      };
    case 'BUTTON':
      return {
        ...plain(lines(body.header, body.text, body.footer)),
        suggestedActions: { actions: body.choices.map(actionOf) },
      };
    case 'CHOICE':
      return plain(body.text ?? body.title ?? body.choiceId);
    case 'CAROUSEL':
      return {
        attachmentLayout: 'carousel',
        attachments: body.cards.map(({ title, text, mediaId, choices }) => ({
          contentType: 'application/vnd.microsoft.card.hero',
          content: {
            title,
            ...(text ? { text } : {}),
            ...(mediaId ? { images: [{ url: mediaLinkOf(mediaId) }] } : {}),
            ...(choices ? { buttons: choices.map(actionOf) } : {}),
          },
        })),
      };
    case 'LOCATION':
      return plain(lines(body.name, body.address, `${body.latitude}, ${body.longitude}`));
    case 'CONTACT':
      return plain(
        body.contacts
          .map(({ name, phones, emails }) => [name, ...phones, ...emails].join(', '))
          .join('\n'),
      );
    case 'URL':
      return plain(lines(body.title, body.url));
    case 'EMAIL':
      return plain(lines(body.subject, body.text));
    case 'TEMPLATE':
      return plain(body.name);
    case 'VOICE':
      return plain(`Call: ${body.event}`);
    case 'UNSUPPORTED':
      return plain(body.detail ?? body.kind);
  }
}

/** The client sends the value back as text; the newest choices are matched by title. */
function actionOf({ title }: { readonly title: string }): CardAction {
  return { type: 'imBack', title, value: title };
}

function plain(text: string): Content {
  return { text, textFormat: 'plain' };
}

/** What there is of these, a line each. */
export function lines(...parts: readonly (string | undefined)[]): string {
  return parts.filter(Boolean).join('\n');
}
