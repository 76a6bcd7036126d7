import fc from 'fast-check';
import type { Capabilities } from '../../../domain/channel/capabilities';
import { planParts } from '../../../domain/message/outbound';
import type { MessageBody } from '../../../domain/message/schema';

const BASE: Capabilities = {
  typing: false,
  readReceipts: { send: false, receive: false },
  reactions: false,
  replies: false,
  templates: false,
  media: { kinds: [], maxBytes: {}, captionMax: 0 },
  text: { max: 60 },
  buttons: null,
  deliveryStates: [],
  idempotentSend: false,
  window: null,
  rate: {},
  ambiguousSend: 'at-most-once',
};
const can = (more: Partial<Capabilities>): Capabilities => ({ ...BASE, ...more });
const OPTIONS = { linkOf: (mediaId: string) => `https://p.test/${mediaId}` };
const plan = (body: MessageBody, capabilities: Partial<Capabilities> = {}) =>
  planParts(body, can(capabilities), OPTIONS);
const plain = (...texts: string[]) => ({ parts: texts.map((text) => ({ type: 'PLAIN', text })) });
const buttons = (over: Partial<Extract<MessageBody, { type: 'BUTTON' }>> = {}): MessageBody => ({
  type: 'BUTTON',
  text: 'Ok?',
  choices: [
    { id: 'yes', title: 'Yes' },
    { id: 'no', title: 'No' },
  ],
  ...over,
});
const THREE = { max: 3, titleMax: 20, payloadMaxBytes: 64, listMax: 10 };
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `c${index}`, title: `T${index}` }));

describe('text', () => {
  it('is split and keeps its format', () => {
    const body: MessageBody = {
      type: 'PLAIN',
      text: `${'a'.repeat(50)} ${'b'.repeat(50)}`,
      format: 'MARKDOWN',
      textMediaId: 'x',
    };
    expect(plan(body)).toEqual({
      parts: [
        { type: 'PLAIN', text: 'a'.repeat(50), format: 'MARKDOWN' },
        { type: 'PLAIN', text: 'b'.repeat(50), format: 'MARKDOWN' },
      ],
    });
  });
});

describe('media', () => {
  const media: Partial<Capabilities> = {
    media: { kinds: ['IMAGE', 'FILE'], maxBytes: { IMAGE: 100 }, captionMax: 10 },
  };
  const image: MessageBody = { type: 'IMAGE', mediaId: 'm1', caption: 'a cat', size: 100 };
  it.each([
    ['whole', image, { parts: [image] }],
    [
      'without a caption',
      { type: 'IMAGE', mediaId: 'm1' },
      { parts: [{ type: 'IMAGE', mediaId: 'm1' }] },
    ],
    [
      'caption over its limit',
      { type: 'FILE', mediaId: 'm1', caption: 'one two three four' },
      {
        parts: [
          { type: 'FILE', mediaId: 'm1', caption: 'one two' },
          { type: 'PLAIN', text: 'three four' },
        ],
      },
    ],
    ['too large', { ...image, size: 101 }, plain('a cat\nhttps://p.test/m1')],
    ['kind not carried', { type: 'VIDEO', mediaId: 'm2' }, plain('https://p.test/m2')],
  ] as [string, MessageBody, unknown][])('%s', (_name, body, expected) => {
    expect(plan(body, media)).toEqual(expected);
  });
  const picky: Partial<Capabilities> = {
    media: {
      kinds: ['IMAGE', 'FILE', 'VIDEO'],
      maxBytes: {},
      captionMax: 10,
      captionMaxOf: { FILE: 0 },
      types: { IMAGE: ['image/png'] },
      sizeNeeded: ['VIDEO'],
    },
  };
  it.each([
    [
      'a type that fits',
      { type: 'IMAGE', mediaId: 'm1', mimeType: 'Image/PNG; q=1' },
      { parts: [{ type: 'IMAGE', mediaId: 'm1', mimeType: 'Image/PNG; q=1' }] },
    ],
    [
      'another type',
      { type: 'IMAGE', mediaId: 'm1', mimeType: 'image/webp', caption: 'a cat' },
      plain('a cat\nhttps://p.test/m1'),
    ],
    ['an unknown type', { type: 'IMAGE', mediaId: 'm1' }, plain('https://p.test/m1')],
    ['a size that must be known', { type: 'VIDEO', mediaId: 'm1' }, plain('https://p.test/m1')],
    [
      'a known size',
      { type: 'VIDEO', mediaId: 'm1', size: 0 },
      { parts: [{ type: 'VIDEO', mediaId: 'm1', size: 0 }] },
    ],
    [
      'a kind without captions',
      { type: 'FILE', mediaId: 'm1', caption: 'a cat' },
      {
        parts: [
          { type: 'FILE', mediaId: 'm1' },
          { type: 'PLAIN', text: 'a cat' },
        ],
      },
    ],
  ] as [string, MessageBody, unknown][])('%s', (_name, body, expected) => {
    expect(plan(body, picky)).toEqual(expected);
  });
  it('no captions at all', () => {
    const kinds = { kinds: ['IMAGE' as const], maxBytes: {}, captionMax: 0 };
    expect(plan(image, { media: kinds })).toEqual({
      parts: [
        { type: 'IMAGE', mediaId: 'm1', size: 100 },
        { type: 'PLAIN', text: 'a cat' },
      ],
    });
  });
});

