import { h, type JSX } from 'preact';
import { datesIn } from '../../shared/dates';
import type { Message as MessageItem } from '../timeline';
import { Body } from './body';
import { Choices } from './choices';
import { useWidget } from './context';
import { AlertIcon, CheckIcon, ChecksIcon, ClockIcon } from './icons';

export interface MessageProps {
  readonly message: MessageItem;
  /** First and last of a run of messages by one author. */
  readonly first: boolean;
  readonly last: boolean;
  /** The visitor has not written since: its choices can still be taken. */
  readonly open: boolean;
  /** The newest of the visitor's own: it tells how far it got. */
  readonly tell: boolean;
}

/** One message: who, what, when, and of the visitor's own how far it got. */
export function Message({ message, first, last, open, tell }: MessageProps): JSX.Element {
  const { labels, locale } = useWidget();
  const { author, body, at, deleted } = message;
  const mine = author === 'visitor';
  const name = mine ? labels.you : (message.name ?? nameOf(author, labels));
  const time = datesIn(locale).time(at);
  return h(
    'div',
    {
      class: `message ${author} ${first ? 'first' : ''} ${last ? 'last' : ''}`,
      'data-id': message.id,
    },
    [
      name
        ? h('div', { class: first && !mine ? 'name' : 'sr' }, [h('bdi', null, name), ' '])
        : null,
      h('div', { class: 'bubble' }, [
        deleted || !body
          ? h('em', null, deleted ? labels.deleted : labels.unsupported)
          : h(Body, { body, media: message.media }),
        message.reactions.length > 0
          ? h('span', { class: 'reactions' }, message.reactions.join(' '))
          : null,
      ]),
      body?.type === 'BUTTON' && open && !deleted ? h(Choices, { choices: body.choices }) : null,
      last || tell || message.delivery === 'failed'
        ? h('div', { class: 'meta' }, [
            message.edited && !deleted ? `${labels.edited} · ` : null,
            time ? h('time', { dateTime: at, dir: 'auto' }, time) : null,
            tell || message.delivery === 'failed' ? h(Delivery, { message }) : null,
          ])
        : null,
    ],
  );
}

function Delivery({ message }: { message: MessageItem }): JSX.Element | null {
  const { chat, labels } = useWidget();
  const { delivery, key, refused } = message;
  if (!delivery) return null;
  if (delivery === 'failed')
    return h('span', { class: 'delivery failed' }, [
      h(AlertIcon, null),
      refused ? labels.refused : labels.failed,
      ' · ',
      h(
        'button',
        {
          class: 'link',
          type: 'button',
          onClick: () => (refused ? chat.discard : chat.retry)(key),
        },
        refused ? labels.discard : labels.retry,
      ),
    ]);
  const Sign = { sending: ClockIcon, sent: CheckIcon, delivered: ChecksIcon, seen: ChecksIcon }[
    delivery
  ];
  return h('span', { class: `delivery ${delivery}` }, [h(Sign, null), labels[delivery]]);
}

function nameOf(author: MessageItem['author'], labels: { assistant: string; agent: string }) {
  return { visitor: null, business: null, bot: labels.assistant, agent: labels.agent }[author];
}
