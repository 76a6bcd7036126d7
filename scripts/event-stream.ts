/** One event of a stream of Server-Sent Events; null: the field was not there. */
export interface StreamEvent {
  readonly id: string | null;
  readonly event: string | null;
  readonly data: string;
}

/** The events in the bytes of a stream, as they get complete. Comments are passed over. */
export async function* eventsIn(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    rest += decoder.decode(piece, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = eventOf(block);
      if (event) yield event;
    }
  }
}

function eventOf(block: string): StreamEvent | null {
  const lines = block.split('\n');
  const field = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  const data = field('data');
  if (data.length === 0) return null;
  return { id: field('id')[0] ?? null, event: field('event')[0] ?? null, data: data.join('\n') };
}
