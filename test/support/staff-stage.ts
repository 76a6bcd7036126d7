import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../../bench/support/browser';
import { type Instance, startInstance } from '../../bench/support/instance';
import { repositoryRoot } from '../../workers/bundle';
import { EVERY_RULE, faultsIn, RULES_OF_COLOURS } from './axe';
import { type OidcIssuer, oidcEnv, startOidcIssuer } from './fakes/oidc-issuer';

/** Milliseconds: one generous patience for everything that is waited for. */
export const PATIENCE_MS = Number(process.env['PARLEY_TEST_PATIENCE'] ?? 60) * 1000;

const WINDOW = { width: 1440, height: 900 };

export interface StaffStage {
  readonly url: () => string;
  readonly adminToken: () => string;
  /** Where people may sign in as well. */
  readonly issuer: () => OidcIssuer;
  token(role: string, subject: string): Promise<string>;
  /** Asks the API, again while it cannot answer yet, as its clients do; throws what it refuses. */
  call<T>(
    token: string,
    method: string,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<T>;
  /** A window that keeps nothing of anybody, watched. `atIssuer`: it may go there, too. */
  open(options?: { readonly atIssuer?: boolean }): Promise<BrowserContext>;
  /** A page of the window: its first, where that is free. */
  page(context: BrowserContext): Promise<Page>;
  /** A page on which somebody has signed in. */
  signIn(context: BrowserContext, page: '/desk' | '/board', token: string): Promise<Page>;
  /** The demo page with the chat open. */
  visit(context: BrowserContext): Promise<Page>;
}

/**
 * The whole product as it is built, and browsers that look at it. A test fails, too, when a page asks another server for anything,
 * breaks its policy, throws, opens a dialog, or runs a text.
 *
 * Windows are used again by the next test, their processes stay warm: to begin anew costs four times as much. What people leave in
 * them is cleared.
 */
export function useStaffStage(): StaffStage {
  let parley: Instance;
  let issuer: OidcIssuer;
  let browser: Browser;
  let complaints: string[];
  /** Of this test, with what they may ask; and those that are left. */
  const used = new Map<BrowserContext, readonly string[]>();
  const left: BrowserContext[] = [];
  const free = new WeakSet<Page>();

  beforeAll(async () => {
    const configFile = path.join(repositoryRoot(), 'parley.yaml');
    issuer = await startOidcIssuer();
    const env = { PARLEY_ALLOWED_PRIVATE_HOSTS: '127.0.0.1', QUIET: 'on', ...oidcEnv(issuer) };
    [parley, browser] = await Promise.all([startInstance({ configFile, env }), launchBrowser()]);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await parley?.stop();
    await issuer?.close();
  }, 60_000);
  beforeEach(() => {
    complaints = [];
  });
  afterEach(async () => {
    await Promise.all([...used.keys()].map(leave));
    used.clear();
    expect(complaints).toEqual([]);
  });

  async function call<T>(
    token: string,
    method: string,
    where: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const ask = () =>
      fetch(`${parley.url}${where}`, {
        method,
        headers: {
          ...headers,
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    const until = Date.now() + PATIENCE_MS;
    let answer = await ask();
    while (answer.status === 503 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      answer = await ask();
    }
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : null) as T;
  }

  return {
    url: () => parley.url,
    adminToken: () => parley.adminToken,
    issuer: () => issuer,
    call,
    async token(role, subject) {
      const made = await call<{ token: string }>(parley.adminToken, 'POST', '/v1/tokens', {
        role,
        subject,
      });
      return made.token;
    },
    async open({ atIssuer = false } = {}) {
      const context = left.pop() ?? (await newWindow());
      used.set(context, [parley.url, ...(atIssuer ? [issuer.issuer] : [])]);
      return context;
    },
    page,
    async signIn(context, where, token) {
      const entered = await page(context);
      await entered.goto(`${parley.url}${where}`);
      await entered.getByLabel('Access token').fill(token);
      await entered.getByRole('button', { name: 'Sign in' }).click();
      await entered.getByRole('button', { name: 'Sign out' }).waitFor();
      return entered;
    },
    async visit(context) {
      const visited = await page(context);
      await visited.goto(`${parley.url}/webchat/web/demo`);
      await visited.getByRole('button', { name: 'Open chat' }).click();
      await visited.getByRole('textbox', { name: 'Message' }).waitFor();
      return visited;
    },
  };

  async function page(context: BrowserContext): Promise<Page> {
    const [first] = context.pages();
    if (!first || !free.delete(first)) return context.newPage();
    return first;
  }

  async function newWindow(): Promise<BrowserContext> {
    const context = await browser.newContext({
      viewport: WINDOW,
      locale: 'en-GB',
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript(() => {
      const scope = globalThis as unknown as { ran: () => void };
      scope.ran = () => {
        throw new Error('a text ran');
      };
    });
    context.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (!used.get(context)?.includes(origin) && protocol !== 'data:' && protocol !== 'blob:')
        complaints.push(request.url());
    });
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => {
      if (/content security policy|trusted/i.test(message.text())) complaints.push(message.text());
    });
    context.on('dialog', (dialog) => complaints.push(dialog.message()));
    return context;
  }

  /** Clears what people have left; a window that cannot be cleared is closed. */
  async function leave(context: BrowserContext): Promise<void> {
    const [first, ...others] = context.pages();
    try {
      for (const other of others) await other.close();
      await context.setOffline(false);
      await context.clearCookies();
      await first?.goto(`${parley.url}/healthz`); // a page without scripts
      await first?.evaluate(() => {
        const { localStorage, sessionStorage } = globalThis as unknown as Record<string, Kept>;
        localStorage?.clear();
        sessionStorage?.clear();
      });
      await first?.emulateMedia({ colorScheme: null });
      await first?.setViewportSize(WINDOW);
    } catch {
      await context.close();
      return;
    }
    if (first) free.add(first);
    left.push(context);
  }
}

interface Kept {
  clear(): void;
}

/** What axe finds wrong with a page, as `scheme, rule: element`. Looked at in light, and in dark for what depends on it: colours. */
export async function violations(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
    const rules = colorScheme === 'light' ? EVERY_RULE : RULES_OF_COLOURS;
    for (const { rule, target, summary } of await faultsIn(page, rules))
      found.push(`${colorScheme}, ${rule}: ${target} ${summary}`);
  }
  return found;
}

/** Says something, as whoever looks at the page. */
export async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

/** What `look` finds once it finds something. */
export async function eventually<T>(look: () => Promise<T | null | undefined>): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    if (Date.now() > until) throw new Error('it never came to pass');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