describe('choices', () => {
  it.each([
    ['buttons where they fit', buttons(), { buttons: THREE }, { parts: [buttons()] }],
    [
      'a list above the number of buttons',
      buttons({ choices: many(4) }),
      { buttons: THREE },
      { parts: [buttons({ choices: many(4), style: 'LIST' })] },
    ],
    [
      'a list where it is asked for',
      buttons({ style: 'LIST' }),
      { buttons: THREE },
      { parts: [buttons({ style: 'LIST' })] },
    ],
    [
      'buttons where no list exists',
      buttons({ style: 'LIST' }),
      { buttons: { ...THREE, listMax: undefined } },
      { parts: [buttons()] },
    ],
    [
      'numbered text above the list',
      buttons({ choices: many(11) }),
      { buttons: THREE, text: { max: 500 } },
      plain(
        `Ok?\n\n${many(11)
          .map(({ title }, index) => `${index + 1}. ${title}`)
          .join('\n')}`,
      ),
    ],
    [
      'numbered text where there are none',
      buttons({ header: 'H', footer: 'F' }),
      {},
      plain('H\n\nOk?\n\n1. Yes\n2. No\n\nF'),
    ],
    [
      'a title cut with an ellipsis',
      buttons({ choices: [{ id: 'a', title: 'A very long title 😀😀😀' }] }),
      { buttons: THREE },
      { parts: [buttons({ choices: [{ id: 'a', title: 'A very long title…' }] })] },
    ],
    [
      'numbers where two titles become equal',
      buttons({
        choices: [
          { id: 'a', title: 'ABCDEFGH 1' },
          { id: 'b', title: 'abcdefgh 2' },
        ],
      }),
      { buttons: { ...THREE, titleMax: 8 } },
      plain('Ok?\n\n1. ABCDEFGH 1\n2. abcdefgh 2'),
    ],
    [
      'a number for a payload that is too long in bytes',
      buttons({
        choices: [
          { id: 'ž'.repeat(33), title: 'A' },
          { id: 'b', title: 'B' },
        ],
      }),
      { buttons: THREE },
      {
        parts: [
          buttons({
            choices: [
              { id: '1', title: 'A' },
              { id: 'b', title: 'B' },
            ],
          }),
        ],
      },
    ],
    [
      'a marked number where that is taken',
      buttons({
        choices: [
          { id: 'x'.repeat(65), title: 'A' },
          { id: '1', title: 'B' },
        ],
      }),
      { buttons: THREE },
      {
        parts: [
          buttons({
            choices: [
              { id: '#1', title: 'A' },
              { id: '1', title: 'B' },
            ],
          }),
        ],
      },
    ],
    [
      'text over the limit ahead',
      buttons({ text: `${'a'.repeat(60)} b` }),
      { buttons: THREE },
      { parts: [{ type: 'PLAIN', text: 'a'.repeat(60) }, buttons({ text: 'b' })] },
    ],
  ] as [string, MessageBody, Partial<Capabilities>, unknown][])(
    '%s',
    (_name, body, capabilities, expected) => {
      expect(plan(body, capabilities)).toEqual(expected);
    },
  );
});

