import type { Mailbox } from '../infra/incoming-mail';
import { pause } from './leased';

export interface MailboxWorkDeps {
  /** The mailboxes of all channels, by channel id, as configured now. */
  readonly mailboxes: () => Promise<ReadonlyMap<string, Mailbox>>;
  readonly reader: {
    run(channelId: string, mailbox: Mailbox, stop: AbortSignal): Promise<void>;
  };
  /** How often the configuration is looked at, ms. @default 5000 */
  readonly everyMs?: number;
}

/** Keeps one reader at each mailbox that is configured, and ends those that are not any more, until stopped. */
export async function followMailboxes(
  { mailboxes, reader, everyMs = 5000 }: MailboxWorkDeps,
  stop: AbortSignal,
): Promise<void> {
  const running = new Map<string, { as: string; end: AbortController; done: Promise<void> }>();
  try {
    while (!stop.aborted) {
      const wanted = await mailboxes();
      for (const [channelId, { as, end, done }] of running) {
        const mailbox = wanted.get(channelId);
        if (mailbox && JSON.stringify(mailbox) === as) continue;
        end.abort();
        await done;
        running.delete(channelId);
      }
      for (const [channelId, mailbox] of wanted) {
        if (running.has(channelId)) continue;
        const end = new AbortController();
        const done = reader.run(channelId, mailbox, AbortSignal.any([stop, end.signal]));
        running.set(channelId, { as: JSON.stringify(mailbox), end, done });
      }
      await pause(everyMs, stop);
    }
  } finally {
    for (const { end } of running.values()) end.abort();
    await Promise.all([...running.values()].map(({ done }) => done));
  }
}
