import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { OutgoingError } from '../domain/outgoing-error';
import { SmtpError, type SmtpPhase } from '../domain/smtp-error';
import { isPublicAddress } from './address-rules';
import type { Outgoing } from './outgoing';

/** An SMTP server and who we are there; see connectors/connector.ts. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user: string | null;
  readonly password: string | null;
  readonly ca?: string | undefined;
}
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Uint8Array;
}
export interface MailLimits {
  /** From the look-up of the name to the server's last word, ms. */
  readonly timeoutMs: number;
  /** Runs when the server is ready to take the mail and nothing of it was written; what it throws ends it unsent. */
  readonly beforeFirstByte?: () => void | Promise<void>;
}
/** Hands mails to their servers, under the same rules as every request to the outside (reliability.md 10). */
export interface OutgoingMail {
  /**
   * Answers the recipients that were refused beside others that were taken. Throws `SmtpError` for the server's own no, and
   * `OutgoingError`: `interrupted` once the whole mail was handed over, so that it may have been taken; else `unreached`.
   */
  send(
    server: MailServer,
    mail: Mail,
    limits: MailLimits,
  ): Promise<{ readonly refused: readonly string[] }>;
}

/** The name that we greet with: any will do, and ours is nobody's business. */
const GREETING_NAME = 'parley';

export function createOutgoingMail(outgoing: Pick<Outgoing, 'dial'>): OutgoingMail {
  return {
    async send(server, mail, { timeoutMs, beforeFirstByte }) {
      const until = performance.now() + timeoutMs;
      const socket = await outgoing.dial(server.host, server.port, timeoutMs);
      const connection = connectionOver(socket, server);
      const timer = setTimeout(() => socket.destroy(), Math.max(1, until - performance.now()));
      let whole = false;
      try {
        await step(connection, (done) => connection.connect(done));
        const { user, password } = server;
        if (user !== null)
          await step(connection, (done) =>
            connection.login({ credentials: { user, pass: password ?? '' } }, done),
          );
        await beforeFirstByte?.();
        const info = await step<SMTPConnection.SentMessageInfo>(connection, (done) =>
          connection.send(
            { from: mail.from, to: [...mail.to], size: mail.raw.length },
            Readable.from(
              handedOver(mail.raw, () => {
                whole = true;
              }),
            ),
            done,
          ),
        );
        return { refused: info.rejected };
      } catch (error) {
        throw known(error, whole);
      } finally {
        clearTimeout(timer);
        connection.close();
        socket.destroy();
      }
    },
  };
}

function connectionOver(
  socket: Socket,
  { host, port, secure, user, ca }: MailServer,
): SMTPConnection {
  return new SMTPConnection({
    connection: socket,
    host,
    port,
    secure,
    name: GREETING_NAME,
    // A password crosses the internet under TLS or not at all.
    requireTLS: !secure && user !== null && isPublicAddress(socket.remoteAddress ?? ''),
    tls: { servername: host, ...(ca && { ca: [...rootCertificates, ca] }) },
    logger: false,
  });
}

/** One command, or whatever ends the connection meanwhile. */
function step<T = unknown>(
  connection: SMTPConnection,
  run: (done: (error?: Error | null, result?: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    connection.once('end', () => reject(new Error('the connection ended')));
    run((error, result) => {
      connection.removeListener('error', reject);
      // Errors that follow an end of our own are nobody's.
      connection.on('error', () => undefined);
      if (error) reject(error);
      else resolve(result as T);
    });
  });
}

async function* handedOver(raw: Uint8Array, onWhole: () => void): AsyncGenerator<Uint8Array> {
  yield raw;
  onWhole();
}

function known(error: unknown, whole: boolean): Error {
  if (error instanceof OutgoingError) return error;
  const { responseCode, command, response } = error as SMTPConnection.SMTPError;
  if (responseCode && responseCode >= 400 && responseCode < 600)
    return new SmtpError(responseCode, phaseOf(command), (response ?? '').slice(0, 500));
  const message = whole ? 'no answer to a mail that was handed over' : 'the mail server was lost';
  return new OutgoingError(whole ? 'interrupted' : 'unreached', message, { cause: error });
}

function phaseOf(command = ''): SmtpPhase {
  if (command.startsWith('AUTH')) return 'LOGIN';
  if (command === 'MAIL FROM') return 'SENDER';
  if (command === 'RCPT TO') return 'RECIPIENT';
  return command === 'DATA' ? 'CONTENT' : 'CONNECT';
}
