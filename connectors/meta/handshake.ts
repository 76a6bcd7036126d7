import type { HookReply, RawRequest } from '../connector';
import { type Secrets, sameBytes, secretsOf } from '../secrets';

/**
 * The set-up call of a webhook, `?hub.mode=subscribe&hub.verify_token=…&hub.challenge=…`: the bare challenge if the token is ours,
 * else 403. Null for what is no GET.
 */
export function answerChallenge(request: RawRequest, verifyToken: Secrets): HookReply | null {
  if (request.method !== 'GET' && request.method !== 'HEAD') return null;
  const query = URL.canParse(request.url) ? new URL(request.url).searchParams : null;
  const token = Buffer.from(query?.get('hub.verify_token') ?? '', 'utf8');
  const challenge = query?.get('hub.challenge') ?? '';
  const known = secretsOf(verifyToken).some((own) => sameBytes(token, Buffer.from(own, 'utf8')));
  if (query?.get('hub.mode') !== 'subscribe' || !known || challenge === '')
    return { status: 403, headers: TEXT, body: 'Forbidden' };
  return { status: 200, headers: TEXT, body: challenge };
}

/** Nobody may take the challenge for a page. */
const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
