/**
 * Why a call of an external bot brought no answer (connectors.md 12.1). `timeout`: not in time. `network`: no whole answer.
 * `status`: a status that is no success. `unreadable`, `empty`: an answer that the protocol does not know.
 */
export type BotFailure = 'timeout' | 'network' | 'status' | 'unreadable' | 'empty';

/** Thrown by a bot protocol when the call failed. The message names no address and repeats nothing of the bot's. */
export class BotError extends Error {
  override readonly name = 'BotError';
  constructor(
    readonly failure: BotFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
