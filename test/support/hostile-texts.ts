import { XSS_PAYLOADS } from './xss-payloads';

/**
 * Fields that a customer fills in, each with a sign of one character that ends its texts: whoever finds the text with the sign knows
 * which field it came by. No text runs because of the sign: what follows a tag is text, what follows an address belongs to it.
 */
export const SIGNS = {
  name: '①',
  identifier: '②',
  attributeKey: '③',
  attributeValue: '④',
  dataKey: '⑤',
  browser: '⑥',
  pageUrl: '⑦',
  pageTitle: '⑧',
  referrer: '⑨',
  formAnswer: '⑩',
  text: '⑪',
  caption: '⑫',
  fileName: '⑬',
  placeName: '⑭',
  placeAddress: '⑮',
  contactName: '⑯',
  phone: '⑰',
  contactEmail: '⑱',
  linkTitle: '⑲',
  linkAddress: '⑳',
  choiceId: '㉑',
  choiceTitle: '㉒',
  choiceText: '㉓',
  subject: '㉔',
  mailText: '㉕',
  copyTo: '㉖',
  attachment: '㉗',
  kind: '㉘',
  emoji: '㉙',
  edited: '㉚',
  button: '㉛',
  template: '㉜',
  factValue: '㉝',
  markdown: '㉞',
} as const;
export type Field = keyof typeof SIGNS;

/** The forty payloads as this field gets them. Addresses hold no tabs. */
export function hostile(field: Field): readonly string[] {
  const held = (payload: string) =>
    field === 'linkAddress' ? payload.replaceAll('\t', ' ') : payload;
  return XSS_PAYLOADS.map((payload) => held(payload) + SIGNS[field]);
}

/** The forty in as few texts of at most `max` UTF-16 units as they fit into. */
export function packed(field: Field, max: number, between = ' '): readonly string[] {
  const packs: string[] = [];
  for (const text of hostile(field)) {
    const last = packs.at(-1);
    const longer = last === undefined ? null : last + between + text;
    if (longer !== null && longer.length <= max) packs[packs.length - 1] = longer;
    else packs.push(text);
  }
  return packs;
}

/** Which of the field's forty a page does not show. White space counts once, as it is drawn. */
export function missingFrom(shown: string, field: Field): readonly string[] {
  const drawn = oneSpace(shown);
  return hostile(field).filter((text) => !drawn.includes(oneSpace(text)));
}

function oneSpace(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
