import type { BrowserContext, Page } from 'playwright-core';
import { useStaffStage, violations, write } from '../support/staff-stage';
import { XSS_PAYLOADS } from '../support/xss-payloads';

const stage = useStaffStage();
const log = (page: Page) => page.getByRole('log');
const said = (page: Page, text: string) => log(page).getByText(text, { exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describe('desk and board', () => {
  it('serve a customer from the first word to the wrap-up, through a network that drops', async () => {
    const [customers, agents, supervisors] = await Promise.all([
      stage.open(),
      stage.open(),
      stage.open(),
    ]);
    const token = await stage.token('agent', 'agt_ana');
    const ana = await stage.signIn(agents, '/desk', token);
    await ana.getByRole('button', { name: /Logged out/ }).click();
    await ana.getByRole('menuitem', { name: 'Ready', exact: true }).click();
    await ana.getByRole('button', { name: /^Ready/ }).waitFor();

    const mia = await stage.visit(customers);
    await write(mia, 'My cup arrived chipped.');
    await button(mia, 'Talk to a human').click();
    await button(ana, 'Accept').click();
    await said(ana, 'My cup arrived chipped.').waitFor();
    await ana.getByText('Active Channels').waitFor();
    await ana.getByText('Chrome', { exact: true }).waitFor(); // channel data
    await write(ana, 'A new one is on its way.');
    await mia.getByText('A new one is on its way.').waitFor();

    // Both go on writing while the agent's network is gone.
    await agents.setOffline(true);
    await ana.getByText(/You are offline|Reconnecting/).waitFor();
    await write(ana, 'Written in a tunnel.');
    await log(ana).getByText('Sending').waitFor();
    await write(mia, 'Are you still there?');
    await agents.setOffline(false);
    await said(ana, 'Are you still there?').waitFor();
    await mia.getByText('Written in a tunnel.').waitFor();
    await log(ana).getByText('Sending').waitFor({ state: 'detached' });
    for (const text of ['Written in a tunnel.', 'Are you still there?'])
      for (const page of [ana, mia]) expect(await page.getByText(text).count()).toBe(1);

    // Another tab of the same agent tells the same.
    const tab = await stage.signIn(agents, '/desk', token);
    await tab.getByRole('button', { name: /Unknown customer/ }).click();
    await said(tab, 'Written in a tunnel.').waitFor();
    await write(tab, 'From my other tab.');
    await said(ana, 'From my other tab.').waitFor();
    await tab.close();

    await supervise(supervisors, mia, ana);

    await button(ana, 'Hold').click();
    await button(ana, 'Resume').click();
    await button(ana, 'Hold').waitFor();
    await button(ana, 'Wrap up').click();
    await ana.getByLabel('Topic').selectOption('Billing');
    await button(ana, 'Submit').click();
    await log(ana)
      .getByText(/classified: Topic: Billing/)
      .waitFor();
    await button(ana, 'Leave').click();
    await mia.getByText('Ana left the chat').waitFor();
  }, 180_000);

  it('show texts that would be code, and run none', async () => {
    const channel = await stage.call<{ token: string }>('', 'POST', '/webchat/web/sessions', {
      customer: { name: '<img src=x onerror=ran()>' },
      channelData: { 'x"><script>ran()</script>': '<svg onload=ran()>' },
    });
    for (const [n, text] of XSS_PAYLOADS.entries())
      await stage.call(channel.token, 'POST', '/webchat/messages', {
        clientMessageId: `xss-${n}`,
        body: { type: 'PLAIN', text },
      });
    const supervisor = await stage.token('supervisor', 'sup_sara');
    const page = await stage.signIn(await stage.open(), '/board', supervisor);
    await page.getByRole('button', { name: 'Open <img src=x onerror=ran()>' }).click();
    await button(page, 'Monitor').click();
    await page.getByRole('textbox', { name: 'Private note' }).fill(XSS_PAYLOADS[2] ?? '');
    await button(page, 'Send').click();
    await log(page).getByText('Private note').waitFor();
    for (const text of XSS_PAYLOADS.slice(0, 20).reverse()) await scrollTo(page, text);
    expect(await log(page).locator('a[href^="javascript"], iframe, script').count()).toBe(0);
  });
});

/** The supervisor sees it on the board, looks in unseen, and whispers. */
async function supervise(context: BrowserContext, mia: Page, ana: Page): Promise<void> {
  const sara = await stage.signIn(context, '/board', await stage.token('supervisor', 'sup_sara'));
  const row = sara.getByRole('row').filter({ hasText: 'Unknown customer' });
  await row.getByText('Ana').waitFor();
  await row.getByRole('button', { name: /^Open/ }).click();
  await button(sara, 'Monitor').click();
  await sara.getByRole('radio', { name: 'Whisper' }).check({ force: true });
  await sara.getByRole('textbox', { name: 'Whisper' }).fill('Offer her a discount.');
  await button(sara, 'Send').click();
  await said(ana, 'Offer her a discount.').waitFor();
  expect(await mia.getByText('Offer her a discount.').count()).toBe(0);
}

/** Only what is near is in the page: it is scrolled until the text is there. */
async function scrollTo(page: Page, text: string): Promise<void> {
  const start = text.slice(0, 20).trim();
  for (let turn = 0; turn < 40; turn += 1) {
    if ((await log(page).textContent())?.includes(start)) return;
    await log(page).hover();
    await page.mouse.wheel(0, -250);
    await page.waitForTimeout(20);
  }
  throw new Error(`${text} is not shown`);
}

describe('accessibility (axe, WCAG 2.2 AA)', () => {
  it.each(['en', 'ar'])(
    'finds nothing wrong, light and dark: %s',
    async (language) => {
      const context = await stage.open();
      const admin = await stage.signIn(context, '/board', stage.adminToken());
      const found: string[] = [];
      const look = async (name: string, page: Page) => {
        for (const fault of await violations(page)) found.push(`${name}: ${fault}`);
      };
      await admin.evaluate((chosen) => {
        const { localStorage } = globalThis as unknown as {
          localStorage: { setItem(key: string, value: string): void };
        };
        localStorage.setItem('parley.locale', JSON.stringify(chosen));
      }, language);
      await admin.reload();
      await admin.locator('.panel table').first().waitFor();
      await look('overview', admin);
      await admin.locator('.view').nth(1).click();
      await admin.getByRole('heading', { level: 1 }).waitFor();
      await admin.locator('.charts, .reports > .state').first().waitFor();
      await look('reports', admin);
      await admin.locator('.view').nth(2).click();
      await admin.locator('.config-objects .config-item').first().click();
      await admin.locator('.config-editor input').first().waitFor();
      await look('configuration', admin);

      const desk = await context.newPage();
      await desk.goto(`${stage.url()}/desk`);
      await desk.locator('.sign-in-card input').waitFor();
      await look('sign-in', desk);
      const supervisor = await stage.token('supervisor', 'sup_sara');
      await desk.locator('.sign-in-card input').fill(supervisor);
      await desk.locator('.sign-in-card button').click();
      await desk.locator('.list-tab').nth(3).click();
      await desk.locator('.row').first().click();
      await desk.locator('.message').first().waitFor();
      await look('desk', desk);
      expect(found).toEqual([]);
    },
    180_000,
  );
});
