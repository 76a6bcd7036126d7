/** One event of a `text/event-stream`. `event` is `message` where the stream names none. */
export interface SseEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** An incremental reader of `text/event-stream` (HTML standard, section 9.2): feed it text as it comes, in pieces of any size. */
export function createSseParser(onEvent: (event: SseEvent) => void): (text: string) => void {
  let rest = '';
  let first = true;
  let id: string | null = null;
  let event = '';
  let data: string[] = [];

  function dispatch(): void {
    if (data.length > 0) onEvent({ id, event: event || 'message', data: data.join('\n') });
    id = null;
    event = '';
    data = [];
  }
  function take(line: string): void {
    if (line === '') dispatch();
    const colon = line.indexOf(':');
    if (line === '' || colon === 0) return; // a comment: the heartbeat
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id') id = value;
  }

  return (text) => {
    rest += first ? text.replace(/^\uFEFF/, '') : text;
    first = first && text === '';
    // A CR at the very end may be the first half of CRLF: it waits for the next piece.
    for (;;) {
      const end = rest.search(/\r\n|\n|\r(?=[\s\S])/);
      if (end < 0) return;
      const line = rest.slice(0, end);
      rest = rest.slice(end + (rest.startsWith('\r\n', end) ? 2 : 1));
      take(line);
    }
  };
}
