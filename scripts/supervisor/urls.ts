import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Throws, naming the setting, when somebody else listens there. */
export async function assertFree(host: string, port: number, key: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const problem = error.code === 'EADDRINUSE' ? 'is in use by another process' : error.message;
      reject(new Error(`Port ${port} on ${host} ${problem}. Set ${key} to another.`));
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

/** Ask `/readyz` until it says yes. @returns undefined then, or what it said last when the time was over */
export async function untilReady(
  baseUrl: string,
  withinMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const deadline = Date.now() + withinMs;
  let said = 'no answer';
  while (!signal.aborted && Date.now() < deadline) {
    try {
      const answer = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(5_000) });
      if (answer.ok) return undefined;
      said = `${answer.status} ${(await answer.text()).slice(0, 500)}`;
    } catch (error) {
      said = error instanceof Error ? error.message : String(error); // not listening yet
    }
    await sleep(150);
  }
  return said;
}
