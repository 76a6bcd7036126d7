import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link2, Merge, Pencil, Unlink, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { Conversation, Customer, PageOf } from '../../shared/model';
import { useNames, useSignedIn } from '../../shared/ui/signed-in';
import { Failed, Loading, useErrorText } from '../../shared/ui/states';
import { useToast } from '../../shared/ui/toasts';
import { nameOf } from '../customer-name';
import { initials } from '../list/conversation-row';
import { keys, useCustomer } from '../queries';
import { Facts } from './section';

/** Who the customer is: name, attributes, labels, identities; and the ways to tell the system more. */
export function CustomerCard({ conversation }: { conversation: Conversation }) {
  const { t } = useLocale();
  const name = useNames();
  const customer = useCustomer(conversation.customerId);
  const [form, setForm] = useState<'edit' | 'link' | 'merge' | null>(null);
  const change = useChange(conversation.customerId, () => setForm(null));
  if (customer.isPending) return <Loading />;
  if (customer.isError)
    return <Failed error={customer.error} retry={() => void customer.refetch()} />;
  const { data } = customer;
  return (
    <>
      <div className="customer-head">
        <span className="avatar" aria-hidden="true">
          {initials(data.name)}
        </span>
        <div className="customer-name">
          <strong dir="auto">{nameOf(data, t)}</strong>
          {data.erasedAt ? null : (
            <span className="dim">
              {t(data.anonymous ? 'customer.anonymous' : 'customer.known')}
            </span>
          )}
        </div>
      </div>
      {data.labels.length > 0 ? (
        <p className="labels">
          {data.labels.map((label) => (
            <span className="tag" key={label} dir="auto">
              {name('customerLabels', label)}
            </span>
          ))}
        </p>
      ) : null}
      <Facts facts={Object.entries(data.attributes)} />
      <ul className="identities" aria-label={t('customer.identities')}>
        {data.identities.map(({ namespace, externalId, channelId }) => (
          <li key={`${namespace}:${externalId}`}>
            <span className="cut" dir="auto">
              {externalId}
            </span>
            <span className="dim">{channelId ? name('channels', channelId) : namespace}</span>
            {channelId && data.identities.length > 1 ? (
              <ActionIcon
                size="sm"
                variant="subtle"
                color="gray"
                aria-label={t('customer.unlink')}
                onClick={() =>
                  change.mutate({
                    method: 'DELETE',
                    path: `/identities?${new URLSearchParams({ channelId, identifier: externalId })}`,
                  })
                }
              >
                <Unlink aria-hidden size={14} />
              </ActionIcon>
            ) : null}
          </li>
        ))}
      </ul>
      {data.erasedAt ? null : (
        <div className="buttons">
          <FormButton icon={Pencil} name="edit" form={form} set={setForm} />
          <FormButton icon={Link2} name="link" form={form} set={setForm} />
          <FormButton icon={Merge} name="merge" form={form} set={setForm} />
        </div>
      )}
      {form === 'edit' ? <EditForm customer={data} change={change} /> : null}
      {form === 'link' ? <LinkForm change={change} /> : null}
      {form === 'merge' ? <MergeForm customer={data} change={change} /> : null}
    </>
  );
}

type FormName = 'edit' | 'link' | 'merge';
function FormButton({
  icon: Icon,
  name,
  form,
  set,
}: {
  icon: typeof Pencil;
  name: FormName;
  form: FormName | null;
  set: (form: FormName | null) => void;
}) {
  const { t } = useLocale();
  return (
    <Button
      size="compact-xs"
      variant="default"
      leftSection={form === name ? <X aria-hidden size={12} /> : <Icon aria-hidden size={12} />}
      aria-expanded={form === name}
      onClick={() => set(form === name ? null : name)}
    >
      {t(`customer.${name}`)}
    </Button>
  );
}

function useChange(customerId: string, done: () => void) {
  const { t } = useLocale();
  const { api } = useSignedIn();
  const client = useQueryClient();
  const toast = useToast();
  const said = useErrorText();
  return useMutation({
    mutationFn: ({ method, path, body }: { method: string; path: string; body?: unknown }) =>
      api.call<Customer>(method, `/v1/customers/${encodeURIComponent(customerId)}${path}`, {
        ...(body === undefined ? {} : { body }),
      }),
    onSuccess: () => {
      toast(t('customer.changed'), 'done');
      done();
    },
    onError: (error) => toast(said(error), 'error'),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.customer(customerId) });
      void client.invalidateQueries({ queryKey: ['conversation'] });
      void client.invalidateQueries({ queryKey: keys.lists });
    },
  });
}
type Change = ReturnType<typeof useChange>;

