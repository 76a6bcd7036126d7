import { h, type JSX } from 'preact';
import type { Choice } from '../../../domain/message/schema';
import { useWidget } from './context';

/** A bot's choices as buttons. They go away once the visitor has answered: the answer stands below as the visitor's own words. */
export function Choices({ choices }: { choices: readonly Choice[] }): JSX.Element {
  const { chat } = useWidget();
  const choose = ({ id, title }: Choice) => chat.say({ type: 'CHOICE', choiceId: id, title });
  return h(
    'div',
    { class: 'choices' },
    choices.flatMap((choice, index) => [
      choice.section && choice.section !== choices[index - 1]?.section
        ? h('span', { class: 'section' }, h('bdi', null, choice.section))
        : null,
      h('button', { type: 'button', class: 'choice', dir: 'auto', onClick: () => choose(choice) }, [
        choice.title,
        choice.description ? h('small', { dir: 'auto' }, choice.description) : null,
      ]),
    ]),
  );
}
