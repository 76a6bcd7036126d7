import { ConnectorError } from '../../domain/errors';
import type { CallContext } from '../connector';
import { contentAddress, type LineConfig } from './config';

const BEING_PREPARED = 202;

/** What a customer sent: `ref` is the message's id, or an address where LINE does not keep the medium itself. */
export async function fetchMedia(
  { ref }: { readonly ref: string },
  { cfg, fetch, signal }: CallContext<LineConfig>,
): Promise<Response> {
  if (URL.canParse(ref)) return fetch(ref, { signal });
  const path = `/v2/bot/message/${encodeURIComponent(ref)}/content`;
  const answer = await fetch(new URL(path, contentAddress(cfg)).href, {
    headers: { authorization: `Bearer ${cfg.channelAccessToken}` },
    signal,
  });
  if (answer.status !== BEING_PREPARED) return answer;
  await answer.body?.cancel();
  throw new ConnectorError('Unavailable', 'the medium is being prepared');
}
