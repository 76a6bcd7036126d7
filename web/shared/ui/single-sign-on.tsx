import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import { ApiError, createApi } from '../api';
import { backoffMs } from '../backoff';
import { useLocale, type Word } from '../i18n/locale';
import {
  canGoToIssuer,
  goToIssuer,
  hasAnswer,
  type Issuer,
  IssuerRefusal,
  renew,
  storedGrant,
  takeAnswer,
} from '../oidc';
import { keepToken } from '../session';

const nobody = createApi(
  () => '',
  () => undefined,
);

/** The way to the issuer, where one is configured. Signing in by a token goes on while it cannot be asked. */
export function IssuerButton() {
  const { t } = useLocale();
  const [leaving, setLeaving] = useState(false);
  const way = useQuery({
    queryKey: ['sign-in'],
    queryFn: ({ signal }) => nobody.call<{ oidc: Issuer | null }>('GET', '/v1/sign-in', { signal }),
    staleTime: 60_000,
  });
  const issuer = way.data?.oidc;
  if (way.isError)
    return (
      <div className="sign-in-other" role="alert">
        <span className="dim">
          {t(
            way.error instanceof ApiError && way.error.status > 0
              ? 'signIn.issuerAway'
              : 'state.unreachable',
          )}
        </span>
        <Button size="compact-sm" variant="default" onClick={() => void way.refetch()}>
          {t('state.retry')}
        </Button>
      </div>
    );
  if (!issuer) return null;
  return (
    <div className="sign-in-other">
      <span className="dim">{t('signIn.or')}</span>
      <Button
        size="md"
        fullWidth
        variant="default"
        loading={leaving}
        disabled={!canGoToIssuer()}
        leftSection={<KeyRound aria-hidden size={16} />}
        onClick={() => {
          setLeaving(true);
          void goToIssuer(issuer);
        }}
      >
        {t('signIn.issuer')}
      </Button>
      {canGoToIssuer() ? null : <span className="dim">{t('signIn.needsHttps')}</span>}
    </div>
  );
}

/** Takes what the issuer has put into the address, once. True while it is being looked at. */
export function useReturn(enter: (token: string) => void, refuse: (why: Word) => void): boolean {
  const [returning, setReturning] = useState(hasAnswer);
  useEffect(() => {
    if (!hasAnswer()) return;
    takeAnswer()
      .then(
        ({ token }) => enter(token),
        (error: unknown) =>
          refuse(error instanceof IssuerRefusal ? 'signIn.issuerRefused' : 'signIn.issuerAway'),
      )
      .finally(() => setReturning(false));
  }, [enter, refuse]);
  return returning;
}

/** Milliseconds before its end at which a token is renewed. */
const AHEAD_MS = 60_000;

/** Renews the token in time, where the issuer gave the means: nobody is thrown out in the middle of a sentence. */
export function useRenewal(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    const plan = (ms: number) => {
      timer = setTimeout(() => void again(), Math.max(1000, ms));
    };
    const next = () => {
      const grant = storedGrant();
      if (grant?.refreshToken && grant.expiresAt !== null)
        plan(grant.expiresAt - AHEAD_MS - Date.now());
    };
    async function again(): Promise<void> {
      const grant = storedGrant();
      if (!grant) return;
      try {
        keepToken((await renew(grant)).token);
        failures = 0;
        next();
      } catch (error) {
        // Refused for good: the token ends when it ends, and the form comes.
        if (error instanceof IssuerRefusal) return;
        failures += 1;
        plan(backoffMs(failures));
      }
    }
    next();
    return () => clearTimeout(timer);
  }, []);
}
