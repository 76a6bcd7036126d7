import { type ComponentChildren, h, type JSX } from 'preact';
import type { MessageBody } from '../../../domain/message/schema';
import { safeHref } from '../../shared/text';
import type { MediaState } from '../protocol';
import { Choices } from './choices';
import { useWidget } from './context';
import { Media } from './media';
import { Link, RichText } from './rich-text';

/** What a bubble holds, for every kind of body (domain.md 8.2). */
export function Body({
  body,
  media = null,
}: {
  body: MessageBody;
  media?: MediaState | null;
}): JSX.Element {
  const { labels } = useWidget();
  switch (body.type) {
    case 'PLAIN':
      return h(RichText, { text: body.text, format: body.format });
    case 'CHOICE':
      return h(RichText, { text: body.text ?? body.title ?? body.choiceId });
    case 'BUTTON':
      return h('div', null, [
        body.header ? h('strong', { class: 'headline', dir: 'auto' }, body.header) : null,
        h(RichText, { text: body.text }),
        body.footer ? h('small', { dir: 'auto' }, body.footer) : null,
      ]);
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE':
    case 'STICKER':
      return h(Media, { body, state: media });
    case 'URL': {
      const href = safeHref(body.url);
      return href
        ? h(Link, { href, text: body.title ?? body.url })
        : h(RichText, { text: body.url });
    }
    case 'LOCATION':
      return lines([body.name, body.address, `${body.latitude}, ${body.longitude}`]);
    case 'CONTACT':
      return lines(
        body.contacts.flatMap(({ name, phones, emails }) => [
          name,
          ...(phones ?? []).map((phone) => `tel:${phone.replace(/[^+\d]/g, '')}`),
          ...(emails ?? []).map((email) => `mailto:${email}`),
        ]),
      );
    case 'EMAIL':
      return lines([body.subject, body.text]);
    case 'CAROUSEL':
      return h(
        'div',
        { class: 'cards' },
        body.cards.map((card) =>
          h('div', { class: 'card' }, [
            h('strong', { dir: 'auto' }, card.title),
            card.text ? h(RichText, { text: card.text }) : null,
            card.choices ? h(Choices, { choices: card.choices }) : null,
          ]),
        ),
      );
    default:
      return h('em', null, labels.unsupported);
  }
}

function lines(texts: readonly (string | undefined)[]): JSX.Element {
  const shown: ComponentChildren[] = texts
    .filter((text) => text !== undefined && text !== '')
    .map((text) => h(RichText, { text: text as string }));
  return h('div', null, shown);
}
