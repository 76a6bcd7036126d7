import { Button, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useCallback, useMemo, useState } from 'react';
import { ApiError, createApi } from '../api';
import { useLocale, type Word } from '../i18n/locale';
import type { Me, Workspace } from '../model';
import { forgetSession, keepToken, storedToken } from '../session';
import { Appearance } from './appearance';
import { Boundary } from './boundary';
import { Mark } from './mark';
import { SignedInContext } from './signed-in';
import { IssuerButton, useRenewal, useReturn } from './single-sign-on';
import { Failed, Loading } from './states';

export interface SignInProps {
  readonly title: Word;
  /** Roles that may come in. */
  readonly roles: readonly Me['role'][];
  readonly children: ReactNode;
}

/** Lets in whoever has a token of a fitting role; everybody else sees the form. The token is kept by the tab alone. */
export function SignIn({ title, roles, children }: SignInProps) {
  const [token, setToken] = useState(storedToken);
  const [refusal, setRefusal] = useState<Word | null>(null);
  const enter = useCallback((given: string) => {
    keepToken(given);
    setRefusal(null);
    setToken(given);
  }, []);
  const returning = useReturn(enter, setRefusal);
  const queries = useQueryClient();
  const leave = useCallback(
    (why: Word | null) => {
      forgetSession();
      queries.clear();
      setRefusal(why);
      setToken(null);
    },
    [queries],
  );
  if (returning)
    return (
      <main className="whole-page">
        <Loading />
      </main>
    );
  if (token === null) return <Form title={title} refusal={refusal} enter={enter} />;
  return (
    <Inside key={token} roles={roles} leave={leave}>
      {children}
    </Inside>
  );
}

interface FormProps {
  readonly title: Word;
  readonly refusal: Word | null;
  readonly enter: (token: string) => void;
}

function Form({ title, refusal, enter }: FormProps) {
  const { t } = useLocale();
  const [text, setText] = useState('');
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (text.trim() !== '') enter(text.trim());
  }
  return (
    <main className="sign-in">
      <div className="sign-in-corner">
        <Appearance />
      </div>
      <form className="sign-in-card" onSubmit={submit} noValidate>
        <Mark />
        <h1>{t(title)}</h1>
        <p className="dim">{t('signIn.hint')}</p>
        <TextInput
          label={t('signIn.token')}
          type="password"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          size="md"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={refusal ? t(refusal) : undefined}
        />
        <Button type="submit" size="md" fullWidth disabled={text.trim() === ''}>
          {t('signIn.enter')}
        </Button>
        <IssuerButton />
      </form>
    </main>
  );
}

interface InsideProps {
  readonly roles: readonly Me['role'][];
  readonly leave: (why: Word | null) => void;
  readonly children: ReactNode;
}

function Inside({ roles, leave, children }: InsideProps) {
  const api = useMemo(
    () =>
      createApi(
        () => storedToken() ?? '',
        () => leave('signIn.refused'),
      ),
    [leave],
  );
  useRenewal();
  const me = useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => api.call<Me>('GET', '/v1/me', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const allowed = me.data !== undefined && roles.includes(me.data.role);
  const workspace = useQuery({
    queryKey: ['workspace'],
    queryFn: ({ signal }) => api.call<Workspace>('GET', '/v1/workspace', { signal }),
    enabled: allowed,
    staleTime: 60_000,
  });
  const value = useMemo(
    () =>
      me.data && workspace.data
        ? { api, me: me.data, workspace: workspace.data, signOut: () => leave(null) }
        : null,
    [api, me.data, workspace.data, leave],
  );
  if (me.data && !allowed) return <Refused leave={leave} />;
  if (value)
    return (
      <SignedInContext value={value}>
        <Boundary place="whole-page">{children}</Boundary>
      </SignedInContext>
    );
  const error = me.error ?? workspace.error;
  return (
    <main className="whole-page">
      {error ? (
        <Failed
          error={error}
          retry={() => {
            if (error instanceof ApiError && error.status === 403) leave('signIn.role');
            void me.refetch();
            void workspace.refetch();
          }}
        />
      ) : (
        <Loading />
      )}
    </main>
  );
}

function Refused({ leave }: Pick<InsideProps, 'leave'>) {
  const { t } = useLocale();
  return (
    <main className="whole-page">
      <p role="alert">{t('signIn.role')}</p>
      <Button onClick={() => leave(null)}>{t('signIn.other')}</Button>
    </main>
  );
}
