/** The `type` values of a message body (domain.md 8.2). A plain list, so that workflow code may use it without zod. */
export const BODY_TYPES = [
  'PLAIN',
  'IMAGE',
  'VIDEO',
  'AUDIO',
  'FILE',
  'STICKER',
  'LOCATION',
  'CONTACT',
  'URL',
  'BUTTON',
  'CHOICE',
  'CAROUSEL',
  'TEMPLATE',
  'EMAIL',
  'VOICE',
  'UNSUPPORTED',
] as const;
export type BodyType = (typeof BODY_TYPES)[number];

/** Body types that only a customer sends. */
export const INBOUND_ONLY_BODY_TYPES = ['CHOICE', 'VOICE', 'UNSUPPORTED'] as const;
/** Body types that only the business sends. */
export const OUTBOUND_ONLY_BODY_TYPES = ['BUTTON', 'CAROUSEL', 'TEMPLATE'] as const;

/** Largest body that travels by value, in bytes of its JSON in UTF-8 (architecture.md decision 8). */
export const INLINE_BODY_MAX_BYTES = 65_536;
/** Longest text of a body, in UTF-16 units. */
export const TEXT_MAX = 32_000;
/** Largest medium (domain.md 8.2). */
export const MEDIA_MAX_BYTES = 25 * 1024 * 1024;
