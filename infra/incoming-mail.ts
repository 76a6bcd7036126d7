import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import { type FetchQueryObject, ImapFlow } from 'imapflow';
import { OutgoingError } from '../domain/outgoing-error';
import { isPublicAddress } from './address-rules';
import type { Outgoing } from './outgoing';

/** A mailbox on an IMAP server, and who we are there; see connectors/connector.ts. */
export interface Mailbox {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly user: string;
  readonly password: string;
  readonly mailbox: string;
  readonly ca?: string | undefined;
}
export interface WaitingMail {
  /** Unique and growing while the mailbox's `uidValidity` stays. */
  readonly uid: number;
  /** Bytes. */
  readonly size: number;
  readonly seen: boolean;
  /** ISO UTC, the server's clock; null where it does not say. */
  readonly receivedAt: string | null;
}
/** A mailbox that is read and never changed: no flag is set, nothing is moved. */
export interface OpenMailbox {
  readonly uidValidity: string;
  /** At most `limit` mails above `uid`, lowest first. */
  after(uid: number, limit: number): Promise<readonly WaitingMail[]>;
  /** The first `maxBytes` of a mail; null when it has gone. */
  raw(uid: number, maxBytes: number): Promise<Uint8Array | null>;
  /** Resolves when the server tells of a mail, the connection ends, `maxMs` have passed or `stop` is aborted. */
  news(maxMs: number, stop: AbortSignal): Promise<void>;
  close(): void;
}
/** Opens mailboxes, under the same rules as every request to the outside (reliability.md 10). */
export interface IncomingMail {
  /** Throws {@link MailboxError}. Aborting `stop` ends the connection. */
  open(mailbox: Mailbox, stop: AbortSignal): Promise<OpenMailbox>;
}

/** `login`: the server refused who we are. `mailbox`: it has none of that name for us. `refused`: no such host may be reached. */
export type MailboxFailure = 'login' | 'mailbox' | 'refused' | 'away';
export class MailboxError extends Error {
  override readonly name = 'MailboxError';
  constructor(
    readonly failure: MailboxFailure,
    options?: ErrorOptions,
  ) {
    super(`the mailbox cannot be read: ${failure}`, options);
  }
}

const CONNECT_TIMEOUT_MS = 15_000;
/** A server that is silent for longer than this is lost. Longer than a pause between two looks. */
const SILENCE_MS = 120_000;
/** Bytes of one answer: a whole mail and what is around it. */
const ANSWER_MAX_BYTES = 40_000_000;
const DETAILS: FetchQueryObject = { uid: true, flags: true, internalDate: true, size: true };

export function createIncomingMail(outgoing: Pick<Outgoing, 'addressesOf'>): IncomingMail {
  return {
    async open(mailbox, stop) {
      const { host, port } = mailbox;
      const addresses = await outgoing.addressesOf(host, port, CONNECT_TIMEOUT_MS).catch(unusable);
      let failure = new MailboxError('away');
      for (const { address } of addresses) {
        if (stop.aborted) break;
        const client = clientFor(mailbox, address);
        const end = () => client.close();
        stop.addEventListener('abort', end);
        client.once('close', () => stop.removeEventListener('abort', end));
        try {
          await client.connect();
          const { uidValidity } = await client
            .mailboxOpen(mailbox.mailbox, { readOnly: true })
            .catch((error: unknown) => {
              throw client.usable ? new MailboxError('mailbox', { cause: error }) : error;
            });
          return reading(client, String(uidValidity));
        } catch (error) {
          client.close();
          failure = known(error);
          if (failure.failure !== 'away') break; // it answered: other addresses would say the same
        }
      }
      throw failure;
    },
  };
}

/** Connects to an address that was checked, whatever the name says by then. */
function clientFor(mailbox: Mailbox, address: string): ImapFlow {
  const { host, port, secure, user, password, ca } = mailbox;
  const client = new ImapFlow({
    host: address,
    port,
    secure,
    ...(isIP(host) ? {} : { servername: host }),
    // A password crosses the internet under TLS or not at all.
    ...(!secure && isPublicAddress(address) ? { doSTARTTLS: true } : {}),
    // The certificate must be good for the name that was configured, also after STARTTLS.
    tls: { rejectUnauthorized: true, ...(ca && { ca: trusted(ca) }) },
    auth: { user, pass: password },
    logger: false,
    disableAutoIdle: true,
    disableCompression: true,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    maxResponseSize: ANSWER_MAX_BYTES,
  });
  // The command that was under way fails with it, too.
  client.on('error', () => undefined);
  return client;
}

/** A list of our own replaces the public authorities: they are named again. */
function trusted(ca: string): string[] {
  return [...rootCertificates, ca];
}

function reading(client: ImapFlow, uidValidity: string): OpenMailbox {
  let heard = false;
  client.on('exists', () => {
    heard = true;
  });
  return {
    uidValidity,
    async after(uid, limit) {
      heard = false; // before the look: what comes during it counts as news
      const found = await client.search({ uid: `${uid + 1}:*` }, { uid: true });
      if (!Array.isArray(found)) throw new MailboxError('away');
      // The range always names the newest mail, even when that is below its beginning.
      const next = found.filter((one) => one > uid).sort((a, b) => a - b);
      if (next.length === 0) return [];
      const range = next.slice(0, limit).join(',');
      const mails = await client.fetchAll(range, DETAILS, { uid: true });
      return mails
        .map((mail) => ({
          uid: mail.uid,
          size: mail.size ?? 0,
          seen: mail.flags?.has('\\Seen') ?? false,
          receivedAt: timeOf(mail.internalDate),
        }))
        .sort((a, b) => a.uid - b.uid);
    },
    async raw(uid, maxBytes) {
      const query = { uid: true, source: { start: 0, maxLength: maxBytes } };
      const mail = await client.fetchOne(String(uid), query, { uid: true });
      return mail ? (mail.source ?? null) : null;
    },
    async news(maxMs, stop) {
      if (heard || stop.aborted || !client.usable) return;
      const over = new AbortController();
      await new Promise<void>((resolve) => {
        const done = () => resolve();
        const timer = setTimeout(done, maxMs);
        client.once('exists', done);
        client.once('close', done);
        stop.addEventListener('abort', done, { signal: over.signal });
        over.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          client.off('exists', done);
          client.off('close', done);
        });
        client.idle().catch(done); // ended by the next command
      });
      over.abort();
    },
    close: () => client.close(),
  };
}

function timeOf(date: Date | string | undefined): string | null {
  const time = new Date(date ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

function known(error: unknown): MailboxError {
  if (error instanceof MailboxError) return error;
  const refused = (error as { authenticationFailed?: unknown }).authenticationFailed === true;
  return new MailboxError(refused ? 'login' : 'away', { cause: error });
}

function unusable(error: unknown): never {
  const refused = error instanceof OutgoingError && error.failure === 'refused';
  throw new MailboxError(refused ? 'refused' : 'away', { cause: error });
}
