import { ConnectorError } from '../../domain/errors';
import type { Choice, MessageBody } from '../../domain/message/schema';
import { headOf } from '../../domain/message/split-text';
import type { OutboundPart } from '../connector';

type Body<T extends MessageBody['type']> = Extract<MessageBody, { type: T }>;
type Media = Body<'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE'>;

/**
 * The fields of a message that say what is sent (connectors.md 2.2). `uploaded`: the medium's id at the provider, which then stands in
 * for its link. Throws `Rejected` for what the planning lets through to no channel.
 */
export function outboundContent(
  { body, mediaUrls }: OutboundPart,
  uploaded: string | null = null,
): Readonly<Record<string, unknown>> {
  switch (body.type) {
    case 'PLAIN':
      return { type: 'text', text: { preview_url: false, body: body.text } };
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE':
      return mediumOf(body, uploaded ? { id: uploaded } : { link: mediaUrls[body.mediaId] });
    case 'LOCATION': {
      const { type: _, ...location } = body;
      return { type: 'location', location };
    }
    case 'BUTTON':
      return { type: 'interactive', interactive: interactiveOf(body) };
    case 'TEMPLATE': {
      const { name, language, components } = body;
      return {
        type: 'template',
        template: { name, language: { code: language }, ...(components && { components }) },
      };
    }
    default:
      throw new ConnectorError('Rejected', `no ${body.type} here`, { reason: 'bodyType' });
  }
}

/** Types that go out as what they are; any other image, video or sound goes out as a document. */
const TYPES: Readonly<Record<Exclude<Media['type'], 'FILE'>, readonly string[]>> = {
  IMAGE: ['image/jpeg', 'image/png'],
  VIDEO: ['video/mp4', 'video/3gpp'],
  AUDIO: ['audio/aac', 'audio/mp4', 'audio/mpeg', 'audio/amr', 'audio/ogg'],
};
const NAMES = { IMAGE: 'image', VIDEO: 'video', AUDIO: 'audio', FILE: 'document' } as const;

function mediumOf(
  body: Media,
  source: { readonly id: string } | { readonly link: string | undefined },
): Readonly<Record<string, unknown>> {
  if ('link' in source && !source.link)
    throw new ConnectorError('Rejected', 'media without a link', { reason: 'media' });
  const { caption, fileName } = body;
  const name = NAMES[isTaken(body) ? body.type : 'FILE'];
  return {
    type: name,
    [name]: {
      ...source,
      ...(caption && name !== 'audio' && { caption }),
      ...(fileName && name === 'document' && { filename: fileName }),
    },
  };
}

function isTaken({ type, mimeType }: Media): boolean {
  if (type === 'FILE' || !mimeType) return true;
  return TYPES[type].includes((mimeType.split(';', 1)[0] ?? '').trim().toLowerCase());
}

const DESCRIPTION_MAX = 72;
/** What opens a list: a label is required, and the body has none. */
const LIST_LABEL = 'Open';

function interactiveOf(body: Body<'BUTTON'>): Readonly<Record<string, unknown>> {
  const { text, header, footer, style, choices } = body;
  return {
    type: style === 'LIST' ? 'list' : 'button',
    ...(header && { header: { type: 'text', text: header } }),
    body: { text },
    ...(footer && { footer: { text: footer } }),
    action:
      style === 'LIST'
        ? { button: LIST_LABEL, sections: sectionsOf(choices) }
        : { buttons: choices.map(({ id, title }) => ({ type: 'reply', reply: { id, title } })) },
  };
}

/** Choices by their section, in the order in which sections first come. More than one section needs a title each. */
function sectionsOf(choices: readonly Choice[]): readonly unknown[] {
  const sections = new Map<string, Choice[]>();
  for (const choice of choices) {
    const name = choice.section ?? '';
    sections.set(name, [...(sections.get(name) ?? []), choice]);
  }
  return [...sections].map(([name, rows]) => ({
    ...((name || sections.size > 1) && { title: name || '–' }),
    rows: rows.map(({ id, title, description }) => ({
      id,
      title,
      ...(description && { description: headOf(description, DESCRIPTION_MAX) }),
    })),
  }));
}
