import type { MediaFailure } from './media-state';

/** Thrown when a medium cannot be had as it should be. Knows nothing of Temporal. */
export class MediaError extends Error {
  override readonly name = 'MediaError';
  constructor(
    readonly reason: MediaFailure,
    message: string,
    readonly facts: { readonly retryAfterMs?: number } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
