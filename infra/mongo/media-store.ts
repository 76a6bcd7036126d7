import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { fileTypeFromBuffer } from 'file-type/node';
import { type Db, GridFSBucket, type ObjectId } from 'mongodb';
import { ProblemError } from '../../domain/errors';
import { MediaError } from '../../domain/message/media-error';
import { type MediaView, pendingMedium } from '../../domain/message/media-state';
import type { MediaStore } from '../stores';
import { blobsOf, type MediaDocument, mediaOf, timelineOf } from './collections';
import { isDuplicateKey, rethrow, unavailable } from './unavailable';

/** Bytes that a file's type is told from. */
const SNIFFED_BYTES = 4100;
/** Conversations looked at for one medium: a template's picture is in many. */
const CONVERSATIONS_LIMIT = 200;
/** Types that have no signature, believed when declared (connectors.md 13.4). */
const DECLARED_TYPES: ReadonlySet<string> = new Set([
  'text/plain',
  'text/csv',
  'text/html',
  'text/markdown',
  'text/calendar',
  'text/vcard',
  'text/x-vcard',
  'text/xml',
  'application/json',
  'application/xml',
  'image/svg+xml',
]);
const UNKNOWN_TYPE = 'application/octet-stream';

/** Media in GridFS: bytes by their SHA-256, each upload under an id of its own with 128 random bits. */
export function createMediaStore(db: Db, now: () => Date): MediaStore {
  const media = mediaOf(db);
  const blobs = blobsOf(db);
  const timeline = timelineOf(db);
  const bucket = new GridFSBucket(db, { bucketName: 'media_bytes' });

  return {
    async put({ stream, declaredType, fileName, maxBytes, owner, ...given }) {
      const { mediaId = newMediaId(), expectedSha256 } = given;
      const meter = createMeter(maxBytes);
      const upload = bucket.openUploadStream('');
      try {
        await pipeline(
          Readable.fromWeb(stream as NodeReadableStream<Uint8Array>),
          meter.measure,
          upload,
        );
      } catch (error) {
        await upload.abort().catch(() => undefined); // it may be aborted already
        throw error;
      }
      const { sha256, size, head } = meter.result();
      if (expectedSha256 && expectedSha256.toLowerCase() !== sha256) {
        await bucket.delete(upload.id);
        throw new MediaError('DIGEST', 'other bytes than were announced');
      }
      await keepOnce(sha256, upload.id);
      const mimeType = await typeOf(head, declaredType);
      const createdAt = now().toISOString();
      const document = { sha256, mimeType, size, fileName, owner, createdAt };
      // In one write, so that a follower of changes never sees it half done.
      await media.replaceOne({ _id: mediaId }, document, { upsert: true });
      // They may have been removed with their last medium while this one came: whoever sends it again keeps them.
      if (!(await blobs.findOne({ _id: sha256 })))
        throw unavailable(new Error('the bytes were removed meanwhile'));
      return { mediaId, mimeType, size, sha256 };
    },

    async get(mediaId) {
      const found = await media.findOne({ _id: mediaId });
      if (!found || 'failure' in found) return null;
      const blob = await blobs.findOne({ _id: found.sha256 });
      if (!blob) return null;
      const { mimeType, size, sha256, fileName, owner } = found;
      const open = () =>
        Readable.toWeb(bucket.openDownloadStream(blob.fileId)) as ReadableStream<Uint8Array>;
      return { mimeType, size, sha256, fileName, owner, open };
    },

    async remove(mediaId) {
      const found = await media.findOneAndDelete({ _id: mediaId });
      if (!found || 'failure' in found) return;
      await removeBytes(found.sha256);
    },

    async fail(mediaId, reason) {
      const failed = { failure: reason, createdAt: now().toISOString() };
      await media.updateOne({ _id: mediaId }, { $setOnInsert: failed }, { upsert: true });
    },

    async views(mediaIds) {
      const found = await media.find({ _id: { $in: [...mediaIds] } }).toArray();
      return new Map(found.map((document) => [document._id, mediumOf(document)]));
    },

    async conversationsWith(mediaId) {
      const entries = await timeline
        .find({ mediaIds: mediaId }, { projection: { conversationId: 1 } })
        .limit(CONVERSATIONS_LIMIT)
        .toArray();
      return [...new Set(entries.map(({ conversationId }) => conversationId))];
    },
  };

  /** Once no medium has them. One that comes in between is seen here, or sees that they have gone. */
  async function removeBytes(sha256: string): Promise<void> {
    const areNeeded = async () => (await media.findOne({ sha256 })) !== null;
    if (await areNeeded()) return;
    const blob = await blobs.findOneAndDelete({ _id: sha256 });
    if (!blob) return;
    if (await areNeeded()) await keepOnce(sha256, blob.fileId);
    else await bucket.delete(blob.fileId);
  }

  /** The same bytes are there already: the second copy goes. */
  async function keepOnce(sha256: string, fileId: ObjectId): Promise<void> {
    try {
      await blobs.insertOne({ _id: sha256, fileId });
    } catch (error) {
      if (!isDuplicateKey(error)) rethrow(error);
      await bucket.delete(fileId);
    }
  }
}

function newMediaId(): string {
  return `med_${randomBytes(16).toString('hex')}`;
}

/** A medium as views show it. */
export function mediumOf(document: MediaDocument): MediaView {
  const { _id: mediaId } = document;
  if ('failure' in document)
    return { ...pendingMedium(mediaId), state: 'FAILED', reasonCode: document.failure };
  const { mimeType, size, sha256, fileName } = document;
  return { mediaId, state: 'READY', mimeType, size, sha256, fileName, reasonCode: null };
}

/** Counts, hashes and looks at bytes on their way; stops them with `PAYLOAD_TOO_LARGE`. */
function createMeter(maxBytes: number) {
  const hash = createHash('sha256');
  const firsts: Uint8Array[] = [];
  let size = 0;
  return {
    async *measure(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        if (size < SNIFFED_BYTES) firsts.push(chunk);
        size += chunk.byteLength;
        if (size > maxBytes)
          throw new ProblemError('PAYLOAD_TOO_LARGE', `A file has at most ${maxBytes} bytes.`);
        hash.update(chunk);
        yield chunk;
      }
    },
    result: () => ({
      sha256: hash.digest('hex'),
      size,
      head: Buffer.concat(firsts).subarray(0, SNIFFED_BYTES),
    }),
  };
}

/** The type that the bytes show; where they show none, the declared one if it is a text's. */
async function typeOf(head: Uint8Array, declaredType: string): Promise<string> {
  const declared = (declaredType.split(';')[0] ?? '').trim().toLowerCase();
  const sniffed = (await fileTypeFromBuffer(head))?.mime;
  if (sniffed && sniffed !== 'application/xml') return sniffed;
  if (DECLARED_TYPES.has(declared)) return declared;
  return sniffed ?? UNKNOWN_TYPE;
}
