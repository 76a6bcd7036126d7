import type { Capabilities, MediaKind } from '../channel/capabilities';
import { choiceToken } from './choice-token';
import type { Choice, MessageBody } from './schema';
import { headOf, splitText } from './split-text';

/** What planning needs besides the body. */
export interface PlanOptions {
  /** A link to our copy of a medium, for channels that cannot carry it. */
  readonly linkOf: (mediaId: string) => string;
  /** `{lat}` and `{lon}` are filled in. @default OpenStreetMap */
  readonly mapLinkTemplate?: string;
}
/** The parts of a message in their order, or why the channel can never carry it. */
export type Plan =
  | { readonly parts: readonly MessageBody[] }
  | { readonly rejected: 'template' | 'bodyType' | 'empty' };

const MAP_LINK = 'https://www.openstreetmap.org/?mlat={lat}&mlon={lon}';

/**
 * Turns a body into the parts that a channel of these capabilities can carry: what is too long is split (connectors.md 1.8), what is
 * too rich becomes the next best thing (1.9). Pure and deterministic; called once per message, its answer is stored.
 */
export function planParts(
  body: MessageBody,
  capabilities: Capabilities,
  options: PlanOptions,
): Plan {
  if (capabilities.text.max === 0) return { rejected: 'bodyType' }; // for calls alone
  switch (body.type) {
    case 'TEMPLATE':
      return capabilities.templates ? { parts: [body] } : { rejected: 'template' };
    case 'CHOICE':
    case 'VOICE':
    case 'UNSUPPORTED':
      return { rejected: 'bodyType' };
    default: {
      const parts = partsOf(body, capabilities, options);
      return parts.length > 0 ? { parts } : { rejected: 'empty' };
    }
  }
}

type Plannable = Exclude<MessageBody, { type: 'TEMPLATE' | 'CHOICE' | 'VOICE' | 'UNSUPPORTED' }>;

function partsOf(
  body: Plannable,
  capabilities: Capabilities,
  options: PlanOptions,
): readonly MessageBody[] {
  switch (body.type) {
    case 'PLAIN':
      return splitText(body.text, capabilities.text.max).map((text) => ({
        type: 'PLAIN',
        text,
        ...(body.format && { format: body.format }),
      }));
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE':
    case 'STICKER':
      return mediaParts(body, capabilities, options);
    case 'BUTTON':
      return buttonParts(body, capabilities);
    case 'CAROUSEL':
      if (isNative(body.type, capabilities)) return [body];
      return carouselParts(body, capabilities, options);
    case 'EMAIL':
      if (isNative(body.type, capabilities)) return [body];
      return [
        ...textParts([body.subject, body.text].filter(Boolean).join('\n\n'), capabilities),
        ...(body.attachments ?? []).flatMap((medium) =>
          mediaParts({ ...medium, type: 'FILE' }, capabilities, options),
        ),
      ];
    case 'LOCATION':
    case 'CONTACT':
      if (capabilities.media.kinds.includes(body.type)) return [body];
      return textParts(asText(body, options), capabilities);
    case 'URL':
      if (isNative(body.type, capabilities)) return [body];
      return textParts(asText(body, options), capabilities);
  }
}

type Media = Extract<MessageBody, { type: 'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE' | 'STICKER' }>;

/** As a medium, a caption that is too long going on as text; or its caption and a link. */
function mediaParts(
  body: Media,
  capabilities: Capabilities,
  { linkOf }: PlanOptions,
): readonly MessageBody[] {
  const { caption, ...bare } = body;
  if (!canCarry(body, capabilities)) {
    const link = linkOf(body.mediaId);
    return textParts([caption, link].filter(Boolean).join('\n'), capabilities);
  }
  const captionMax = capabilities.media.captionMaxOf?.[body.type] ?? capabilities.media.captionMax;
  if (!caption) return [bare];
  if (caption.length <= captionMax) return [body];
  if (captionMax === 0) return [bare, ...textParts(caption, capabilities)];
  const [first = '', ...rest] = splitText(caption, capabilities.text.max, captionMax);
  return [{ ...bare, caption: first }, ...rest.map(plain)];
}

function canCarry(body: Media, { media }: Capabilities): boolean {
  const kind: MediaKind = body.type;
  const most = media.maxBytes[kind];
  const types = media.types?.[kind];
  return (
    media.kinds.includes(kind) &&
    (most === undefined || (body.size ?? 0) <= most) &&
    (body.size !== undefined || !media.sizeNeeded?.includes(kind)) &&
    (!types || types.includes(mediaType(body.mimeType)))
  );
}

