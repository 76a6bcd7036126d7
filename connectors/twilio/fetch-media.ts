import type { CallContext } from '../connector';
import type { TwilioConfig } from './config';
import { authorization } from './send';

/** A medium of an incoming message. Twilio may ask for the account's credentials, which no other host ever gets. */
export function fetchMedia(
  { ref }: { readonly ref: string },
  { cfg, baseUrl, fetch, signal }: CallContext<TwilioConfig>,
): Promise<Response> {
  const own = URL.canParse(ref) && new URL(ref).origin === new URL(baseUrl).origin;
  return fetch(ref, { signal, headers: own ? { authorization: authorization(cfg) } : {} });
}
