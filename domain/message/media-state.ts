/** PENDING: still at the provider. READY: our copy is there. FAILED: it could not be had; `reasonCode` says why. */
export type MediaState = 'PENDING' | 'READY' | 'FAILED';

/** Why a medium could not be had. */
export const MEDIA_FAILURES = [
  /** More bytes than a medium may have. */
  'TOO_LARGE',
  /** The address is none that we may reach (reliability.md 10). */
  'REFUSED',
  /** The provider does not have it, or does not give it to us. */
  'GONE',
  /** Its bytes are not those that the provider named. */
  'DIGEST',
  /** Nobody answered for as long as we asked. */
  'UNREACHABLE',
] as const;
export type MediaFailure = (typeof MEDIA_FAILURES)[number];

/**
 * What is known of one medium of an entry (`media` of domain.md 8.1). The facts are ours, never the sender's word, and null until
 * it is READY.
 */
export interface MediaView {
  readonly mediaId: string;
  readonly state: MediaState;
  readonly mimeType: string | null;
  /** Bytes. */
  readonly size: number | null;
  /** Hex. */
  readonly sha256: string | null;
  readonly fileName: string | null;
  readonly reasonCode: MediaFailure | null;
}

/** A medium of which nothing is stored yet. */
export function pendingMedium(mediaId: string): MediaView {
  return {
    mediaId,
    state: 'PENDING',
    mimeType: null,
    size: null,
    sha256: null,
    fileName: null,
    reasonCode: null,
  };
}
