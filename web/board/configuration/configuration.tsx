import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { PageOf } from '../../shared/model';
import { useSignedIn } from '../../shared/ui/signed-in';
import { Empty, Failed, Loading } from '../../shared/ui/states';
import { ObjectEditor, type Stored } from './object-editor';
import { RESOURCES, type Resource } from './resources';
import { type Document, fieldsOf } from './schema';
import { draftKey, type Unsaved } from './unsaved';

/** All configured objects, edited by forms that the API's own description makes: a new field needs no new page. */
export default function Configuration({ unsaved }: { unsaved: Unsaved }) {
  const { t } = useLocale();
  const { api } = useSignedIn();
  const [{ resource, id }, setPlace] = useState(unsaved.place);
  function go(place: Unsaved['place']): void {
    unsaved.place = place;
    setPlace(place);
  }
  const setId = (next: string | null) => go({ resource, id: next });
  const document = useQuery({
    queryKey: ['openapi'],
    queryFn: ({ signal }) => api.call<Document>('GET', '/openapi.json', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const objects = useQuery({
    queryKey: ['config', resource],
    queryFn: async ({ signal }) => {
      let items: readonly Stored[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const path = `/v1/${resource}?limit=200${more}`;
        const page: PageOf<Stored> = await api.call('GET', path, { signal });
        items = [...items, ...page.items];
        cursor = page.nextCursor;
      }
      return items;
    },
  });
  const chosen = objects.data?.find((object) => object.id === id);
  const fields = document.data ? fieldsOf(document.data, RESOURCES[resource]) : null;
  const error = document.error ?? objects.error;
  return (
    <div className="configuration">
      <nav className="config-kinds" aria-label={t('board.configuration')}>
        {(Object.keys(RESOURCES) as Resource[]).map((name) => (
          <button
            key={name}
            type="button"
            className="config-item"
            aria-current={name === resource ? 'true' : undefined}
            onClick={() => go({ resource: name, id: null })}
          >
            {t(`resource.${name}`)}
          </button>
        ))}
      </nav>
      <section className="config-objects" aria-label={t('config.list')}>
        <Button
          fullWidth
          variant="light"
          leftSection={<Plus aria-hidden size={16} />}
          onClick={() => setId('')}
        >
          {t('config.new')}
        </Button>
        {objects.isPending ? <Loading /> : null}
        {objects.data?.length === 0 ? <Empty title={t('config.empty')} /> : null}
        {objects.data?.map((object) => (
          <button
            key={object.id}
            type="button"
            className="config-item cut"
            aria-current={object.id === id ? 'true' : undefined}
            onClick={() => setId(object.id)}
          >
            <span dir="auto">{String(object['name'] ?? object.id)}</span>{' '}
            <span className="dim">{object.id}</span>
          </button>
        ))}
      </section>
      <section className="config-editor" aria-label={t(`resource.${resource}`)}>
        <h1>{t(`resource.${resource}`)}</h1>
        {error ? (
          <Failed
            error={error}
            retry={() => {
              void document.refetch();
              void objects.refetch();
            }}
          />
        ) : null}
        {id === null ? <p className="dim">{t('config.choose')}</p> : null}
        {id !== null && fields && (id === '' || chosen) ? (
          <ObjectEditor
            key={draftKey(resource, id, chosen?.version ?? 0)}
            resource={resource}
            unsaved={unsaved}
            fields={fields}
            stored={chosen ?? null}
            saved={(object) => setId(object?.id ?? null)}
          />
        ) : null}
      </section>
    </div>
  );
}
