import type { MessageBody } from '../../domain/message/schema';
import type { MediaSource } from '../connector';
import { isObject, members } from '../meta/elements';
import { Contact, Interactive, Location, Medium, TemplateButton } from './payload';

/** What a message says; `before` is text that is too long to be its caption. */
export interface Content {
  readonly body: MessageBody;
  readonly media?: readonly MediaSource[];
  readonly before?: string;
}

/** The content of a message by its type (connectors.md 2.1); null when it is not as that type should be. */
export function contentOf(message: Readonly<Record<string, unknown>>): Content | null {
  const type = typeof message['type'] === 'string' ? message['type'] : 'unsupported';
  const content = message[type];
  switch (type) {
    case 'text':
      return textOf(content);
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker':
      return mediumOf(MEDIA[type], content);
    case 'location':
      return locationOf(content);
    case 'contacts':
      return contactsOf(members(message, 'contacts'));
    case 'interactive':
      return choiceOf(content);
    case 'button':
      return templateButtonOf(content);
    default:
      return unsupported(type, members(message, 'errors'));
  }
}

const MEDIA = {
  image: 'IMAGE',
  video: 'VIDEO',
  audio: 'AUDIO',
  document: 'FILE',
  sticker: 'STICKER',
} as const;

/** As in domain/message/schema.ts. */
const CAPTION_MAX = 1024;

function textOf(content: unknown): Content | null {
  const text = isObject(content) ? content['body'] : undefined;
  if (typeof text !== 'string') return null;
  return text === '' ? unsupported('empty', []) : { body: { type: 'PLAIN', text } };
}

function mediumOf(type: (typeof MEDIA)[keyof typeof MEDIA], content: unknown): Content | null {
  const parsed = Medium.safeParse(content);
  if (!parsed.success) return null;
  const { id, mime_type: mimeType, caption, filename } = parsed.data;
  const sha256 = hexOf(parsed.data.sha256);
  const fits = caption && caption.length <= CAPTION_MAX;
  return {
    body: {
      type,
      mediaId: 'pending:0',
      ...(fits && { caption }),
      ...(filename && { fileName: filename.slice(0, 255) }),
      ...(mimeType && { mimeType: mimeType.slice(0, 255) }),
    },
    media: [{ ref: id, ...(sha256 && { sha256 }) }],
    ...(caption && !fits && { before: caption }),
  };
}

/** Meta gives digests in base64. */
function hexOf(sha256: string | null | undefined): string | null {
  const bytes = Buffer.from(sha256 ?? '', 'base64');
  return bytes.length === 32 ? bytes.toString('hex') : null;
}

function locationOf(content: unknown): Content | null {
  const parsed = Location.safeParse(content);
  if (!parsed.success) return null;
  const { latitude, longitude, name, address } = parsed.data;
  return {
    body: {
      type: 'LOCATION',
      latitude,
      longitude,
      ...(name && { name: name.slice(0, 256) }),
      ...(address && { address: address.slice(0, 1000) }),
    },
  };
}

function contactsOf(given: readonly unknown[]): Content | null {
  const contacts = given.slice(0, 10).flatMap((contact) => {
    const parsed = Contact.safeParse(contact);
    if (!parsed.success) return [];
    const { name, phones, emails } = parsed.data;
    return [
      {
        name: (name?.formatted_name ?? '').slice(0, 256),
        phones: listed(
          (phones ?? []).map(({ phone, wa_id }) => phone ?? wa_id),
          64,
        ),
        emails: listed(
          (emails ?? []).map(({ email }) => email),
          320,
        ),
      },
    ];
  });
  return contacts.length > 0 ? { body: { type: 'CONTACT', contacts } } : null;
}

/** At most ten, none too long to be one. */
function listed(given: readonly (string | null | undefined)[], max: number): string[] {
  return given
    .filter((text) => text != null && text !== '' && text.length <= max)
    .slice(0, 10) as string[];
}

function choiceOf(content: unknown): Content | null {
  const parsed = Interactive.safeParse(content);
  if (!parsed.success) return null;
  const reply = parsed.data.button_reply ?? parsed.data.list_reply;
  if (!reply) return unsupported(`interactive:${parsed.data.type ?? ''}`, []);
  return choice(reply.id, reply.title);
}

function templateButtonOf(content: unknown): Content | null {
  const parsed = TemplateButton.safeParse(content);
  const id = parsed.data?.payload || parsed.data?.text;
  return id ? choice(id, parsed.data?.text) : null;
}

function choice(id: string, title: string | null | undefined): Content {
  return {
    body: {
      type: 'CHOICE',
      choiceId: id.slice(0, 200),
      ...(title && { title: title.slice(0, 256), text: title }),
    },
  };
}

/** Something that the customer sent and that we cannot show. */
function unsupported(kind: string, errors: readonly unknown[]): Content {
  const [error] = errors;
  const words = isObject(error)
    ? [error['code'], error['title']].filter((word) => word !== undefined).join(' ')
    : '';
  return {
    body: {
      type: 'UNSUPPORTED',
      kind: kind.slice(0, 64),
      ...(words && { detail: words.slice(0, 1000) }),
    },
  };
}
