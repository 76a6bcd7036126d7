import type { IncomingMessage } from 'node:http';
import { ReadableStream } from 'node:stream/web';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { OutgoingError } from '../domain/outgoing-error';
import { type Deadline, toOutgoingError } from './outgoing-deadline';

/** A web Response over the answer of Node's client, its body read as it is asked for, up to `maxBytes` after decompression. */
export function toResponse(
  answer: IncomingMessage,
  maxBytes: number,
  deadline: Deadline,
): Response {
  const status = answer.statusCode ?? 502;
  const headers = new Headers();
  for (let index = 0; index < answer.rawHeaders.length; index += 2)
    headers.append(answer.rawHeaders[index] ?? '', answer.rawHeaders[index + 1] ?? '');
  if (status > 599) {
    answer.destroy();
    throw new OutgoingError('interrupted', 'the answer has no usable status');
  }
  const bodiless = status === 204 || status === 205 || status === 304;
  if (bodiless) {
    answer.destroy();
    deadline.end();
    return new Response(null, { status, headers });
  }
  if (Number(headers.get('content-length') ?? 0) > maxBytes) {
    answer.destroy();
    throw new OutgoingError('tooLarge', 'the answer is too large');
  }
  const body = ReadableStream.from(bounded(answer, maxBytes, deadline));
  // Node's type and the global one are the same thing under two names; the pages' types know only the other.
  return new Response(body as never, { status, headers });
}

/** The decoded body up to its cap. */
async function* bounded(
  answer: IncomingMessage,
  maxBytes: number,
  deadline: Deadline,
): AsyncGenerator<Uint8Array> {
  let total = 0;
  try {
    for await (const chunk of decoded(answer)) {
      total += (chunk as Buffer).length;
      if (total > maxBytes) throw new OutgoingError('tooLarge', 'the answer is too large');
      yield new Uint8Array(chunk as Buffer);
    }
  } catch (error) {
    throw deadline.passed ?? toOutgoingError(error, 'interrupted');
  } finally {
    deadline.end();
    answer.destroy();
  }
}

/** We ask for no encoding; some servers use one all the same. */
function decoded(answer: IncomingMessage): NodeJS.ReadableStream {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase();
  if (!encoding || encoding === 'identity') return answer;
  const decoder =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : encoding === 'br'
          ? createBrotliDecompress()
          : null;
  if (!decoder) throw new OutgoingError('interrupted', 'the answer has an unknown encoding');
  answer.on('error', (error) => decoder.destroy(error));
  return answer.pipe(decoder);
}
