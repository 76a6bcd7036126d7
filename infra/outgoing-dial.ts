import { connect, type Socket } from 'node:net';
import { OutgoingError } from '../domain/outgoing-error';

/** A connection to the first of these addresses that answers. Throws `OutgoingError('unreached')`. */
export async function dialOneOf(
  addresses: readonly { readonly address: string }[],
  port: number,
  timeoutMs: number,
): Promise<Socket> {
  const until = performance.now() + timeoutMs;
  let failure: OutgoingError = new OutgoingError('unreached', 'the host has no address');
  for (const { address } of addresses) {
    const left = until - performance.now();
    if (left <= 0) break;
    try {
      return await dial(address, port, left);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
      failure = new OutgoingError('unreached', code, { cause: error });
    }
  }
  throw failure;
}

function dial(host: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), timeoutMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
