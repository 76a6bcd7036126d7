import AxeBuilder from '@axe-core/playwright';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { button, eventually, type InPage, useWidgetStage, write } from '../support/widget-stage';
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

const stage = useWidgetStage();

describe('hostile text', () => {
  it.each(['TEXT', 'MARKDOWN'])(
    'stays text: forty payloads in every field, as %s',
    async (format) => {
      const page = await stage.chat();
      for (const payload of XSS_PAYLOADS) {
        const actor = { type: 'AGENT', id: 'agt_x', name: payload };
        stage.server().say({
          type: 'AGENT_MESSAGE',
          actor,
          body: { type: 'PLAIN', text: payload, format },
        });
        stage
          .server()
          .say({ type: 'AGENT_SUBSCRIBED', actor, data: { name: payload, role: 'PRIMARY' } });
        stage.server().say({
          type: 'BOT_MESSAGE',
          actor,
          body: { type: 'URL', url: payload, title: payload },
        });
        stage.server().say({
          type: 'BOT_MESSAGE',
          actor,
          body: { type: 'FILE', mediaId: payload, fileName: payload, caption: payload },
        });
        stage.server().say({
          type: 'BOT_MESSAGE',
          actor,
          body: {
            type: 'BUTTON',
            text: payload,
            header: payload,
            footer: payload,
            choices: [{ id: payload, title: payload, description: payload, section: payload }],
          },
        });
        stage.server().say({
          type: 'BOT_MESSAGE',
          actor,
          body: { type: 'CAROUSEL', cards: [{ title: payload, text: payload }] },
        });
      }
      stage
        .server()
        .say({ type: 'BOT_MESSAGE', actor: NELL, body: { type: 'PLAIN', text: 'the end' } });
      await page.getByText('the end', { exact: true }).waitFor();
      await button(page, 'Show earlier').click();
      await button(page, 'Show earlier').waitFor({ state: 'detached' });

      const found = await page.evaluate(inspectShadow);
      expect(found.ran).toBe(0);
      expect(found.strangers).toEqual([]);
      expect(found.attributes).toEqual([]);
      expect(found.links.filter((href) => !/^(https?|mailto|tel):/.test(href))).toEqual([]);
      expect(found.text).toContain('<script>ran()</script>');
    },
  );

  it('would be noticed if it ran', async () => {
    const page = await stage.browser().newPage();
    await page.setContent('<parley-webchat></parley-webchat>');
    await page.evaluate((payload) => {
      const scope = globalThis as unknown as InPage;
      scope.times = 0;
      scope.ran = () => {
        scope.times += 1;
      };
      const host = scope.document.querySelector('parley-webchat');
      if (host) host.attachShadow({ mode: 'open' }).innerHTML = payload;
    }, '<img src=x onerror=ran()>');
    await eventually(async () => (await page.evaluate(inspectShadow)).ran > 0);
    const { strangers, attributes } = await page.evaluate(inspectShadow);
    expect({ strangers, attributes }).toEqual({ strangers: ['img'], attributes: ['onerror'] });
  });
});

describe('accessibility (axe, WCAG 2.2 AA)', () => {
  const views: readonly (readonly [string, BrowserContextOptions, 'ltr' | 'rtl'])[] = [
    ['light', { viewport: { width: 1000, height: 720 } }, 'ltr'],
    ['dark', { viewport: { width: 1000, height: 720 }, colorScheme: 'dark' }, 'ltr'],
    ['right to left', { viewport: { width: 1000, height: 720 } }, 'rtl'],
    ['a phone', { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true }, 'ltr'],
  ];
  it.each(views)('finds nothing wrong: %s', async (_name, options, dir) => {
    stage.server().settings = {
      channelId: 'web',
      title: 'Harbour Lane',
      accentColor: '#f2b134', // light on purpose: words on it and in it must stay readable
      preChatFields: [{ key: 'name', label: 'Your name', required: true }],
    };
    const page = await stage.visit(options, dir);
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
    expect(await violations(page)).toEqual(['color-contrast: p']);
    await page.context().close();
  });
});

async function violations(page: Page): Promise<readonly string[]> {
  // Half-way through an animation colours are mixed: what counts is what stays.
  await page.evaluate(async () => {
    const { document } = globalThis as unknown as InPage;
    const root = document.querySelector('parley-webchat')?.shadowRoot ?? document;
    const finite = root
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(finite.map((animation) => animation.finished));
  });
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${String(target)}`));
}

/** Runs in the page: what a payload would have left behind. */
function inspectShadow() {
  const scope = globalThis as unknown as InPage;
  const root = scope.document.querySelector('parley-webchat')?.shadowRoot;
  const elements = [...(root?.querySelectorAll('*') ?? [])];
  const own =
    'a bdi br button canvas code div em form h2 h3 header i input label li p path small span strong svg textarea time ul';
  return {
    ran: scope.times,
    text: root?.textContent ?? '',
    strangers: elements
      .map(({ localName }) => localName)
      .filter((name) => !own.split(' ').includes(name)),
    attributes: elements
      .flatMap((element) => element.getAttributeNames())
      .filter((name) => name.startsWith('on') || name === 'srcdoc'),
    links: elements.flatMap((element) => element.getAttribute('href') ?? []),
  };
}
