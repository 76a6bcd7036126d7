import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../bench/support/browser';
import { startWebchatServer, type WebchatServer } from './fakes/webchat-server';

/** Milliseconds: one generous patience for everything that is waited for. */
const PATIENCE_MS = Number(process.env['PARLEY_TEST_PATIENCE'] ?? 120) * 1000;
const WINDOW = { width: 1000, height: 720 };
const EMPTY = '<!doctype html><title>Nobody</title>';

export interface WidgetStage {
  readonly browser: () => Browser;
  readonly server: () => WebchatServer;
  readonly context: () => BrowserContext;
  /** The build's files by name. */
  readonly files: () => ReadonlyMap<string, string>;
  /** A page of the strict policy with the widget on it. A `window` of its own where the usual one will not do. */
  visit(window?: BrowserContextOptions, dir?: 'ltr' | 'rtl'): Promise<Page>;
  /** The same, with the chat open and started. */
  chat(): Promise<Page>;
}

/**
 * The widget as it is built, on a page of the strictest policy, against a webchat API in memory. A test fails, too, when the page asks
 * another server for anything, breaks its policy, throws, opens a dialog, or keeps a cookie.
 *
 * Visits share a window, whose process stays warm: to begin anew costs three times as much. Nothing is left to the next one but that:
 * each has a server of its own, which is another origin with another storage.
 */
export function useWidgetStage(): WidgetStage {
  let browser: Browser;
  let files: ReadonlyMap<string, string>;
  let server: WebchatServer;
  let usual: BrowserContext | undefined;
  let context: BrowserContext | undefined;
  let complaints: string[];

  beforeAll(async () => {
    files = buildWidget();
    browser = await launchBrowser();
  }, PATIENCE_MS);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    complaints = [];
    server = await startWebchatServer(files.get('widget.js') ?? '');
  });
  afterEach(async () => {
    if (context && (await context.cookies()).length > 0) complaints.push('a cookie was set');
    if (context === usual) await leave().catch(giveUp);
    else await context?.close();
    context = undefined;
    await server.close();
    expect(complaints).toEqual([]);
  });

  return {
    browser: () => browser,
    server: () => server,
    context: () => {
      if (!context) throw new Error('nobody has visited');
      return context;
    },
    files: () => files,
    visit,
    async chat() {
      const page = await visit();
      await button(page, 'Open chat').click();
      await page.getByRole('textbox', { name: 'Message' }).waitFor();
      await eventually(() => server.requests.some(({ on }) => on === 'GET /webchat/events'));
      return page;
    },
  };

  async function visit(window?: BrowserContextOptions, dir = 'ltr'): Promise<Page> {
    server.page(
      `<!doctype html><html lang="en" dir="${dir}"><head><meta charset="utf-8"><title>A shop</title><meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>A shop</h1></main><script src="/widget.js?channelId=web"></script></body></html>`,
    );
    if (window) context = await open(window);
    else {
      usual ??= await open({ viewport: WINDOW });
      context = usual;
    }
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(server.origin);
    return page;
  }

  async function open(window: BrowserContextOptions): Promise<BrowserContext> {
    // Nothing here is about how things move, and each frame costs.
    const opened = await browser.newContext({ reducedMotion: 'reduce', ...window });
    opened.setDefaultTimeout(PATIENCE_MS);
    await opened.addInitScript(countRuns);
    opened.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== server.origin && protocol !== 'blob:') complaints.push(request.url());
    });
    opened.on('weberror', (error) => complaints.push(error.error().message));
    opened.on('console', (message) => {
      if (/content security policy|trusted/i.test(message.text())) complaints.push(message.text());
    });
    opened.on('dialog', (dialog) => complaints.push(dialog.message()));
    return opened;
  }

  /** Closes what a test has opened; the first page stays, on an empty document of the same server. */
  async function leave(): Promise<void> {
    const [first, ...others] = usual?.pages() ?? [];
    for (const page of others) await page.close();
    await usual?.setOffline(false);
    server.page(EMPTY);
    await first?.goto(server.origin);
    await first?.setViewportSize(WINDOW);
  }
  /** A window that cannot be left would fail the tests after this one. */
  async function giveUp(): Promise<void> {
    await usual?.close();
    usual = undefined;
  }
}

function buildWidget(): ReadonlyMap<string, string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-widget-'));
  const vite = path.join(path.dirname(require.resolve('vite/package.json')), 'bin/vite.js');
  const args = [vite, 'build', 'web/widget', '--outDir', folder, '--logLevel', 'error'];
  execFileSync(process.execPath, args, { env: { ...process.env, NODE_ENV: 'production' } });
  const names = readdirSync(folder);
  const files = new Map(names.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
  rmSync(folder, { recursive: true });
  return files;
}

/** Runs in the page: from now on it knows how often a text ran. */
export function countRuns(): void {
  const scope = globalThis as unknown as InPage;
  scope.times = 0;
  scope.ran = () => {
    scope.times += 1;
  };
}

export function button(page: Page, name: string) {
  return page.getByRole('button', { name });
}

export async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message').fill(text);
  await button(page, 'Send').click();
}

export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error('it never came to pass');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Accessible name of what has the focus inside the widget, null when nothing has. */
export function focused(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as InPage;
    const active = document.querySelector('parley-webchat')?.shadowRoot?.activeElement;
    return active?.getAttribute('aria-label') ?? active?.textContent ?? null;
  });
}

/** What functions that run in the page use of it: the tests are compiled without the DOM's types. */
export interface InPage {
  readonly document: { querySelector(selector: string): Host | null } & Root;
  ran?: () => void;
  times: number;
}
interface Host {
  readonly shadowRoot: Root | null;
}
interface Root {
  readonly textContent: string | null;
  readonly activeElement: PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  getAnimations(): readonly {
    readonly finished: Promise<unknown>;
    readonly effect: { getComputedTiming(): { readonly endTime: unknown } } | null;
  }[];
}
interface PageElement {
  readonly localName: string;
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  getAttributeNames(): readonly string[];
}
