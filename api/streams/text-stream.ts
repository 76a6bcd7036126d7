/** Bytes that are gathered before they go out: an entry each would be a chunk each. */
const CHUNK_BYTES = 16 * 1024;

/**
 * Text that is made while it is sent, so that its length does not matter. The first piece is made before the answer begins: what
 * fails there is still an honest error.
 */
export async function textStream(
  pieces: AsyncGenerator<string>,
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  const first = await pieces.next();
  let waiting = first.done ? '' : first.value;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (waiting.length < CHUNK_BYTES) {
          const next = await pieces.next();
          if (next.done) {
            if (waiting !== '') controller.enqueue(encoder.encode(waiting));
            controller.close();
            return;
          }
          waiting += next.value;
        }
        controller.enqueue(encoder.encode(waiting));
        waiting = '';
      },
      async cancel() {
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}
