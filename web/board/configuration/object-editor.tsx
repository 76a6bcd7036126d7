import { Button, NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../../shared/api';
import { useLocale } from '../../shared/i18n/locale';
import { ConfirmDialog } from '../../shared/ui/confirm-dialog';
import { useSignedIn } from '../../shared/ui/signed-in';
import { useErrorText } from '../../shared/ui/states';
import { useToast } from '../../shared/ui/toasts';
import { wordsOf } from './field-words';
import { draftOf, type Field, objectOf } from './schema';
import { type Begun, draftKey, type Unsaved } from './unsaved';

export type Stored = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly version: number;
};

export interface ObjectEditorProps {
  readonly resource: string;
  readonly fields: readonly Field[];
  /** Null: a new one. */
  readonly stored: Stored | null;
  readonly saved: (object: Stored | null) => void;
  readonly unsaved: Unsaved;
}

/** One object: checked here as far as its schema says, by the server for the rest, whose words stand at the field they are about. */
export function ObjectEditor({ resource, fields, stored, saved, unsaved }: ObjectEditorProps) {
  const { t } = useLocale();
  const { api } = useSignedIn();
  const client = useQueryClient();
  const toast = useToast();
  const said = useErrorText();
  const { begun } = unsaved;
  const key = draftKey(resource, stored?.id ?? '', stored?.version ?? 0);
  const [{ id, draft }, setBegun] = useState(() => begun.get(key) ?? asStored());
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const [deleting, setDeleting] = useState(false);
  const path = `/v1/${resource}`;
  function asStored(): Begun {
    return { id: stored?.id ?? '', draft: draftOf(fields, stored ?? {}) };
  }
  function change(next: Begun): void {
    begun.set(key, next);
    setBegun(next);
  }
  function discard(): void {
    begun.delete(key);
    setBegun(asStored());
    setFaults({});
  }
  const done = (object: Stored | null) => {
    begun.delete(key);
    toast(t(object ? 'config.saved' : 'config.deleted'), 'done');
    void client.invalidateQueries({ queryKey: ['config', resource] });
    void client.invalidateQueries({ queryKey: ['workspace'] });
    saved(object);
  };
  const save = useMutation({
    mutationFn: (object: Record<string, unknown>) =>
      stored
        ? api.call<Stored>('PUT', `${path}/${encodeURIComponent(stored.id)}`, {
            body: object,
            version: stored.version,
          })
        : api.call<Stored>('POST', path, {
            body: id.trim() === '' ? object : { ...object, id: id.trim() },
          }),
    onSuccess: done,
    onError: (error) => {
      const told = error instanceof ApiError ? error.faults : [];
      setFaults(
        Object.fromEntries(
          told.map(({ path: at, message }) => [at.split(/[.[]/)[0] ?? at, `${at}: ${message}`]),
        ),
      );
      const stale = error instanceof ApiError && error.status === 412;
      if (stale) {
        begun.delete(key);
        void client.invalidateQueries({ queryKey: ['config', resource] });
      }
      toast(stale ? t('config.stale') : told.length > 0 ? t('config.wrong') : said(error), 'error');
    },
  });
  const remove = useMutation({
    mutationFn: () => api.call('DELETE', `${path}/${encodeURIComponent(id)}`),
    onSuccess: () => done(null),
    onError: (error) => toast(said(error), 'error'),
  });
  function submit(): void {
    const { object, faults: own } = objectOf(fields, draft);
    const wrong = Object.entries(own);
    setFaults(
      Object.fromEntries(
        wrong.map(([name, fault]) => [name, t(fault === 'json' ? 'config.json' : 'config.wrong')]),
      ),
    );
    if (wrong.length === 0) save.mutate(object);
  }
  return (
    <form
      className="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextInput
        label={t('config.id')}
        dir="ltr"
        value={id}
        readOnly={stored !== null}
        error={faults['id']}
        onChange={(event) => change({ id: event.currentTarget.value, draft })}
      />
      {fields.map((field) => (
        <FieldEditor
          key={field.name}
          field={field}
          value={draft[field.name] ?? ''}
          error={faults[field.name]}
          change={(value) => change({ id, draft: { ...draft, [field.name]: value } })}
        />
      ))}
      <div className="buttons">
        <Button type="submit" loading={save.isPending}>
          {t('form.save')}
        </Button>
        {stored ? (
          <Button variant="default" onClick={() => setDeleting(true)}>
            {t('config.delete')}
          </Button>
        ) : null}
        {begun.has(key) ? (
          <>
            <Button variant="subtle" color="gray" onClick={discard}>
              {t('config.discard')}
            </Button>
            <span className="dim" role="status">
              {t('config.unsaved')}
            </span>
          </>
        ) : null}
      </div>
      {deleting ? (
        <ConfirmDialog
          title={t('config.delete')}
          text={t('config.deleteHint', { id })}
          close={() => setDeleting(false)}
          confirm={() => remove.mutate()}
        />
      ) : null}
    </form>
  );
}

interface FieldEditorProps {
  readonly field: Field;
  readonly value: string | boolean;
  readonly error: string | undefined;
  readonly change: (value: string | boolean) => void;
}

function FieldEditor({ field, value, error, change }: FieldEditorProps) {
  const { t, name: locale } = useLocale();
  const { name, editor, schema, required, choices } = field;
  const [called, help] = wordsOf(locale, name);
  // Beside it the API's own name, as configuration files and error messages have it.
  const label = called === name ? name : <FieldLabel called={called} name={name} />;
  const text = String(value);
  const common = {
    label,
    description: help ?? schema.description,
    error,
    required,
    value: text,
    onChange: (event: { currentTarget: { value: string } }) => change(event.currentTarget.value),
  };
  switch (editor) {
    case 'flag':
      return (
        <Switch
          label={label}
          description={help ?? schema.description}
          checked={value === true}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <NativeSelect
          {...common}
          data={[...(required ? [] : [{ value: '', label: t('config.unset') }]), ...choices]}
        />
      );
    case 'number':
      return <TextInput {...common} type="number" min={schema.minimum} max={schema.maximum} />;
    case 'json':
      return (
        <Textarea
          {...common}
          dir="ltr"
          autosize
          minRows={1}
          maxRows={14}
          spellCheck={false}
          placeholder={t('config.jsonHint')}
        />
      );
    case 'long':
      return <Textarea {...common} dir="auto" autosize minRows={2} maxRows={12} />;
    case 'text':
      return <TextInput {...common} dir="auto" maxLength={schema.maxLength} />;
  }
}

function FieldLabel({ called, name }: { called: string; name: string }) {
  return (
    <>
      {called}{' '}
      <code className="field-name" dir="ltr" lang="en">
        {name}
      </code>
    </>
  );
}