/** Without parameters, in lower case. */
function mediaType(mimeType = ''): string {
  return (mimeType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

type Buttons = Extract<MessageBody, { type: 'BUTTON' }>;

/** The richest form that fits: buttons, then a list, else numbered text. Text over the limit goes ahead. */
function buttonParts(body: Buttons, capabilities: Capabilities): readonly MessageBody[] {
  const choices = fittingChoices(body.choices, capabilities.buttons);
  const style = choices && styleOf(body, capabilities.buttons);
  if (!choices || !style) {
    const lines = [body.header, body.text, numbered(body.choices), body.footer];
    return textParts(lines.filter(Boolean).join('\n\n'), capabilities);
  }
  const pieces = splitText(body.text, capabilities.text.max);
  const last = pieces.at(-1) ?? body.text;
  const { style: _, ...rest } = body;
  return [
    ...pieces.slice(0, -1).map(plain),
    { ...rest, ...style, text: last, choices: [...choices] },
  ];
}

function styleOf(
  body: Buttons,
  buttons: Capabilities['buttons'],
): { style?: Buttons['style'] } | null {
  const count = body.choices.length;
  if (!buttons) return null;
  const listFits = buttons.listMax !== undefined && count <= buttons.listMax;
  if (body.style === 'LIST' && listFits) return { style: 'LIST' };
  if (count <= buttons.max) return body.style && body.style !== 'LIST' ? { style: body.style } : {};
  return listFits ? { style: 'LIST' } : null;
}

const ELLIPSIS = '…';

/** Titles and payloads cut to size; null when two titles would read the same. */
function fittingChoices(
  choices: readonly Choice[],
  buttons: Capabilities['buttons'],
): readonly Choice[] | null {
  if (!buttons) return null;
  const { titleMax, payloadMaxBytes } = buttons;
  const fitted = choices.map((choice, index) => ({
    ...choice,
    title: fittingTitle(choice.title, titleMax),
    id: bytesOf(choice.id) <= payloadMaxBytes ? choice.id : choiceToken(index, choices),
  }));
  const titles = new Set(fitted.map(({ title }) => title.toLowerCase()));
  return titles.size === fitted.length && fitted.every(({ title }) => title !== '') ? fitted : null;
}

function fittingTitle(title: string, max: number): string {
  if (title.length <= max) return title;
  const head = headOf(title, max - ELLIPSIS.length).trimEnd();
  return head === '' ? '' : head + ELLIPSIS;
}

function numbered(choices: readonly { readonly title: string }[]): string {
  return choices.map(({ title }, index) => `${index + 1}. ${title}`).join('\n');
}

type Carousel = Extract<MessageBody, { type: 'CAROUSEL' }>;

/** Each card as a part of its own, then all choices by number, counted through all cards. */
function carouselParts(
  body: Carousel,
  capabilities: Capabilities,
  options: PlanOptions,
): readonly MessageBody[] {
  const cards = body.cards.flatMap(({ title, text, mediaId }) => {
    const words = [title, text].filter(Boolean).join('\n');
    return mediaId
      ? mediaParts({ type: 'IMAGE', mediaId, caption: words }, capabilities, options)
      : textParts(words, capabilities);
  });
  const choices = body.cards.flatMap((card) => card.choices ?? []);
  return choices.length > 0 ? [...cards, ...textParts(numbered(choices), capabilities)] : cards;
}

function asText(
  body: Extract<MessageBody, { type: 'LOCATION' | 'CONTACT' | 'URL' }>,
  { mapLinkTemplate = MAP_LINK }: PlanOptions,
): string {
  switch (body.type) {
    case 'LOCATION': {
      const link = mapLinkTemplate
        .replaceAll('{lat}', String(body.latitude))
        .replaceAll('{lon}', String(body.longitude));
      return [body.name, body.address, link].filter(Boolean).join('\n');
    }
    case 'CONTACT':
      return body.contacts
        .map(({ name, phones, emails }) => [name, ...phones, ...emails].filter(Boolean).join('\n'))
        .join('\n\n');
    case 'URL':
      return [body.title, body.url].filter(Boolean).join('\n');
  }
}

function textParts(text: string, { text: { max } }: Capabilities): readonly MessageBody[] {
  return text === '' ? [] : splitText(text, max).map(plain);
}

function plain(text: string): MessageBody {
  return { type: 'PLAIN', text };
}

function isNative(type: MessageBody['type'], { native = [] }: Capabilities): boolean {
  return native.includes(type);
}

/** Length in UTF-8. */
function bytesOf(text: string): number {
  return [...text].reduce((sum, character) => {
    const point = character.codePointAt(0) ?? 0;
    return sum + (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);
  }, 0);
}
