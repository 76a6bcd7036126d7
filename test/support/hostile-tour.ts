import type { Page } from 'playwright-core';
import type { HostileCustomer, HostileCustomers } from './hostile-customers';
import { type Field, missingFrom } from './hostile-texts';
import { shownIn, tracesIn } from './inert';
import { eventually, PATIENCE_MS, type StaffStage } from './staff-stage';

/** Fields by the place of a page that shows them, as a selector. */
type Shown = Readonly<Record<string, readonly Field[]>>;

/** A whole transcript is in the page at once, drawn as small as can be: nobody looks at it. */
const TALL = { width: 1440, height: 24_000, deviceScaleFactor: 0.05, mobile: false };

const TRANSCRIPT: Shown = {
  '.bubble .text': [
    ...(['text', 'edited', 'caption', 'contactName', 'phone', 'contactEmail'] as const),
    ...(['linkTitle', 'linkAddress', 'choiceId', 'choiceTitle', 'choiceText', 'mailText'] as const),
  ],
  '.bubble .file': ['fileName', 'attachment'],
  '.bubble img': ['fileName'],
  '.bubble .with-icon': ['placeName', 'placeAddress', 'template'],
  '.bubble > strong': ['subject'],
  '.bubble > small': ['copyTo'],
  '.bubble > em': ['kind'],
  '.bubble .choices': ['button'],
  '.quote': ['text'],
  '.reactions': ['emoji'],
};
const CONTEXT: Shown = {
  '.facts dt': ['attributeKey', 'dataKey'],
  '.facts dd': [
    ...(['attributeValue', 'browser', 'pageUrl', 'pageTitle', 'referrer', 'formAnswer'] as const),
    'factValue',
  ],
};

/** What was wrong in a place: a text that became more than text, or one that is not shown. */
export type Faults = string[];

/**
 * Desk and board with hostile customers: before and after an agent has joined, each place once. Answers what was wrong, by place; empty
 * when every payload of every field stood there as text.
 */
export async function tour(stage: StaffStage, customers: HostileCustomers): Promise<Faults> {
  const faults: Faults = [];
  const look = (place: string, page: Page, shown: Shown = {}) => lookAt(faults, place, page, shown);
  const desk = await stage.signIn(await stage.open(), '/desk', customers.agentToken);
  const supervisor = await stage.token('supervisor', 'sup_sara');
  const board = await stage.signIn(await stage.open(), '/board', supervisor);

  await desk.getByRole('tab', { name: 'Lists' }).click();
  await desk.getByRole('combobox', { name: 'List', exact: true }).selectOption('Unsafe');
  await look('list', desk, { '.request': ['name'] });
  await look('running', board, { 'tbody th': ['name'], 'tbody button': ['name'] });

  await customers.join();
  await desk.getByRole('tab', { name: 'Mine' }).click();
  await look('mine and notices', desk, { '.row': ['name'], '.notice': ['name'] });
  await desk.getByRole('searchbox', { name: 'Search' }).fill('morning');
  await customers.say();
  await look('found', desk, { '.row': ['name'] });

  await board.getByRole('button', { name: 'With agents', exact: true }).click();
  await look('ongoing', board, { 'tbody th': ['name'] });
  await board.getByRole('button', { name: 'Reports', exact: true }).click();
  await board.locator('.charts, .reports > .state').first().waitFor();
  await look('reports', board);

  for (const customer of customers.people.toReversed()) {
    await open(desk, customer);
    const { name, identifier } = customer;
    for (const place of ['h1', '.customer-head', '.people'])
      await desk.locator(place).filter({ hasText: name }).waitFor();
    for (const place of ['.identities', '.session-card'])
      await desk.locator(place).filter({ hasText: identifier }).waitFor();
    // A sign that comes before the page follows the conversation is lost.
    await eventually(async () => {
      await customers.type(customer);
      return (await desk.locator('.typing').filter({ hasText: name }).count()) > 0 || null;
    });
    await look(name, desk);
  }
  const session = await desk.context().newCDPSession(desk);
  await session.send('Emulation.setDeviceMetricsOverride', TALL);
  await look('transcript', desk, { ...TRANSCRIPT, ...CONTEXT });
  await session.send('Emulation.setDeviceMetricsOverride', {
    ...{ width: 1440, height: 900, deviceScaleFactor: 1, mobile: false },
  });
  await session.detach();
  await desk.getByRole('button', { name: 'Merge', exact: true }).click();
  await desk.getByRole('searchbox', { name: 'Find the other customer' }).fill('Mallory');
  for (const { name } of customers.people.slice(1, 9))
    await desk.locator('.form li').filter({ hasText: name }).waitFor();
  await look('customers found', desk);

  const [first] = customers.people;
  if (first) await open(board, first);
  await board.locator('.section > summary').nth(5).click();
  await board.locator('.explain').waitFor();
  await look('board', board, CONTEXT);
  return faults;
}

/** As a link to the conversation does. */
function open(page: Page, { id }: HostileCustomer): Promise<void> {
  return page.evaluate((hash) => {
    (globalThis as unknown as { location: { hash: string } }).location.hash = hash;
  }, `#/c/${id}`);
}

/** Waits until all that is to be seen is seen, as long as anything; then looks what became of it. */
async function lookAt(faults: Faults, place: string, page: Page, shown: Shown): Promise<void> {
  for (const [selector, fields] of Object.entries(shown)) {
    const misses = async () => {
      const text = await shownIn(page, selector);
      return fields.flatMap((field) => missingFrom(text, field).map((text) => `${field}: ${text}`));
    };
    const until = Date.now() + PATIENCE_MS / 4;
    let missing = await misses();
    while (missing.length > 0 && Date.now() < until) {
      await page.waitForTimeout(50);
      missing = await misses();
    }
    for (const text of missing) faults.push(`${place}, ${selector} misses ${text}`);
  }
  for (const trace of await tracesIn(page)) faults.push(`${place}: ${trace}`);
}
