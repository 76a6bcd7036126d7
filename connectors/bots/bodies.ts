import type { HistoryMessage } from '../../domain/bot/answer';
import {
  INBOUND_ONLY_BODY_TYPES,
  INLINE_BODY_MAX_BYTES,
  TEXT_MAX,
} from '../../domain/message/body-types';
import { MessageBody } from '../../domain/message/schema';
import { headOf, splitText } from '../../domain/message/split-text';

const CHOICES_MAX = 30;
const CHOICE_ID_MAX = 200;
const CHOICE_TITLE_MAX = 80;
const BUTTON_TEXT_MAX = 1024;
const URL_MAX = 2000;

/** A message as a program that knows nothing but text reads it: its words, what was chosen, else its kind. */
export function textOf({ body }: Pick<HistoryMessage, 'body'>): string {
  if (body.type === 'CHOICE') return body.choiceId;
  if ('text' in body && body.text) return body.text;
  if ('caption' in body && body.caption) return body.caption;
  return `[${body.type.toLowerCase()}]`;
}

/** Text of any length as messages. */
export function texts(text: string): readonly MessageBody[] {
  if (text.trim() === '') return [];
  return splitText(text, TEXT_MAX).map((piece) => ({ type: 'PLAIN', text: piece }));
}

/** A text with what the customer may choose. A title that is too long is cut; of two choices with one id the first stays. */
export function withChoices(
  text: string,
  choices: readonly { readonly id: string; readonly title: string }[],
): readonly MessageBody[] {
  const known = new Set<string>();
  const usable = choices.flatMap(({ id, title }) => {
    const choice = {
      id: id.length <= CHOICE_ID_MAX ? id : title,
      title: headOf(title, CHOICE_TITLE_MAX),
    };
    if (
      choice.title === '' ||
      choice.id === '' ||
      choice.id.length > CHOICE_ID_MAX ||
      known.has(choice.id)
    )
      return [];
    known.add(choice.id);
    return [choice];
  });
  if (usable.length === 0) return texts(text);
  const long = text.length > BUTTON_TEXT_MAX ? texts(text) : [];
  const label = long.length > 0 || text.trim() === '' ? '…' : text;
  return [...long, { type: 'BUTTON', text: label, choices: usable.slice(0, CHOICES_MAX) }];
}

/** A link, where it is one that customers may be sent. */
export function link(url: string): readonly MessageBody[] {
  const web = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  return web && url.length <= URL_MAX ? [{ type: 'URL', url }] : [];
}

/** Names of bodies in the short form of connectors.md; our own names pass as they are. */
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
  url: 'URL',
};

/** A reply in our own model, or in its short form: `{"type": "text", "text": …, "choices": […]}`. Null when it is neither. */
export function readReply(value: Readonly<Record<string, unknown>>): readonly MessageBody[] | null {
  const type = SHORT_TYPES[String(value['type'])] ?? value['type'];
  const { text, choices } = value;
  if (type === 'PLAIN' && Array.isArray(choices)) {
    const asked = MessageBody.safeParse({ type: 'BUTTON', text, choices });
    return asked.success ? [asked.data] : null;
  }
  if (type === 'PLAIN' && typeof text === 'string' && text.length > TEXT_MAX) return texts(text);
  const body = MessageBody.safeParse({ ...value, type });
  if (!body.success || (INBOUND_ONLY_BODY_TYPES as readonly string[]).includes(body.data.type))
    return null;
  return Buffer.byteLength(JSON.stringify(body.data)) <= INLINE_BODY_MAX_BYTES ? [body.data] : null;
}
