import type { HookChannel, RawRequest } from '../../../../connectors/connector';
import { hookUrl, type Posted } from '../description';

/** A JSON request whose one header signs it. */
export function signedJson(
  channel: HookChannel,
  posted: Posted,
  header: string,
  signature: string,
): RawRequest {
  return {
    method: 'POST',
    url: hookUrl(channel, posted),
    headers: new Headers({ 'content-type': 'application/json', [header]: signature }),
    raw: Buffer.from(posted.body),
  };
}
