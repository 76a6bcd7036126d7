import type { MessageBody } from '../../domain/message/schema';
import { type Field, hostile, packed } from './hostile-texts';

const FILES = ['FILE', 'IMAGE', 'VIDEO', 'AUDIO', 'STICKER'] as const;

/** The first message of a hostile customer. */
export const HOSTILE_TEXT: MessageBody = {
  type: 'PLAIN',
  text: `Good morning\n${all('text')}`,
};
export const HOSTILE_EDIT: MessageBody = { type: 'PLAIN', text: all('edited') };
/** Longest reaction, in UTF-16 units; as long as the longest kind. */
const EMOJI_MAX = 64;
/** Reactions that hold the forty. As many as there are UNSUPPORTED bodies below. */
export const HOSTILE_REACTIONS = packed('emoji', EMOJI_MAX);

/** Bodies of every type that a customer sends: all forty payloads in each of their fields, as many to a field as it takes. */
export function hostileBodies(mediaId: string): readonly MessageBody[] {
  const copies = hostile('copyTo');
  const captions = packed('caption', 1024, '\n');
  const addresses = packed('placeAddress', 1000);
  const mails = packed('subject', 990);
  const links = packed('linkAddress', 250);
  const attachments = packed('attachment', 255).map((fileName) => ({ mediaId, fileName }));
  return [
    { type: 'PLAIN', text: all('markdown'), format: 'MARKDOWN' },
    ...FILES.flatMap((type) =>
      packed('fileName', 255).map((fileName, n): MessageBody => {
        const caption = captions[n];
        return { type, mediaId, fileName, ...(caption ? { caption } : {}) };
      }),
    ),
    ...packed('placeName', 256).map((name, n): MessageBody => {
      const address = addresses[n];
      return { type: 'LOCATION', latitude: 1, longitude: 2, name, ...(address ? { address } : {}) };
    }),
    // Apart, since only the first 3000 characters of a message are shown at once.
    contacts(packed('contactName', 256).map((name) => ({ name, phones: [], emails: [] }))),
    contacts(tens('phone').map((phones) => ({ name: 'Call', phones, emails: [] }))),
    contacts(tens('contactEmail').map((emails) => ({ name: 'Write', phones: [], emails }))),
    ...packed('linkTitle', 250).map((title, n): MessageBody => {
      return { type: 'URL', url: `https://ok.example/${links[n] ?? ''}`, title };
    }),
    ...packed('choiceId', 200).map((choiceId): MessageBody => ({ type: 'CHOICE', choiceId })),
    ...packed('choiceTitle', 256).map((title): MessageBody => {
      return { type: 'CHOICE', choiceId: 'x', title };
    }),
    { type: 'CHOICE', choiceId: 'x', text: all('choiceText') },
    ...mails.map((subject): MessageBody => {
      return { type: 'EMAIL', subject, text: all('mailText'), cc: [...copies], attachments };
    }),
    ...packed('kind', EMOJI_MAX).map((kind): MessageBody => ({ type: 'UNSUPPORTED', kind })),
  ];
}

/** All forty, a line each. */
export function all(field: Field): string {
  return hostile(field).join('\n');
}

type Contacts = Extract<MessageBody, { readonly type: 'CONTACT' }>['contacts'];
function contacts(given: Contacts): MessageBody {
  return { type: 'CONTACT', contacts: given };
}

function tens(field: Field): string[][] {
  const texts = hostile(field);
  return [0, 10, 20, 30].map((from) => texts.slice(from, from + 10));
}
