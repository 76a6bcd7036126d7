import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../bench/support/browser';
import { type Instance, startInstance } from '../../bench/support/instance';
import { repositoryRoot } from '../../workers/bundle';
import { EVERY_RULE, faultsIn, RULES_OF_COLOURS } from './axe';
import { type OidcIssuer, oidcEnv, startOidcIssuer } from './fakes/oidc-issuer';

/** Milliseconds: one generous patience for everything that is waited for. */
export const PATIENCE_MS = Number(process.env['PARLEY_TEST_PATIENCE'] ?? 60) * 1000;

export interface StaffStage {
  readonly url: () => string;
  readonly adminToken: () => string;
  /** Where people may sign in as well. */
  readonly issuer: () => OidcIssuer;
  token(role: string, subject: string): Promise<string>;
  /** Asks the API; throws what it refuses. */
  call<T>(
    token: string,
    method: string,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<T>;
  /** A window of its own, watched. `atIssuer`: it may go there. */
  open(options?: BrowserContextOptions & { readonly atIssuer?: boolean }): Promise<BrowserContext>;
  /** A page on which somebody has signed in. */
  signIn(context: BrowserContext, page: '/desk' | '/board', token: string): Promise<Page>;
  /** The demo page with the chat open. */
  visit(context: BrowserContext): Promise<Page>;
}

/**
 * The whole product as it is built, and browsers that look at it. A test fails, too, when a page asks another server for anything,
 * breaks its policy, throws, opens a dialog, or runs a text.
 */
export function useStaffStage(): StaffStage {
  let parley: Instance;
  let issuer: OidcIssuer;
  let browser: Browser;
  let complaints: string[];
  const contexts: BrowserContext[] = [];

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
    for (const context of contexts.splice(0)) await context.close();
    expect(complaints).toEqual([]);
  });

  async function call<T>(
    token: string,
    method: string,
    where: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const answer = await fetch(`${parley.url}${where}`, {
      method,
      headers: {
        ...headers,
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
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
    async open(options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        locale: 'en-GB',
        reducedMotion: 'reduce',
        ...options,
      });
      contexts.push(context);
      context.setDefaultTimeout(PATIENCE_MS);
      await context.addInitScript(() => {
        const scope = globalThis as unknown as { ran: () => void };
        scope.ran = () => {
          throw new Error('a text ran');
        };
      });
      context.on('request', (request) => {
        const { origin, protocol } = new URL(request.url());
        const own = [parley.url, ...(options.atIssuer ? [issuer.issuer] : [])];
        if (!own.includes(origin) && protocol !== 'data:' && protocol !== 'blob:')
          complaints.push(request.url());
      });
      context.on('weberror', (error) => complaints.push(error.error().message));
      context.on('console', (message) => {
        if (/content security policy|trusted/i.test(message.text()))
          complaints.push(message.text());
      });
      context.on('dialog', (dialog) => complaints.push(dialog.message()));
      return context;
    },
    async signIn(context, where, token) {
      const page = await context.newPage();
      await page.goto(`${parley.url}${where}`);
      await page.getByLabel('Access token').fill(token);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      return page;
    },
    async visit(context) {
      const page = await context.newPage();
      await page.goto(`${parley.url}/webchat/web/demo`);
      await page.getByRole('button', { name: 'Open chat' }).click();
      await page.getByRole('textbox', { name: 'Message' }).waitFor();
      return page;
    },
  };
}

/** What axe finds wrong with a page, as `scheme, rule: element`. Looked at in light, and in dark for what depends on it: colours. */
export async function violations(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [colorScheme, rules] of [
    ['light', EVERY_RULE],
    ['dark', RULES_OF_COLOURS],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
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
