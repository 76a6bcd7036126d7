import { ConnectorError } from '../../domain/errors';
import type { OutboundPart, SendContext, StoredMedium } from '../connector';
import { callProvider, type ProviderAnswer } from '../provider-call';
import { UploadReply } from './payload';

/** Where and how files are uploaded, and what an answer other than 2xx means. */
export interface UploadCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly errorOf: (answer: ProviderAnswer) => ConnectorError;
}

/**
 * The id of our copy of a part's medium at the provider, where the link to it is none that the provider can fetch (no https); null
 * where the link will do. Throws `ConnectorError`, never `Ambiguous`: no message has gone out yet.
 */
export async function uploadedMedium(
  { body, mediaUrls }: OutboundPart,
  { fetch, signal, openMedia }: Pick<SendContext<unknown>, 'fetch' | 'signal' | 'openMedia'>,
  { url, headers, errorOf }: UploadCall,
): Promise<string | null> {
  if (!('mediaId' in body) || /^https:/i.test(mediaUrls[body.mediaId] ?? '')) return null;
  try {
    const medium = await openMedia?.(body.mediaId);
    if (!medium) return null;
    const form = await formOf(medium);
    const answer = await callProvider(fetch, url, {
      method: 'POST',
      headers,
      body: form,
      signal,
      redirect: 'manual',
    });
    if (answer.status < 200 || answer.status >= 300) throw errorOf(answer);
    const { data } = UploadReply.safeParse(answer.json);
    if (data) return data.id;
    throw new ConnectorError('Unavailable', 'no id of the upload');
  } catch (error) {
    if (error instanceof ConnectorError && error.type !== 'Ambiguous') throw error;
    throw new ConnectorError('Unavailable', 'the medium was not uploaded', {}, { cause: error });
  }
}

async function formOf({ open, mimeType, fileName }: StoredMedium): Promise<FormData> {
  const bytes = await new Response(open()).blob();
  const form = new FormData();
  form.set('messaging_product', 'whatsapp');
  form.set('type', mimeType);
  form.set('file', new File([bytes], fileName ?? 'file', { type: mimeType }));
  return form;
}