function EditForm({ customer, change }: { customer: Customer; change: Change }) {
  const { t } = useLocale();
  const { workspace } = useSignedIn();
  const [name, setName] = useState(customer.name ?? '');
  const [labels, setLabels] = useState<readonly string[]>(customer.labels);
  function submit(event: FormEvent): void {
    event.preventDefault();
    change.mutate({
      method: 'PATCH',
      path: '',
      body: { name: name.trim() === '' ? null : name.trim(), labels },
    });
  }
  return (
    <form className="form" onSubmit={submit}>
      <TextInput
        size="xs"
        label={t('customer.name')}
        maxLength={256}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <fieldset className="checks">
        <legend>{t('customer.labels')}</legend>
        {workspace.customerLabels.map(({ id, name: label }) => (
          <label key={id}>
            <input
              type="checkbox"
              checked={labels.includes(id)}
              onChange={(event) =>
                setLabels(
                  event.currentTarget.checked
                    ? [...labels, id]
                    : labels.filter((other) => other !== id),
                )
              }
            />
            <span dir="auto">{label ?? id}</span>
          </label>
        ))}
      </fieldset>
      <Button type="submit" size="compact-sm" loading={change.isPending}>
        {t('form.save')}
      </Button>
    </form>
  );
}

function LinkForm({ change }: { change: Change }) {
  const { t } = useLocale();
  const { workspace } = useSignedIn();
  const [channelId, setChannelId] = useState(workspace.channels[0]?.id ?? '');
  const [identifier, setIdentifier] = useState('');
  function submit(event: FormEvent): void {
    event.preventDefault();
    change.mutate({ method: 'POST', path: '/identities', body: { channelId, identifier } });
  }
  return (
    <form className="form" onSubmit={submit}>
      <NativeSelect
        size="xs"
        label={t('customer.channel')}
        data={workspace.channels.map(({ id, name }) => ({ value: id, label: name ?? id }))}
        value={channelId}
        onChange={(event) => setChannelId(event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        dir="ltr"
        label={t('customer.identifier')}
        required
        maxLength={256}
        value={identifier}
        onChange={(event) => setIdentifier(event.currentTarget.value)}
      />
      <Button
        type="submit"
        size="compact-sm"
        loading={change.isPending}
        disabled={identifier.trim() === ''}
      >
        {t('customer.link')}
      </Button>
    </form>
  );
}

/** Finds another customer and makes this one part of it. */
function MergeForm({ customer, change }: { customer: Customer; change: Change }) {
  const { t } = useLocale();
  const { api } = useSignedIn();
  const [q, setQ] = useState('');
  const found = useQuery({
    queryKey: ['customer-search', q],
    enabled: q.trim().length >= 2,
    queryFn: ({ signal }) =>
      api.call<PageOf<Customer>>(
        'GET',
        `/v1/customers?${new URLSearchParams({ q: q.trim(), limit: '8' })}`,
        { signal },
      ),
  });
  const others = (found.data?.items ?? []).filter(
    ({ id, mergedInto }) => id !== customer.id && mergedInto === null,
  );
  return (
    <div className="form">
      <p className="dim">{t('customer.mergeHint')}</p>
      <TextInput
        size="xs"
        type="search"
        label={t('customer.find')}
        value={q}
        onChange={(event) => setQ(event.currentTarget.value)}
      />
      {found.isSuccess && others.length === 0 ? (
        <p className="dim">{t('list.nothingFound')}</p>
      ) : null}
      <ul className="identities">
        {others.map(({ id, name, identities }) => (
          <li key={id}>
            <span className="cut" dir="auto">
              {name ?? identities[0]?.externalId ?? id}
            </span>
            <Button
              size="compact-xs"
              variant="light"
              loading={change.isPending}
              onClick={() =>
                change.mutate({ method: 'POST', path: '/merge', body: { intoCustomerId: id } })
              }
            >
              {t('customer.mergeInto')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