describe('the rest', () => {
  const location: MessageBody = {
    type: 'LOCATION',
    latitude: 44.8,
    longitude: -20.4,
    name: 'Home',
    address: 'Main 1',
  };
  const contact: MessageBody = {
    type: 'CONTACT',
    contacts: [{ name: 'Ana', phones: ['+381'], emails: ['a@b.c'] }],
  };
  const carousel: MessageBody = {
    type: 'CAROUSEL',
    cards: [
      { title: 'One', text: 'first', mediaId: 'm1', choices: [{ id: 'a', title: 'Take' }] },
      { title: 'Two', choices: [{ id: 'b', title: 'Take it' }] },
    ],
  };
  const email: MessageBody = {
    type: 'EMAIL',
    subject: 'Hi',
    text: 'there',
    attachments: [{ mediaId: 'm1' }],
  };
  const template: MessageBody = { type: 'TEMPLATE', name: 'hello', language: 'en' };
  const all: Partial<Capabilities> = {
    media: { kinds: ['IMAGE', 'LOCATION', 'CONTACT'], maxBytes: {}, captionMax: 20 },
    native: ['URL', 'CAROUSEL', 'EMAIL'],
    templates: true,
    text: { max: 500 },
  };
  it.each([
    location,
    contact,
    carousel,
    email,
    template,
    { type: 'URL', url: 'https://a.b/' } as MessageBody,
  ])('goes out whole where it is known: $type', (body) =>
    expect(plan(body, all)).toEqual({ parts: [body] }),
  );
  it.each([
    [location, plain('Home\nMain 1\nhttps://www.openstreetmap.org/?mlat=44.8&mlon=-20.4')],
    [contact, plain('Ana\n+381\na@b.c')],
    [carousel, plain('One\nfirst\nhttps://p.test/m1', 'Two', '1. Take\n2. Take it')],
    [email, plain('Hi\n\nthere', 'https://p.test/m1')],
    [{ type: 'URL', url: 'https://a.b/', title: 'A' }, plain('A\nhttps://a.b/')],
    [template, { rejected: 'template' }],
    [{ type: 'UNSUPPORTED', kind: 'x' }, { rejected: 'bodyType' }],
    [{ type: 'EMAIL', text: '' }, { rejected: 'empty' }],
  ] as [MessageBody, unknown][])('becomes the next best thing: $type', (body, expected) => {
    expect(plan(body, { text: { max: 100 } })).toEqual(expected);
  });
  it('cards keep their pictures where pictures go', () => {
    expect(plan(carousel, { ...all, native: [] })).toEqual({
      parts: [
        { type: 'IMAGE', mediaId: 'm1', caption: 'One\nfirst' },
        { type: 'PLAIN', text: 'Two' },
        { type: 'PLAIN', text: '1. Take\n2. Take it' },
      ],
    });
  });
  it('uses the given map', () => {
    const options = { ...OPTIONS, mapLinkTemplate: 'https://m/{lat},{lon}' };
    const bare: MessageBody = { type: 'LOCATION', latitude: 1, longitude: 2 };
    expect(planParts(bare, can({}), options)).toEqual(plain('https://m/1,2'));
  });
});

it('no part exceeds what the channel takes, and planning is deterministic', () => {
  const choice = fc.record({
    id: fc.string({ minLength: 1, maxLength: 80 }),
    title: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
  });
  const body = fc.oneof(
    fc.record({
      type: fc.constant('PLAIN' as const),
      text: fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' }),
    }),
    fc.record({
      type: fc.constant('IMAGE' as const),
      mediaId: fc.constant('m'),
      caption: fc.string({ minLength: 1, maxLength: 300 }),
    }),
    fc.record({
      type: fc.constant('BUTTON' as const),
      text: fc.string({ minLength: 1, maxLength: 200 }),
      choices: fc.uniqueArray(choice, { minLength: 1, maxLength: 12, selector: ({ id }) => id }),
    }),
  );
  const capabilities = fc.record({
    text: fc.record({ max: fc.integer({ min: 20, max: 100 }) }),
    media: fc.record({
      kinds: fc.constantFrom([], ['IMAGE' as const]),
      maxBytes: fc.constant({}),
      captionMax: fc.integer({ min: 0, max: 50 }),
    }),
    buttons: fc.option(
      fc.record({
        max: fc.integer({ min: 1, max: 5 }),
        titleMax: fc.integer({ min: 1, max: 24 }),
        payloadMaxBytes: fc.integer({ min: 4, max: 64 }),
        listMax: fc.integer({ min: 1, max: 10 }),
      }),
    ),
  });
  fc.assert(
    fc.property(body, capabilities, (given, able) => {
      const planned = plan(given, able);
      expect(plan(given, able)).toEqual(planned);
      if (!('parts' in planned)) throw new Error('never rejected');
      expect(planned.parts.length).toBeGreaterThan(0);
      for (const part of planned.parts) {
        if (part.type === 'PLAIN') expect(part.text.length).toBeLessThanOrEqual(able.text.max);
        if (part.type === 'IMAGE')
          expect((part.caption ?? '').length).toBeLessThanOrEqual(able.media.captionMax);
        if (part.type === 'BUTTON') {
          expect(part.text.length).toBeLessThanOrEqual(able.text.max);
          expect(part.choices.length).toBeLessThanOrEqual(
            Math.max(able.buttons?.max ?? 0, able.buttons?.listMax ?? 0),
          );
          expect(new Set(part.choices.map(({ id }) => id)).size).toBe(part.choices.length);
          for (const { title, id } of part.choices) {
            expect(title.length).toBeLessThanOrEqual(able.buttons?.titleMax ?? 0);
            expect(Buffer.byteLength(id)).toBeLessThanOrEqual(able.buttons?.payloadMaxBytes ?? 0);
          }
        }
      }
    }),
  );
});
