import type { Conversation } from '../../domain/conversation/view';
import type { MessageBody } from '../../domain/message/schema';
import type { ArchivedEntry } from '../../infra/stores';
import { conversationView, entryView } from './views';

export const TRANSCRIPT_FORMATS = ['json', 'text', 'html'] as const;
export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number];
export const TRANSCRIPT_TYPES: Readonly<Record<TranscriptFormat, string>> = {
  json: 'application/json',
  text: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
};

/** A page made of text alone: it loads nothing and runs nothing. */
export const TRANSCRIPT_POLICY =
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

interface Transcript {
  readonly conversation: Conversation;
  readonly entries: AsyncIterable<ArchivedEntry>;
  readonly visible: (entry: ArchivedEntry) => boolean;
}

/**
 * A whole transcript piece by piece, whatever its length, closed by the head of its hash chain: the `seq` and `hash` of the last
 * entry, the entries that the reader may not see counted in.
 */
export async function* renderTranscript(
  format: TranscriptFormat,
  { conversation, entries, visible }: Transcript,
): AsyncGenerator<string> {
  const render = RENDERERS[format];
  let head = { seq: 0, hash: conversation.id };
  let first = true;
  yield render.begin(conversation);
  for await (const entry of entries) {
    head = { seq: entry.seq, hash: entry.hash };
    if (!visible(entry)) continue;
    yield render.entry(entry, first);
    first = false;
  }
  yield render.end(head);
}

interface Head {
  readonly seq: number;
  readonly hash: string;
}
interface Renderer {
  begin(conversation: Conversation): string;
  entry(entry: ArchivedEntry, first: boolean): string;
  end(head: Head): string;
}

const RENDERERS: Readonly<Record<TranscriptFormat, Renderer>> = {
  json: {
    begin: (conversation) =>
      `{"conversationId":${JSON.stringify(conversation.id)},"conversation":${JSON.stringify(conversationView(conversation))},"items":[`,
    entry: (entry, first) => `${first ? '' : ','}${JSON.stringify(entryView(entry))}`,
    end: ({ seq, hash }) =>
      `],"head":{"seq":${seq},"hash":${JSON.stringify(hash)}},"headHash":${JSON.stringify(hash)}}`,
  },
  text: {
    begin: ({ id, customerId, createdAt }) =>
      `Conversation ${id}\nCustomer ${customerId}\nBegun ${createdAt}\n\n`,
    entry: (entry) => {
      const { at, who, text } = lineOf(entry);
      // Continuation lines are set in, so that no text of a customer can pass for a line of somebody else.
      return `[${at}] ${oneLine(who)}: ${text.replaceAll(/\r\n|[\r\n\u0085\u2028\u2029]/g, '\n    ')}\n`;
    },
    end: ({ seq, hash }) => `\nChain head: ${seq} ${hash}\n`,
  },
  html: {
    begin: ({ id, customerId, createdAt }) =>
      `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Conversation ${asText(id)}</title></head>\n<body><h1>Conversation ${asText(id)}</h1><p>Customer ${asText(customerId)}, begun ${asText(createdAt)}</p>\n<table><thead><tr><th>#</th><th>At</th><th>Who</th><th>What</th></tr></thead><tbody>\n`,
    entry: (entry) => {
      const { at, who, text } = lineOf(entry);
      return `<tr><td>${entry.seq}</td><td>${asText(at)}</td><td>${asText(who)}</td><td>${asText(text).replaceAll('\n', '<br>')}</td></tr>\n`;
    },
    end: ({ seq, hash }) =>
      `</tbody></table><p>Chain head: ${seq} <code>${asText(hash)}</code></p></body></html>\n`,
  },
};

function lineOf(entry: ArchivedEntry): {
  readonly at: string;
  readonly who: string;
  readonly text: string;
} {
  const { at, type, actor } = entry;
  const who = actor.name ? `${actor.name} (${actor.type})` : `${actor.type} ${actor.id}`;
  if (entry.erasedAt) return { at, who, text: `${type} [erased]` };
  if (entry.deletedAt) return { at, who, text: `${type} [deleted]` };
  const body = entry.edit?.body ?? entry.body;
  const edited = entry.edit ? ' [edited]' : '';
  if (body) return { at, who, text: `${label(type)}${textOf(body)}${edited}` };
  return { at, who, text: entry.data ? `${type} ${JSON.stringify(entry.data)}` : type };
}

/** Messages speak for themselves; what is said inside is marked. */
function label(type: string): string {
  return /^(CUSTOMER|BOT|AGENT|SYSTEM)_MESSAGE$/.test(type) ? '' : `${type} `;
}

/** A body in words. */
function textOf(body: MessageBody): string {
  switch (body.type) {
    case 'PLAIN':
      return body.text;
    case 'BUTTON':
      return `${body.text} ${body.choices.map(({ title }) => `[${title}]`).join(' ')}`;
    case 'CHOICE':
      return `[${body.title ?? body.choiceId}]${body.text ? ` ${body.text}` : ''}`;
    case 'CAROUSEL':
      return body.cards.map(({ title, text }) => `[${title}] ${text ?? ''}`.trim()).join(' | ');
    case 'EMAIL':
      return `${body.subject ? `${body.subject}\n` : ''}${body.text}`;
    case 'URL':
      return `${body.title ? `${body.title} ` : ''}${body.url}`;
    case 'LOCATION':
      return `${[body.name, body.address].filter(Boolean).join(', ')} (${body.latitude}, ${body.longitude})`.trim();
    case 'CONTACT':
      return body.contacts
        .map(({ name, phones, emails }) => [name, ...phones, ...emails].join(' '))
        .join('; ');
    case 'TEMPLATE':
      return `[template ${body.name} (${body.language})]`;
    case 'VOICE':
      return `[call ${body.event}]`;
    case 'UNSUPPORTED':
      return `[${body.kind}]${body.detail ? ` ${body.detail}` : ''}`;
    default:
      return `[${body.type} ${body.fileName ?? body.mediaId}]${body.caption ? ` ${body.caption}` : ''}`;
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\u0085\u2028\u2029]/g, ' ');
}

/** Text as text, in every place of a page. */
function asText(text: string): string {
  return text.replaceAll(/[&<>"'`\0]/g, (character) => ESCAPES[character] ?? '');
}
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '\0': '\uFFFD',
};
