import { Textarea, TextInput } from '@mantine/core';
import { useLocale } from '../../shared/i18n/locale';
import type { MessageBody } from '../../shared/model';

export interface TemplateDraft {
  readonly name: string;
  readonly language: string;
  /** One value a line, in the order of the template's places. */
  readonly values: string;
}
export const EMPTY_TEMPLATE: TemplateDraft = { name: '', language: 'en', values: '' };

export function isComplete({ name, language }: TemplateDraft): boolean {
  return name.trim() !== '' && language.trim() !== '';
}

export function templateBody({ name, language, values }: TemplateDraft): MessageBody {
  const parameters = values
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((text) => ({ type: 'text', text }));
  return {
    type: 'TEMPLATE',
    name: name.trim(),
    language: language.trim(),
    ...(parameters.length > 0 ? { components: [{ type: 'body', parameters }] } : {}),
  };
}

/** A template that the provider has approved, by its name: what may still be sent when the reply window is closed. */
export function TemplateFields({
  draft,
  change,
}: {
  draft: TemplateDraft;
  change: (draft: TemplateDraft) => void;
}) {
  const { t } = useLocale();
  const set = (part: Partial<TemplateDraft>) => change({ ...draft, ...part });
  return (
    <>
      <TextInput
        data-autofocus
        label={t('template.name')}
        dir="ltr"
        required
        maxLength={512}
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('template.language')}
        dir="ltr"
        required
        maxLength={35}
        value={draft.language}
        onChange={(event) => set({ language: event.currentTarget.value })}
      />
      <Textarea
        label={t('template.values')}
        description={t('template.valuesHint')}
        autosize
        minRows={2}
        value={draft.values}
        onChange={(event) => set({ values: event.currentTarget.value })}
      />
    </>
  );
}
