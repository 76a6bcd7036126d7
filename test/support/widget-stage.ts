import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../bench/support/browser';
import { startWebchatServer, type WebchatServer } from './fakes/webchat-server';

/** Milliseconds: one generous patience for everything that is waited for. */
const PATIENCE_MS = Number(process.env['PARLEY_TEST_PATIENCE'] ?? 120) * 1000;

export interface WidgetStage {
  readonly browser: () => Browser;
  readonly server: () => WebchatServer;
  readonly context: () => BrowserContext;
  /** The build's files by name. */
  readonly files: () => ReadonlyMap<string, string>;
  /** A page of the strict policy with the widget on it. */
  visit(options?: BrowserContextOptions, dir?: 'ltr' | 'rtl'): Promise<Page>;
  /** The same, with the chat open and started. */
  chat(options?: BrowserContextOptions): Promise<Page>;
}

/**
 * The widget as it is built, on a page of the strictest policy, against a webchat API in memory. A test fails, too, when the page asks
 * another server for anything, breaks its policy, throws, or opens a dialog.
 */
export function useWidgetStage(): WidgetStage {
  let browser: Browser;
  let files: ReadonlyMap<string, string>;
  let server: WebchatServer;
  let context: BrowserContext;
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
    await context?.close();
    await server.close();
    expect(complaints).toEqual([]);
  });

  return {
    browser: () => browser,
    server: () => server,
    context: () => context,
    files: () => files,
    visit,
    async chat(options) {
      const page = await visit(options);
      await button(page, 'Open chat').click();
      await page.getByRole('textbox', { name: 'Message' }).waitFor();
      await eventually(() => server.requests.some(({ on }) => on === 'GET /webchat/events'));
      return page;
    },
  };

  async function visit(options: BrowserContextOptions = {}, dir = 'ltr'): Promise<Page> {
    server.page(
      `<!doctype html><html lang="en" dir="${dir}"><head><meta charset="utf-8"><title>A shop</title><meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>A shop</h1></main><script src="/widget.js?channelId=web"></script></body></html>`,
    );
    context = await browser.newContext(options);
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript(countRuns);
    context.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== server.origin && protocol !== 'blob:') complaints.push(request.url());
    });
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => {
      if (/content security policy|trusted/i.test(message.text())) complaints.push(message.text());
    });
    context.on('dialog', (dialog) => complaints.push(dialog.message()));
    const page = await context.newPage();
    await page.goto(server.origin);
    return page;
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
