import type { Browser } from 'playwright-core';
import { type Listening, listen } from '../../api/listen';
import { launchBrowser } from '../../bench/support/browser';
import { testApi } from '../support/api';
import { catalogue } from '../support/catalogue';

/** Swagger UI draws every operation there is: on a slow machine that takes its time. */
const PATIENCE_MS = 120_000;

let browser: Browser;
let server: Listening;
beforeAll(async () => {
  server = await listen(testApi(catalogue()).app, { host: '127.0.0.1' });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.close(0);
});

describe('pages of the API in a browser', () => {
  it.each([
    ['/', 'Parley'],
    ['/docs#/Credentials/postV1Tokens', 'Mint a token'],
  ])(
    '%s shows itself, asks nobody else, and breaks none of its own rules',
    async (path, text) => {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      const own = `http://127.0.0.1:${server.port}`;
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(`${own}/`) && !url.startsWith('data:')) complaints.push(`asked ${url}`);
      });
      await page.goto(`${own}${path}`);
      await page.getByText(text).first().waitFor();
      expect(complaints).toEqual([]);
      await page.close();
    },
    180_000,
  );
});
