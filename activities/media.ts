import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { AnyConnector } from '../connectors/connector';
import { ConnectorError, ProblemError } from '../domain/errors';
import { MEDIA_MAX_BYTES } from '../domain/message/body-types';
import { MediaError } from '../domain/message/media-error';
import { OutgoingError } from '../domain/outgoing-error';
import type { Outgoing } from '../infra/outgoing';
import type { ConfigStore, MediaStore } from '../infra/stores';
import { type Target, targetOf } from './send-target';
import type { MediaActivities } from './types';

export interface MediaDeps {
  readonly connectorOf: (providerId: string) => AnyConnector | null;
  readonly config: Pick<ConfigStore, 'channel'>;
  readonly media: Pick<MediaStore, 'put'>;
  readonly outgoing: Pick<Outgoing, 'fetch'>;
  readonly now?: () => Date;
}

/** Less than the activity's own time-out, so that the failure is ours to name. */
const FETCH_TIMEOUT_MS = 170_000;
const IDLE_TIMEOUT_MS = 20_000;
/** A provider may tell of a file a moment before it serves it: from this attempt on its no is final. */
const LAST_DOUBT = 4;

/** Inbound media (connectors.md 13.4): from the provider into our store, through the guarded fetch alone. */
export function createMediaActivities(deps: MediaDeps): MediaActivities {
  const { media, now = () => new Date() } = deps;

  async function fetchMedia(input: Parameters<MediaActivities['fetchMedia']>[0]): Promise<void> {
    try {
      await take(input);
    } catch (error) {
      throw toApplicationFailure(error, Context.current().info.attempt);
    }
  }

  async function take(input: Parameters<MediaActivities['fetchMedia']>[0]): Promise<void> {
    const { channelId, customerId, mediaId, ref, sha256, mimeType, fileName } = input;
    const answer = await request(ref, await targetOf(channelId, deps));
    await media.put({
      mediaId,
      stream: answer.body?.pipeThrough(heartbeats()) ?? new Blob([]).stream(),
      declaredType: mimeType ?? answer.headers.get('content-type') ?? 'application/octet-stream',
      fileName,
      maxBytes: MEDIA_MAX_BYTES,
      owner: { role: 'customer', subject: customerId, channelId },
      expectedSha256: sha256 ?? undefined,
    });
  }

  /** The provider's answer with the bytes. */
  async function request(ref: string, { connector, cfg, baseUrl }: Target): Promise<Response> {
    const fetch = deps.outgoing.fetch({
      timeoutMs: FETCH_TIMEOUT_MS,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      maxBytes: MEDIA_MAX_BYTES,
    });
    const signal = Context.current().cancellationSignal;
    const answer = connector.fetchMedia
      ? await connector.fetchMedia({ ref }, { cfg, fetch, baseUrl, signal, now })
      : await fetch(ref, { signal });
    if (answer.ok) return answer;
    await answer.body?.cancel();
    const { status, headers } = answer;
    const passing = status >= 500 || status === 408 || status === 425 || status === 429;
    throw new MediaError(passing ? 'UNREACHABLE' : 'GONE', `HTTP ${status}`, {
      ...retryAfter(headers),
    });
  }

  return { fetchMedia };
}

/** Tells Temporal that bytes still come; it takes only as many of these as it needs. */
function heartbeats(): TransformStream<Uint8Array, Uint8Array> {
  const context = Context.current();
  return new TransformStream({
    transform(chunk, controller) {
      context.heartbeat();
      controller.enqueue(chunk);
    },
  });
}

function retryAfter(headers: Headers): { readonly retryAfterMs?: number } {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return seconds > 0 ? { retryAfterMs: Math.min(seconds, 3600) * 1000 } : {};
}

/** The reason as `type`. No text of another error goes along: it may hold the provider's address. */
function toApplicationFailure(error: unknown, attempt: number): ApplicationFailure {
  const { reason, facts } = mediaErrorOf(error);
  const final =
    reason === 'TOO_LARGE' ||
    reason === 'REFUSED' ||
    (reason !== 'UNREACHABLE' && attempt >= LAST_DOUBT);
  return ApplicationFailure.create({
    type: reason,
    message: 'the medium could not be fetched',
    nonRetryable: final,
    ...(facts.retryAfterMs && { nextRetryDelay: facts.retryAfterMs }),
  });
}

function mediaErrorOf(error: unknown): MediaError {
  if (error instanceof MediaError) return error;
  if (error instanceof OutgoingError && error.failure === 'refused')
    return new MediaError('REFUSED', 'an address that we may not reach');
  if (
    (error instanceof OutgoingError && error.failure === 'tooLarge') ||
    (error instanceof ProblemError && error.code === 'PAYLOAD_TOO_LARGE')
  )
    return new MediaError('TOO_LARGE', 'too many bytes');
  if (error instanceof ConnectorError && error.type === 'Rejected')
    return new MediaError('GONE', 'the provider refuses');
  const { retryAfterMs } = error instanceof ConnectorError ? error.facts : {};
  return new MediaError('UNREACHABLE', 'no whole answer', {
    ...(retryAfterMs && { retryAfterMs }),
  });
}
