import type { MailThread } from '../connectors/connector';
import type { ArchivedEntry } from '../infra/stores';

/** RFC 5322 bounds no list of references; mail programs keep the first and the newest. */
const REFERENCES_MAX = 20;

/**
 * Where a message stands among the mails of its session: what it answers, the chain before it, the subject. `earlier`: entries of
 * the conversation, by ascending `seq`; those of other sessions and later ones do not count.
 */
export function threadOf(entry: ArchivedEntry, earlier: readonly ArchivedEntry[]): MailThread {
  const mails = earlier.filter(
    ({ seq, channelSessionId, body }) =>
      seq < entry.seq && channelSessionId === entry.channelSessionId && body !== null,
  );
  const ids = mails.flatMap((mail) => messageIdOf(mail) ?? []);
  const answered =
    mails.find(
      ({ id, providerMessageId }) =>
        entry.replyTo !== null && [id, providerMessageId].includes(entry.replyTo),
    ) ?? mails.findLast(({ type }) => type === 'CUSTOMER_MESSAGE');
  const subject = mails
    .map(({ body }) => (body?.type === 'EMAIL' ? body.subject : undefined))
    .findLast((given) => given !== undefined && given !== '');
  return {
    inReplyTo: (answered && messageIdOf(answered)) ?? ids.at(-1) ?? null,
    references:
      ids.length > REFERENCES_MAX ? [...ids.slice(0, 1), ...ids.slice(1 - REFERENCES_MAX)] : ids,
    subject: subject ?? null,
  };
}

/** Theirs, or the one that ours went out with. */
function messageIdOf({ providerMessageId, delivery }: ArchivedEntry): string | null {
  const id = providerMessageId ?? delivery?.providerMessageIds[0] ?? null;
  return id && /^<[^<>\s]+>$/.test(id) ? id : null;
}
