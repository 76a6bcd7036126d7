import type { Context } from 'hono';
import { ProblemError } from '../../domain/errors';
import type { Stores } from '../../infra/stores';
import type { AppEnv } from '../context';
import { invalid } from '../errors';
import type { Principal } from '../principal';
import { ownerOf } from './media-use';

/** Boundaries and part headers around one file. */
const MULTIPART_OVERHEAD_BYTES = 64 * 1024;

export interface Uploaded {
  readonly mediaId: string;
  readonly mimeType: string;
  readonly size: number;
  readonly sha256: string;
}

/** Takes the one file of a multipart request, counting as it reads. Throws `VALIDATION_FAILED`, `PAYLOAD_TOO_LARGE`. */
export async function takeUpload(
  c: Context<AppEnv>,
  media: Stores['media'],
  principal: Principal,
  maxBytes: number,
): Promise<Uploaded> {
  const type = c.req.header('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type))
    throw new ProblemError('UNSUPPORTED_MEDIA_TYPE', 'Send multipart/form-data with one file.');
  const form = await readForm(c, type, maxBytes);
  const files: File[] = [];
  form.forEach((value) => {
    if (typeof value !== 'string') files.push(value as unknown as File);
  });
  const file = files[0];
  if (!file || files.length > 1) throw invalid([{ path: 'file', message: 'one file is needed' }]);
  if (file.size > maxBytes) throw tooLarge(maxBytes);
  return media.put({
    stream: file.stream(),
    declaredType: file.type || 'application/octet-stream',
    fileName: file.name ? file.name.slice(0, 255).replaceAll(/\p{Surrogate}/gu, '\uFFFD') : null,
    maxBytes,
    owner: ownerOf(principal),
  });
}

/** The form, from a body that is cut off once it is longer than one file may be: length headers are not believed. */
async function readForm(c: Context<AppEnv>, type: string, maxBytes: number): Promise<FormData> {
  const { body } = c.req.raw;
  if (!body) throw invalid([{ path: 'file', message: 'one file is needed' }]);
  let size = 0;
  let over = false;
  const counted = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength;
        if (size > maxBytes + MULTIPART_OVERHEAD_BYTES) {
          over = true;
          controller.error(new Error('the upload is too large'));
        } else controller.enqueue(chunk);
      },
    }),
  );
  try {
    return await new Response(counted, { headers: { 'content-type': type } }).formData();
  } catch {
    if (over) throw tooLarge(maxBytes);
    throw invalid([{ path: '', message: 'not multipart/form-data' }], 'The body cannot be read.');
  }
}

function tooLarge(maxBytes: number): ProblemError {
  return new ProblemError('PAYLOAD_TOO_LARGE', `A file has at most ${maxBytes} bytes.`);
}
