import { createServer, type ServerResponse } from 'node:http';

/** The floor of streams: whoever asks stays, and what is posted is written to each of them. Ends with its parent. */
const readers = new Set<ServerResponse>();
const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    readers.add(response);
    response.once('close', () => readers.delete(response));
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => {
    const event = `data: ${Buffer.concat(chunks).toString()}\n\n`;
    for (const reader of readers) reader.write(event);
    response.writeHead(202).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address ? address.port : 0);
});
process.once('disconnect', () => process.exit(0));
