import { createSseParser, type SseEvent } from '../shared/sse';
import type { Entry, MediaNews, ReadNews, Typing, WaitNews } from './protocol';

/** Milliseconds without a byte after which a stream counts as dead: two heartbeats of 15 s and some patience. */
const SILENCE_MS = 40_000;

export interface StreamListener {
  entry(entry: Entry, cursor: string | null): void;
  typing(news: Typing): void;
  read(news: ReadNews): void;
  wait(news: WaitNews): void;
  media(news: MediaNews): void;
}

/** Reads an open event stream until it ends, falls silent or `abort` is called by somebody else. Never throws: the caller reconnects. */
export async function readStream(
  answer: Response,
  abort: AbortController,
  listener: StreamListener,
): Promise<void> {
  let watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
  const feed = createSseParser((event) => dispatch(event, listener));
  const decoder = new TextDecoder();
  const reader = answer.body?.getReader();
  try {
    for (;;) {
      const piece = await reader?.read();
      if (!piece || piece.done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
      feed(decoder.decode(piece.value, { stream: true }));
    }
  } catch {
    // Aborted or cut off: both end the reading.
  } finally {
    clearTimeout(watchdog);
    await reader?.cancel().catch(() => undefined);
  }
}

/** By shape rather than by event name, so that a server may name its events as it likes. */
function dispatch(event: SseEvent, listener: StreamListener): void {
  const data = parse(event.data);
  if (!data) return;
  if (typeof data['type'] === 'string' && typeof data['seq'] === 'number')
    listener.entry(data as unknown as Entry, event.id);
  else if (typeof data['typing'] === 'boolean') listener.typing(data as unknown as Typing);
  else if (typeof data['conversationId'] === 'string' && typeof data['seq'] === 'number')
    listener.read(data as unknown as ReadNews);
  else if ('position' in data) listener.wait(data as unknown as WaitNews);
  else if (typeof data['messageId'] === 'string' && data['medium'])
    listener.media(data as unknown as MediaNews);
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
