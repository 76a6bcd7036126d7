import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import type { MediaSource } from '../../connectors/connector';
import type { Channel } from '../../domain/channel/schema';
import { mediaWorkflowId } from '../../domain/ids';
import { MEDIA_MAX_BYTES } from '../../domain/message/body-types';
import { inboundMediaId } from '../../domain/message/event-key';
import { withMediaIds } from '../../domain/message/media-ids';
import type { MessageBody } from '../../domain/message/schema';
import type { Stores } from '../../infra/stores';
import { HOUSEKEEPING_TASK_QUEUE } from '../../workflows/conversation/messages';
import type { PendingMedium } from '../../workflows/media/messages';
import type { mediaWorkflow } from '../../workflows/media/workflow';
import { durably } from './temporal-calls';

/** What the body's references stand for, once they have ids of ours. */
export interface ClaimedMedia {
  readonly body: MessageBody;
  /** Still at the provider. */
  readonly pending: readonly PendingMedium[];
  /** Came along. */
  readonly contents: readonly (Omit<PendingMedium, 'ref' | 'sha256'> & {
    readonly content: Uint8Array;
  })[];
}

/** Longer references are nobody's. */
const REF_MAX = 4096;
/** An e-mail's two texts and 20 attachments. */
const MEDIA_LIMIT = 22;

/**
 * Gives each medium that the body calls `pending:<index>` an id derived from the message. A reference without a source stays as it
 * is: nobody can ever have it.
 */
export function claimMedia(
  messageId: string,
  given: MessageBody,
  sources: readonly MediaSource[] = [],
): ClaimedMedia {
  const pending: PendingMedium[] = [];
  const contents: ClaimedMedia['contents'][number][] = [];
  const facts = factsOf(given);
  const body = withMediaIds(given, (id) => {
    const index = Number(/^pending:(\d{1,2})$/.exec(id)?.[1] ?? Number.NaN);
    const source = index < MEDIA_LIMIT ? sources[index] : undefined;
    if (!source || ('ref' in source && source.ref.length > REF_MAX)) return id;
    const mediaId = inboundMediaId(messageId, index);
    const medium = { mediaId, mimeType: null, fileName: null, ...facts.get(id) };
    if ('content' in source) contents.push({ ...medium, content: source.content });
    else pending.push({ ...medium, ref: source.ref, sha256: source.sha256 ?? null });
    return mediaId;
  });
  return { body, pending, contents };
}

export interface TakeMediaDeps {
  readonly stores: { readonly media: Pick<Stores['media'], 'put'> };
  readonly temporal: Client;
}

/**
 * Sees to it that the media of a message will be there: what came along is stored, the rest a workflow fetches. Doing it again
 * changes nothing, so that it goes before the message is handed over. Throws `UNAVAILABLE`.
 */
export async function takeMedia(
  { stores, temporal }: TakeMediaDeps,
  { pending, contents }: ClaimedMedia,
  about: { readonly messageId: string; readonly channel: Channel; readonly customerId: string },
): Promise<void> {
  const { messageId, channel, customerId } = about;
  for (const { content, mimeType, ...medium } of contents)
    await stores.media.put({
      ...medium,
      stream: new Blob([new Uint8Array(content)]).stream(),
      declaredType: mimeType ?? 'application/octet-stream',
      maxBytes: MEDIA_MAX_BYTES,
      owner: { role: 'customer', subject: customerId, channelId: channel.id },
    });
  if (pending.length === 0) return;
  await durably(temporal, () =>
    temporal.workflow
      .start<typeof mediaWorkflow>('mediaWorkflow', {
        taskQueue: HOUSEKEEPING_TASK_QUEUE,
        workflowId: mediaWorkflowId(messageId),
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        args: [{ channelId: channel.id, customerId, media: pending }],
        staticSummary: `Media of ${messageId}`,
      })
      .catch(unlessFetched),
  );
}

/** An earlier copy of the message had them fetched. */
function unlessFetched(error: unknown): void {
  if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
}

/** What the body says of each medium, by its reference. */
function factsOf(body: MessageBody) {
  const parts =
    body.type === 'EMAIL'
      ? [
          ...(body.attachments ?? []),
          ...(body.htmlMediaId ? [{ mediaId: body.htmlMediaId, mimeType: 'text/html' }] : []),
        ]
      : 'mediaId' in body
        ? [body]
        : [];
  return new Map(
    parts.map(
      (part: { mediaId: string; mimeType?: string | undefined; fileName?: string | undefined }) => [
        part.mediaId,
        {
          mimeType: part.mimeType ?? null,
          fileName: part.fileName?.slice(0, 255).replaceAll(/\p{Surrogate}/gu, '\uFFFD') ?? null,
        },
      ],
    ),
  );
}
