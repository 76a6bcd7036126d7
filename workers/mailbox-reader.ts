import type {
  IncomingMail,
  Mailbox,
  MailboxFailure,
  OpenMailbox,
  WaitingMail,
} from '../infra/incoming-mail';
import { MailboxError } from '../infra/incoming-mail';
import type { Logger } from '../infra/logger';
import type { MailboxPosition, MailboxPositions, ReadMailbox } from '../infra/mailbox-positions';
import { pause } from './leased';

/** What comes of a mail. Throws while it cannot be stored. */
export interface MailTaker {
  take(channelId: string, raw: Uint8Array): Promise<void>;
  /** Keeps what can be had of a mail that is not taken, for whoever looks after the channel. */
  setAside(channelId: string, raw: Uint8Array, reason: string): Promise<void>;
}
export interface MailboxReaderDeps {
  readonly incoming: IncomingMail;
  readonly positions: MailboxPositions;
  readonly taker: MailTaker;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Whether an error says that nothing can be stored now, so that the mail must come again. */
  readonly isPassing: (error: unknown) => boolean;
  /** Bytes of the largest mail that is taken. */
  readonly mailMaxBytes: number;
  /** How long a server may be silent about new mail before it is asked, ms. @default 30000 */
  readonly lookEveryMs?: number;
  /** Of the pauses between attempts while the server is away, ms. @default 1000 */
  readonly firstPauseMs?: number;
  /** 0 to 1, for pauses that do not fall together. */
  readonly random?: () => number;
}

/** Mails whose particulars are asked for at once. */
const BATCH = 200;
const LONGEST_PAUSE_MS = 300_000;
/** Kept of a mail that is too large: its headers and the beginning. */
const SET_ASIDE_BYTES = 1_048_576;
/** A mail that fails this often for a reason of its own is set aside: those behind it must not wait for ever. */
const ATTEMPTS_MAX = 5;

/**
 * Reads mailboxes of channels: every mail in the order of its number, each taken before the position moves on. A process that dies in
 * between has the mail taken again, which its `Message-ID` makes a copy.
 */
export function createMailboxReader(deps: MailboxReaderDeps) {
  const { incoming, positions, taker, logger, isPassing, mailMaxBytes } = deps;
  const { lookEveryMs = 30_000, firstPauseMs = 1000, random = Math.random } = deps;

  /** Until stopped; never throws. */
  async function run(channelId: string, mailbox: Mailbox, stop: AbortSignal): Promise<void> {
    const attempts = new Map<number, number>();
    let failures = 0;
    while (!stop.aborted) {
      let open: OpenMailbox | null = null;
      try {
        open = await incoming.open(mailbox, stop);
        const of = { ...mailbox, channelId };
        const begun = await positions.enter(of, open.uidValidity);
        let { lastUid } = begun;
        while (!stop.aborted) {
          lastUid = await catchUp({ of, open, begun, lastUid, attempts, stop });
          if (failures > 0) logger.info({ channelId }, 'the mailbox is read again');
          failures = 0;
          await open.news(lookEveryMs, stop);
        }
      } catch (error) {
        if (stop.aborted) break;
        failures += 1;
        // A mail that could not be stored is tried soon; that the connection ended is no news at all.
        logger.warn(
          { channelId, reason: reasonOf(error) },
          'the mailbox is read again in a moment',
        );
        await pause(pauseAfter(failures), stop);
      } finally {
        open?.close();
      }
    }
  }

  interface Look {
    readonly of: ReadMailbox;
    readonly open: OpenMailbox;
    readonly begun: MailboxPosition;
    readonly lastUid: number;
    readonly attempts: Map<number, number>;
    readonly stop: AbortSignal;
  }

  /** Takes all that waits; answers the number of the last one. */
  async function catchUp({ of, open, begun, attempts, stop, ...from }: Look): Promise<number> {
    let { lastUid } = from;
    while (!stop.aborted) {
      const mails = await open.after(lastUid, BATCH);
      if (mails.length === 0) break;
      for (const mail of mails) {
        if (stop.aborted) return lastUid;
        if (isOurs(mail, begun)) {
          await takeOne(of.channelId, mail, open, attempts);
          await positions.advance(of, open.uidValidity, mail.uid);
        }
        lastUid = mail.uid;
      }
      await positions.advance(of, open.uidValidity, lastUid);
    }
    return lastUid;
  }

  async function takeOne(
    channelId: string,
    { uid, size }: WaitingMail,
    open: OpenMailbox,
    attempts: Map<number, number>,
  ): Promise<void> {
    const whole = size <= mailMaxBytes;
    const raw = await open.raw(uid, whole ? mailMaxBytes : SET_ASIDE_BYTES);
    if (!raw) return; // somebody removed it
    if (!whole) return taker.setAside(channelId, raw, 'the mail is too large');
    try {
      await taker.take(channelId, raw);
    } catch (error) {
      if (isPassing(error)) throw error;
      const failed = (attempts.get(uid) ?? 0) + 1;
      attempts.set(uid, failed);
      if (failed < ATTEMPTS_MAX) throw error;
      logger.warn({ channelId, err: error }, 'a mail cannot be taken and is set aside');
      await taker.setAside(channelId, raw, 'the mail could not be taken');
    }
    attempts.delete(uid);
  }

  /** Doubling, give or take a fifth. */
  function pauseAfter(failures: number): number {
    const most = Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 20), LONGEST_PAUSE_MS);
    return most * (0.8 + 0.4 * random());
  }

  return { run };
}

/** What somebody has read before the channel saw the mailbox was dealt with elsewhere. */
function isOurs({ seen, receivedAt }: WaitingMail, { since }: MailboxPosition): boolean {
  return !seen || receivedAt === null || receivedAt >= since;
}

/** Nothing of what the server says: it may name the user. */
function reasonOf(error: unknown): MailboxFailure | string {
  if (error instanceof MailboxError) return error.failure;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : 'failed';
}
