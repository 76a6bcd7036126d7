/** A mailbox as one channel reads it. */
export interface ReadMailbox {
  readonly channelId: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly mailbox: string;
}
/** How far a mailbox has been read. */
export interface MailboxPosition {
  readonly uidValidity: string;
  /** Everything up to here was taken, kept as unreadable or passed over; 0 = nothing yet. */
  readonly lastUid: number;
  /** When the channel first saw this mailbox, ISO UTC. */
  readonly since: string;
}
export interface MailboxPositions {
  /** Where to go on; at the beginning when the mailbox is new to the channel, or has numbered its mails anew (RFC 9051 2.3.1.1). */
  enter(mailbox: ReadMailbox, uidValidity: string): Promise<MailboxPosition>;
  /** Never goes back; nothing happens when the mails have been numbered anew since. */
  advance(mailbox: ReadMailbox, uidValidity: string, uid: number): Promise<void>;
}
