// Its types would bring the browser's into all of the server's code.
const { JSDOM } = require('jsdom') as {
  JSDOM: new (html: string, options: { url: string }) => Dom;
};

interface Dom {
  readonly window: { close(): void };
}

/** What a client library for browsers finds in its global scope, of a page of this origin: its requests are cross-origin. */
export function useBrowserWindow(origin: string): void {
  const names = ['XMLHttpRequest', 'WebSocket', 'FormData', 'Blob'] as const;
  const before = new Map<string, unknown>();
  let dom: Dom;
  beforeAll(() => {
    dom = new JSDOM('', { url: origin });
    const scope = globalThis as unknown as Record<string, unknown>;
    const page = dom.window as unknown as Record<string, unknown>;
    for (const name of names) {
      before.set(name, scope[name]);
      scope[name] = page[name];
    }
  });
  afterAll(() => {
    for (const [name, value] of before)
      (globalThis as unknown as Record<string, unknown>)[name] = value;
    dom.window.close();
  });
}
