/**
 * `StaleArchiveWrite`: a newer attempt of the conversation has written here; this call belongs to one that was lost.
 * `ArchiveConflict`: the archive holds other content under a confirmed sequence number. Neither is mended by trying again.
 */
export type ArchiveErrorType = 'StaleArchiveWrite' | 'ArchiveConflict';

/** Thrown when a write to the archive is refused for good. Nothing was overwritten. `type` crosses Temporal. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  constructor(
    readonly type: ArchiveErrorType,
    readonly conversationId: string,
    readonly seq: number,
  ) {
    super(`${type}: ${conversationId}:${seq}`);
  }
}
