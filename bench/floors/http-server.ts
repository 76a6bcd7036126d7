import { createServer } from 'node:http';
import { floorClient } from '../support/floor-client';

/** The floor of the api: the shortest server that reads JSON and answers when Temporal has stored it; a GET gets its path back. Ends with its parent. */
async function main(): Promise<void> {
  const temporalAddress = process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233';
  const floor = await floorClient({ temporalAddress });
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      const body = decodeURIComponent(request.url?.slice(1) ?? '');
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const { to, message } = JSON.parse(Buffer.concat(chunks).toString()) as {
        to: number;
        message: object;
      };
      floor.signalWithStart(`floor:http-${to}`, message).then(
        () => response.writeHead(202, { 'content-type': 'application/json' }).end('{}'),
        (error: unknown) => response.writeHead(503).end(String(error)),
      );
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' && address ? address.port : 0);
  });
  process.once('disconnect', () => process.exit(0));
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
