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
  const files = filesOf(await takeForm(c, maxBytes)).map(({ file }) => file);
  const file = files[0];
  if (!file || files.length > 1) throw invalid([{ path: 'file', message: 'one file is needed' }]);
  return putFile(media, principal, file, maxBytes);
}

/** The files of a form, with the names of their parts. */
export function filesOf(form: FormData): readonly { readonly part: string; readonly file: File }[] {
  const files: { part: string; file: File }[] = [];
  form.forEach((value, part) => {
    if (typeof value !== 'string') files.push({ part, file: value as unknown as File });
  });
  return files;
}

/** Keeps one file of the caller's. Throws `PAYLOAD_TOO_LARGE`. */
export async function putFile(
  media: Stores['media'],
  principal: Principal,
  file: File,
  maxBytes: number,
): Promise<Uploaded> {
  if (file.size > maxBytes) throw tooLarge(maxBytes);
  return media.put({
    stream: file.stream(),
    declaredType: file.type || 'application/octet-stream',
    fileName: file.name ? file.name.slice(0, 255).replaceAll(/\p{Surrogate}/gu, '\uFFFD') : null,
    maxBytes,
    owner: ownerOf(principal),
  });
}

/**
 * A multipart request's form, from a body that is cut off once it is longer than one file may be: length headers are not believed.
 * Throws `UNSUPPORTED_MEDIA_TYPE`, `VALIDATION_FAILED`, `PAYLOAD_TOO_LARGE`.
 */
export async function takeForm(c: Context<AppEnv>, maxBytes: number): Promise<FormData> {
  const type = c.req.header('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type))
    throw new ProblemError('UNSUPPORTED_MEDIA_TYPE', 'Send multipart/form-data with a file.');
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
