import { h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PreChatField } from '../protocol';
import { useWidget } from './context';

/** The questions that the channel wants answered before the chat starts. */
export function PreChat({ fields }: { fields: readonly PreChatField[] }): JSX.Element {
  const { chat, labels } = useWidget();
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>({});
  const [checked, setChecked] = useState(false);
  const missing = (field: PreChatField) => field.required && !answers[field.key]?.trim();

  const submit = (event: Event) => {
    event.preventDefault();
    setChecked(true);
    const first = fields.findIndex(missing);
    if (first >= 0) {
      const form = event.currentTarget as HTMLFormElement;
      return form.querySelectorAll('input')[first]?.focus();
    }
    const given = Object.entries(answers).map(([key, value]) => [key, value.trim()] as const);
    void chat.start(Object.fromEntries(given.filter(([, value]) => value !== ''))); // shows its own failure
  };
  return h('form', { class: 'form', noValidate: true, onSubmit: submit }, [
    h('h3', null, labels.beforeStart),
    ...fields.map((field, index) => {
      const id = `field-${index}`;
      const wrong = checked && missing(field);
      return h('div', { class: 'field', key: field.key }, [
        h('label', { for: id, dir: 'auto' }, [
          field.label,
          field.required ? null : h('small', null, ` (${labels.optional})`),
        ]),
        h('input', {
          id,
          name: field.key,
          type: field.key === 'email' ? 'email' : 'text',
          autocomplete: ['name', 'email'].includes(field.key) ? field.key : 'off',
          dir: 'auto',
          maxLength: 500,
          value: answers[field.key] ?? '',
          'aria-required': field.required,
          'aria-invalid': Boolean(wrong),
          'aria-describedby': wrong ? `${id}-problem` : undefined,
          'data-focus': index === 0,
          onInput: (event: Event) => {
            const { value } = event.currentTarget as HTMLInputElement;
            setAnswers((before) => ({ ...before, [field.key]: value }));
          },
        }),
        wrong ? h('p', { id: `${id}-problem`, class: 'problem' }, labels.required) : null,
      ]);
    }),
    h('button', { type: 'submit', class: 'primary' }, labels.start),
  ]);
}
