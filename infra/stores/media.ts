import type { MediaFailure, MediaView } from '../../domain/message/media-state';

export interface MediaStore {
  put(input: {
    readonly stream: ReadableStream<Uint8Array>;
    readonly declaredType: string;
    readonly fileName: string | null;
    readonly maxBytes: number;
    readonly owner: Readonly<Record<string, string>>;
    /** Of a medium that has its id already; a second copy changes nothing. @default a new id of 128 random bits */
    readonly mediaId?: string;
    /** Hex; throws `MediaError('DIGEST')` and keeps nothing when the bytes have another. */
    readonly expectedSha256?: string | undefined;
  }): Promise<{
    readonly mediaId: string;
    readonly mimeType: string;
    readonly size: number;
    readonly sha256: string;
  }>;
  get(mediaId: string): Promise<{
    readonly mimeType: string;
    readonly size: number;
    readonly sha256: string;
    readonly fileName: string | null;
    readonly owner: Readonly<Record<string, string>>;
    open(): ReadableStream<Uint8Array>;
  } | null>;
  /** Deletes it, and the bytes with the last medium that has them. Nothing happens where there is none. */
  remove(mediaId: string): Promise<void>;
  /** It could not be had. A medium that is READY stays so. */
  fail(mediaId: string, reason: MediaFailure): Promise<void>;
  /** What is known of each, PENDING where nothing is. */
  views(mediaIds: readonly string[]): Promise<ReadonlyMap<string, MediaView>>;
  /** Conversations whose entries hold the media. */
  conversationsWith(mediaId: string): Promise<readonly string[]>;
}
