/**
 * Why an outgoing request brought no usable answer.
 * `refused`: our own rules forbid the address. `unreached`: certainly not sent (name, connection or TLS failed, or the request was
 * called off before its first byte). `interrupted`: bytes went out and no whole answer came back. `tooLarge`: the answer is over
 * its cap.
 */
export type OutgoingFailure = 'refused' | 'unreached' | 'interrupted' | 'tooLarge';

/** Thrown by the guarded fetch of `infra/outgoing.ts`. The message names no address, so that it may be logged. */
export class OutgoingError extends Error {
  override readonly name = 'OutgoingError';
  constructor(
    readonly failure: OutgoingFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
