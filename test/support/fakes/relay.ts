import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { type Behaviour, type FakeServer, Script } from './behaviour';

/** A mail server that plays a script: an `answer` is the SMTP code `status`, a hang or a cut comes after the whole mail. */
export interface FakeRelay extends FakeServer {
  readonly port: number;
  readonly script: Script;
  /** Mails that came whole, taken or not. */
  readonly requests: readonly string[];
  /** How often the customer got a mail with this text. */
  deliveries(text: string): number;
}

export async function startFakeRelay(): Promise<FakeRelay> {
  const script = new Script();
  const requests: string[] = [];
  const delivered: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => void take(Buffer.concat(chunks), session, done));
    },
  });
  server.on('error', () => undefined);

  async function take(
    raw: Buffer,
    session: SMTPServerSession,
    done: (error?: Error | null) => void,
  ): Promise<void> {
    const { text = '' } = await simpleParser(raw);
    requests.push(text);
    const behaviour: Behaviour = script.take();
    if (behaviour.type === 'accept' || behaviour.taken) delivered.push(text);
    switch (behaviour.type) {
      case 'accept':
        await sleep(behaviour.afterMs ?? 0);
        return done();
      case 'answer':
        return done(Object.assign(new Error('no'), { responseCode: behaviour.status }));
      case 'hang':
        return;
      case 'reset':
        for (const { id, socket } of connectionsOf(server)) if (id === session.id) socket.destroy();
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    script,
    requests,
    deliveries: (wanted) => delivered.filter((text) => text.includes(wanted)).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const { socket } of connectionsOf(server)) socket.destroy();
      }),
  };
}

interface Connection {
  readonly id: string;
  readonly socket: { destroy(): void };
}

function connectionsOf(server: SMTPServer): readonly Connection[] {
  const { connections } = server as unknown as {
    readonly connections: ReadonlySet<{
      readonly id: string;
      readonly session: { readonly id: string };
      readonly _socket: Connection['socket'];
    }>;
  };
  return [...connections].map(({ session, _socket }) => ({ id: session.id, socket: _socket }));
}
