import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** POSTs JSON over kept-alive connections with as little of a client as there is, so that the caller costs little of the machine. */
export function httpCaller(
  baseUrl: string,
  token: string,
): (path: string, body: object) => Promise<Answer> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return (path, body) =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(body);
      const outgoing = request(
        new URL(path, baseUrl),
        {
          method: 'POST',
          agent,
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          },
        },
        (incoming) => {
          let received = '';
          incoming.setEncoding('utf8').on('data', (chunk: string) => {
            received += chunk;
          });
          incoming.once('end', () => resolve({ status: incoming.statusCode ?? 0, text: received }));
        },
      );
      outgoing.once('error', reject);
      outgoing.end(text);
    });
}
