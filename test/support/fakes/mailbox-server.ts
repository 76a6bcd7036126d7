import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface StoredMail {
  readonly uid: number;
  readonly raw: Buffer;
  readonly seen: boolean;
  readonly receivedAt: Date;
}
/** An IMAP server (RFC 9051) with one mailbox, as far as a reader goes: it idles, and refuses whatever would change something. */
export interface FakeMailboxServer {
  readonly port: number;
  /** Commands as they came, without tags. */
  readonly commands: readonly string[];
  uidValidity: number;
  password: string;
  /** Stores a mail and tells whoever idles. */
  deliver(raw: string, facts?: Partial<Omit<StoredMail, 'raw'>>): number;
  /** Forgets all mails. */
  empty(): void;
  /** Cuts every connection. */
  cut(): void;
  /** Ends connections, and does not take new ones until `comeBack`. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  readonly connections: number;
  close(): Promise<void>;
}

interface Session {
  readonly socket: Socket;
  idling: string | null;
}

/** With `tls` it speaks TLS from the first byte. */
export async function startFakeMailboxServer(tls?: TlsOptions): Promise<FakeMailboxServer> {
  const sessions = new Set<Session>();
  const commands: string[] = [];
  let mails: StoredMail[] = [];
  let lastUid = 0;

  const server = tls ? createTlsServer(tls, greet) : createServer(greet);
  // A client that does not trust the certificate hangs up.
  server.on('tlsClientError', () => undefined);

  function greet(socket: Socket): void {
    const session: Session = { socket, idling: null };
    sessions.add(session);
    socket.on('error', () => undefined);
    socket.on('close', () => sessions.delete(session));
    socket.write('* OK ready\r\n');
    createInterface({ input: socket })
      .on('error', () => undefined) // it passes the socket's on
      .on('line', (line) => answer(session, line));
  }

  function answer(session: Session, line: string): void {
    const { socket } = session;
    const say = (...lines: readonly string[]) => socket.write(`${lines.join('\r\n')}\r\n`);
    if (line.toUpperCase() === 'DONE' && session.idling) {
      say(`${session.idling} OK done`);
      session.idling = null;
      return;
    }
    const [, tag = '', rest = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    commands.push(rest);
    const [command = '', ...words] = rest.split(' ');
    switch (command.toUpperCase()) {
      case 'CAPABILITY':
        return void say('* CAPABILITY IMAP4rev1 IDLE', `${tag} OK`);
      case 'LOGIN':
        return void say(
          rest.endsWith(`"${fake.password}"`) || rest.endsWith(` ${fake.password}`)
            ? `${tag} OK in`
            : `${tag} NO [AUTHENTICATIONFAILED] no`,
        );
      case 'LIST':
      case 'LSUB':
        return void say(
          `* ${command} () "/" ${rest.endsWith('""') ? '""' : '"INBOX"'}`,
          `${tag} OK`,
        );
      case 'EXAMINE':
        if (!/"?INBOX"?$/.test(rest)) return void say(`${tag} NO no such mailbox`);
        return void say(
          '* FLAGS (\\Seen)',
          `* ${mails.length} EXISTS`,
          `* OK [UIDVALIDITY ${fake.uidValidity}] valid`,
          `* OK [UIDNEXT ${lastUid + 1}] next`,
          `${tag} OK [READ-ONLY] open`,
        );
      case 'UID':
        if (words[0]?.toUpperCase() === 'SEARCH') {
          const from = Number(/UID (\d+):\*/i.exec(rest)?.[1]);
          const newest = mails.at(-1)?.uid ?? 0;
          const found = mails.filter(({ uid }) => uid >= from || uid === newest);
          return void say(`* SEARCH ${found.map(({ uid }) => uid).join(' ')}`.trim(), `${tag} OK`);
        }
        if (words[0]?.toUpperCase() === 'FETCH') {
          for (const [index, mail] of mails.entries())
            if (inSet(words[1] ?? '', mail.uid)) writeMail(socket, index + 1, mail, rest);
          return void say(`${tag} OK`);
        }
        return void say(`${tag} BAD unknown`);
      case 'IDLE':
        session.idling = tag;
        return void say('+ idling');
      case 'NOOP':
        return void say(`${tag} OK`);
      case 'LOGOUT':
        return void say('* BYE', `${tag} OK`);
      default:
        return void say(`${tag} BAD not here`);
    }
  }

  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const cut = () => {
    for (const { socket } of sessions) socket.destroy();
  };
  const goAway = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      cut();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const fake: FakeMailboxServer = {
    port,
    commands,
    uidValidity: 1,
    password: 'secret',
    get connections() {
      return sessions.size;
    },
    deliver(raw, facts = {}) {
      lastUid = facts.uid ?? lastUid + 1;
      const at = new Date();
      mails.push({ uid: lastUid, seen: false, receivedAt: at, ...facts, raw: Buffer.from(raw) });
      for (const { socket, idling } of sessions)
        if (idling) socket.write(`* ${mails.length} EXISTS\r\n`);
      return lastUid;
    },
    empty() {
      mails = [];
      lastUid = 0;
    },
    cut,
    goAway,
    comeBack: () => listen(port),
    close: () => (server.listening ? goAway() : Promise.resolve()),
  };
  return fake;
}

function writeMail(socket: Socket, seq: number, mail: StoredMail, request: string): void {
  const { uid, seen, raw } = mail;
  const items = [`UID ${uid}`];
  if (/FLAGS/i.test(request)) items.push(`FLAGS (${seen ? '\\Seen' : ''})`);
  if (/INTERNALDATE/i.test(request)) items.push(`INTERNALDATE "${internalDate(mail.receivedAt)}"`);
  if (/RFC822\.SIZE/i.test(request)) items.push(`RFC822.SIZE ${raw.length}`);
  const part = /BODY\.PEEK\[\]<0\.(\d+)>/i.exec(request);
  if (!part) return void socket.write(`* ${seq} FETCH (${items.join(' ')})\r\n`);
  const bytes = raw.subarray(0, Number(part[1]));
  socket.write(`* ${seq} FETCH (${items.join(' ')} BODY[]<0> {${bytes.length}}\r\n`);
  socket.write(bytes);
  socket.write(')\r\n');
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

function internalDate(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, '0');
  const time = date.toISOString().slice(11, 19);
  return `${day}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000`;
}

function inSet(set: string, uid: number): boolean {
  return set.split(',').some((range) => {
    const [from, to = from] = range.split(':').map(Number);
    return uid >= Number(from) && uid <= Number(to);
  });
}
