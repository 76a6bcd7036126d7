import {
  type IncomingMail,
  MailboxError,
  type MailboxFailure,
  type WaitingMail,
} from '../../infra/incoming-mail';
import type { MailboxPosition } from '../../infra/mailbox-positions';
import { createMailboxReader } from '../../workers/mailbox-reader';

const SINCE = '2026-03-01T00:00:00.000Z';
const MAILBOX = {
  host: 'mail.test',
  port: 993,
  secure: true,
  user: 'u',
  password: 'p',
  mailbox: 'INBOX',
};
const aMail = (uid: number, given: Partial<WaitingMail> = {}): WaitingMail => ({
  uid,
  size: 100,
  seen: false,
  receivedAt: '2026-03-02T00:00:00.000Z',
  ...given,
});

/** One reader at a mailbox with these mails, until all is read; `take` and `opens` may fail. */
async function read({
  mails = [],
  lastUid = 0,
  take = () => undefined,
  opens = [],
  gone = [],
}: {
  mails?: readonly WaitingMail[];
  lastUid?: number;
  take?: (uid: string, attempt: number) => void;
  opens?: readonly MailboxFailure[];
  gone?: readonly number[];
}) {
  const stop = new AbortController();
  const taken: string[] = [];
  const setAside: [string, string][] = [];
  const warnings: unknown[] = [];
  const attempts = new Map<string, number>();
  const failures = [...opens];
  const position: MailboxPosition = { uidValidity: '1', since: SINCE, lastUid };
  let advanced = lastUid;
  const incoming: IncomingMail = {
    async open() {
      const failure = failures.shift();
      if (failure) throw new MailboxError(failure);
      return {
        uidValidity: '1',
        after: async (uid, limit) => mails.filter((mail) => mail.uid > uid).slice(0, limit),
        raw: async (uid, maxBytes) =>
          gone.includes(uid) ? null : Buffer.from(`mail ${uid}`.slice(0, maxBytes)),
        news: async () => stop.abort(),
        close: () => undefined,
      };
    },
  };
  const reader = createMailboxReader({
    incoming,
    positions: {
      enter: async () => ({ ...position, lastUid: advanced }),
      advance: async (_of, _uidValidity, uid) => {
        advanced = Math.max(advanced, uid);
      },
    },
    taker: {
      async take(_channelId, raw) {
        const name = Buffer.from(raw).toString();
        const attempt = (attempts.get(name) ?? 0) + 1;
        attempts.set(name, attempt);
        take(name, attempt);
        taken.push(name);
      },
      setAside: async (_channelId, raw, reason) =>
        void setAside.push([Buffer.from(raw).toString(), reason]),
    },
    logger: { info: () => undefined, warn: (facts: unknown) => void warnings.push(facts) },
    isPassing: (error) => String(error).includes('passing'),
    mailMaxBytes: 1000,
    firstPauseMs: 1,
    random: () => 0,
  });
  await reader.run('mail', MAILBOX, stop.signal);
  return { taken, setAside, advanced, warnings };
}

it('takes what waits in order, behind the position', async () => {
  const mails = [aMail(3), aMail(5), aMail(9)];
  expect(await read({ mails, lastUid: 3 })).toMatchObject({
    taken: ['mail 5', 'mail 9'],
    advanced: 9,
  });
});

it.each<[string, Partial<WaitingMail>, readonly string[]]>([
  ['unread from before the channel', { receivedAt: '2026-02-01T00:00:00.000Z' }, ['mail 1']],
  ['read before the channel', { receivedAt: '2026-02-01T00:00:00.000Z', seen: true }, []],
  ['read since, by somebody else', { seen: true }, ['mail 1']],
  ['read, of an unknown time', { seen: true, receivedAt: null }, ['mail 1']],
])('a mail %s', async (_name, given, taken) => {
  expect(await read({ mails: [aMail(1, given)] })).toMatchObject({ taken, advanced: 1 });
});

it('a mail that is too large is set aside, one that has gone is passed over', async () => {
  const mails = [aMail(1, { size: 1001 }), aMail(2), aMail(3)];
  expect(await read({ mails, gone: [2] })).toMatchObject({
    taken: ['mail 3'],
    setAside: [['mail 1', 'the mail is too large']],
    advanced: 3,
  });
});

it('while nothing can be stored the mail waits, however often', async () => {
  const take = (_name: string, attempt: number) => {
    if (attempt < 12) throw new Error('passing');
  };
  expect(await read({ mails: [aMail(1)], take })).toMatchObject({
    taken: ['mail 1'],
    setAside: [],
    advanced: 1,
  });
}, 30_000);

it('a mail that fails for a reason of its own is set aside after five attempts, and those behind it are taken', async () => {
  const take = (name: string) => {
    if (name === 'mail 1') throw new Error('broken');
  };
  expect(await read({ mails: [aMail(1), aMail(2)], take })).toMatchObject({
    taken: ['mail 2'],
    setAside: [['mail 1', 'the mail could not be taken']],
    advanced: 2,
  });
});

it('a server that is away is tried again, and said of it is the kind of failure alone', async () => {
  const { taken, warnings } = await read({ mails: [aMail(1)], opens: ['away', 'login', 'away'] });
  expect(taken).toEqual(['mail 1']);
  expect(warnings).toEqual([
    { channelId: 'mail', reason: 'away' },
    { channelId: 'mail', reason: 'login' },
    { channelId: 'mail', reason: 'away' },
  ]);
});
