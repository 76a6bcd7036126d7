import type { BrowserContextOptions, Page } from 'playwright-core';
import { EVERY_RULE, faultsIn, RULES_OF_COLOURS } from '../support/axe';
import { all, HOSTILE_EDIT, HOSTILE_REACTIONS, hostileBodies } from '../support/hostile-bodies';
import { missingFrom, packed } from '../support/hostile-texts';
import { plant, shownIn, tracesIn } from '../support/inert';
import {
  button,
  countRuns,
  eventually,
  type InPage,
  useWidgetStage,
  write,
} from '../support/widget-stage';
import { XSS_PAYLOADS } from '../support/xss-payloads';

const NELL = { type: 'BOT', id: 'greeter', name: 'Nell' };
const ANA = { type: 'AGENT', id: 'agt_ana', name: 'Ana' };
const MENU = {
  type: 'BUTTON',
  text: 'What can I do for you?',
  choices: [
    { id: 'hours', title: 'Opening hours' },
    { id: 'human', title: 'Talk to a person' },
  ],
};

const THE_END = { type: 'PLAIN', text: 'the end' };
/** What the widget shows of what visitors send; phone numbers it shows by their digits, and the copies of a mail to nobody. */
const VISITORS_FIELDS = [
  ...(['text', 'edited', 'emoji', 'caption', 'fileName', 'placeName', 'placeAddress'] as const),
  ...([
    'contactName',
    'contactEmail',
    'linkTitle',
    'choiceId',
    'choiceTitle',
    'choiceText',
  ] as const),
  ...(['subject', 'mailText'] as const),
];
/** Code neither as markup nor as an address: Markdown whose code is encoded, and a text that runs the other way. */
const NEITHER = XSS_PAYLOADS.filter((payload) => !/ran\(|evil/.test(payload));
const EMPTY = '<!doctype html><title>planted</title>';

const stage = useWidgetStage();

describe('M12: hostile text', () => {
  it.each(['TEXT', 'MARKDOWN'])(
    'stays text: forty payloads in every field, as %s, in this tab and in the next',
    async (format) => {
      const page = await stage.chat();
      await write(page, all('text'));
      await page.getByText('Sent', { exact: true }).waitFor();
      for (const payload of XSS_PAYLOADS) sayAll(payload, format);
      sayAsVisitor();
      const [name = ''] = packed('name', 256);
      stage.server().say({ type: 'BOT_MESSAGE', actor: NELL, body: THE_END });
      stage.server().hint('typing', { typing: true, actor: { ...ANA, name } });
      await page.locator('.typing').filter({ hasText: name }).waitFor();
      await expectInert(page);

      const next = await page.context().newPage();
      await next.goto(stage.server().origin);
      await button(next, 'Open chat').click();
      await expectInert(next);
    },
  );

  it('would be noticed: payloads run, and leave traces where they become markup or an address', async () => {
    const page = await (await stage.browser().newContext()).newPage();
    await page.route('**', (route) => route.fulfill({ contentType: 'text/html', body: EMPTY }));
    await page.goto('https://planted.example/');
    await page.evaluate(countRuns);
    const noMarkup = await plant(page, XSS_PAYLOADS, 'markup');
    expect(noMarkup).toHaveLength(14);
    expect(await plant(page, noMarkup, 'address')).toEqual(NEITHER);
    await eventually(() => page.evaluate(() => (globalThis as unknown as InPage).times > 0));
    expect(missingFrom(await shownIn(page, 'body'), 'text')).toHaveLength(XSS_PAYLOADS.length);
    await page.context().close();
  });
});

describe('accessibility (axe, WCAG 2.2 AA)', () => {
  const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };
  const views: readonly (readonly [string, BrowserContextOptions | undefined, 'ltr' | 'rtl'])[] = [
    ['wide', undefined, 'ltr'],
    ['right to left', undefined, 'rtl'],
    ['a phone', PHONE, 'ltr'],
  ];
  it.each(views)('finds nothing wrong, light and dark: %s', async (_name, window, dir) => {
    stage.server().settings = {
      channelId: 'web',
      title: 'Harbour Lane',
      accentColor: '#f2b134', // light on purpose: words on it and in it must stay readable
      preChatFields: [{ key: 'name', label: 'Your name', required: true }],
    };
    const page = await stage.visit(window, dir);
    await button(page, 'Open chat').waitFor();
    expect(await violations(page)).toEqual([]);
    await button(page, 'Open chat').click();
    await button(page, 'Start chat').click();
    await page.getByText('Please fill this in.').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Your name').fill('Mia');
    await button(page, 'Start chat').click();
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    await write(page, 'Hello https://shop.example/mugs');
    await page.getByText('Sent', { exact: true }).waitFor();
    stage
      .server()
      .say({ type: 'AGENT_SUBSCRIBED', actor: ANA, data: { name: 'Ana', role: 'PRIMARY' } });
    stage.server().say({
      type: 'AGENT_MESSAGE',
      actor: ANA,
      body: {
        type: 'PLAIN',
        format: 'MARKDOWN',
        text: 'Hi, see [our mugs](https://shop.example/) and `code`',
      },
    });
    stage.server().say({ type: 'BOT_MESSAGE', actor: NELL, body: MENU });
    stage.server().hint('typing', { typing: true, actor: ANA });
    await page.getByText('Ana is writing…').waitFor();
    expect(await violations(page)).toEqual([]);
    await button(page, 'End chat').click();
    await button(page, 'Yes, end it').waitFor();
    expect(await violations(page)).toEqual([]);
    await button(page, 'Yes, end it').click();
    await button(page, 'Start a new chat').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('would be noticed: bad contrast is reported', async () => {
    const page = await (await stage.browser().newContext()).newPage();
    await page.setContent(
      '<html lang="en"><title>t</title><main><h1>t</h1><p style="color:#bbb">pale</p></main></html>',
    );
    for (const rules of [EVERY_RULE, RULES_OF_COLOURS])
      expect(await faultsIn(page, rules)).toMatchObject([{ rule: 'color-contrast', target: 'p' }]);
    await page.context().close();
  });
});

/** As `rule: element`: in light all rules, in dark those of colours. */
async function violations(page: Page): Promise<readonly string[]> {
  await settled(page);
  const light = await faultsIn(page, EVERY_RULE);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('.root.dark').waitFor({ state: 'attached' });
  await settled(page);
  const dark = await faultsIn(page, RULES_OF_COLOURS);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.locator('.root:not(.dark)').waitFor({ state: 'attached' });
  return [...light, ...dark].map(({ rule, target }) => `${rule}: ${target}`);
}

/** Half-way through an animation colours are mixed: what counts is what stays. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { document } = globalThis as unknown as InPage;
    const root = document.querySelector('parley-webchat')?.shadowRoot ?? document;
    const finite = root
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(finite.map((animation) => animation.finished));
  });
}

/** Everything that the business says, each part of it the payload. */
function sayAll(payload: string, format: string): void {
  const { say } = stage.server();
  const actor = { type: 'AGENT', id: 'agt_x', name: payload };
  const choices = [{ id: payload, title: payload, description: payload, section: payload }];
  const file = { mediaId: payload, fileName: payload, caption: payload };
  say({ type: 'AGENT_MESSAGE', actor, body: { type: 'PLAIN', text: payload, format } });
  say({ type: 'AGENT_SUBSCRIBED', actor, data: { name: payload, role: 'PRIMARY' } });
  say({ type: 'BOT_MESSAGE', actor, body: { type: 'URL', url: payload, title: payload } });
  say({ type: 'BOT_MESSAGE', actor, body: { type: 'FILE', ...file } });
  const menu = { type: 'BUTTON', text: payload, header: payload, footer: payload, choices };
  say({ type: 'BOT_MESSAGE', actor, body: menu });
  const cards = [{ title: payload, text: payload, choices }];
  say({ type: 'BOT_MESSAGE', actor, body: { type: 'CAROUSEL', cards } });
}

/** Everything that visitors send, on this channel or another of theirs: all payloads in each field. */
function sayAsVisitor(): void {
  const { say } = stage.server();
  const said = { type: 'CUSTOMER_MESSAGE', actor: { type: 'CUSTOMER', id: 'cus_1', name: null } };
  for (const body of hostileBodies('med_1')) say({ ...said, body });
  const [fileName = ''] = packed('fileName', 255);
  for (const state of ['PENDING', 'FAILED'])
    say({
      ...said,
      body: { type: 'FILE', mediaId: state, fileName },
      media: [{ mediaId: state, state }],
    });
  say({ ...said, id: 'odd', body: { type: 'PLAIN', text: 'Odd' } });
  for (const [n, emoji] of HOSTILE_REACTIONS.entries()) {
    const actor = { type: 'AGENT', id: `agt_${n}`, name: emoji };
    say({ type: 'MESSAGE_REACTED', actor, data: { messageId: 'odd', emoji } });
  }
  say({ ...said, id: 'changed', body: { type: 'PLAIN', text: 'Soon to change' } });
  say({ ...said, type: 'MESSAGE_EDITED', data: { messageId: 'changed' }, body: HOSTILE_EDIT });
}

/** No text became more than text, and all of them are there to be read. */
async function expectInert(page: Page): Promise<void> {
  await page.getByText('the end', { exact: true }).waitFor();
  const earlier = button(page, 'Show earlier');
  while ((await earlier.count()) > 0) await earlier.click();
  expect(await tracesIn(page)).toEqual([]);
  expect(await page.evaluate(() => (globalThis as unknown as InPage).times)).toBe(0);
  const shown = await shownIn(page, '.bubble, .notice, .name, .choices, .message button');
  expect(VISITORS_FIELDS.flatMap((field) => missingFrom(shown, field))).toEqual([]);
  expect(shown).toContain('<script>ran()</script>');
}
