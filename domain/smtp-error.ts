/** What a mail server was asked when it said no. */
export type SmtpPhase = 'CONNECT' | 'LOGIN' | 'SENDER' | 'RECIPIENT' | 'CONTENT';

/** Thrown when a mail server refuses: nothing was taken. `code`: 400 to 599 (RFC 5321). The message names no address. */
export class SmtpError extends Error {
  override readonly name = 'SmtpError';
  constructor(
    readonly code: number,
    readonly phase: SmtpPhase,
    /** The server's own words. */
    readonly reply: string,
  ) {
    super(`SMTP ${code} at ${phase}`);
  }
}
