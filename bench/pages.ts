import type { Browser, Page } from 'playwright-core';
import { until } from './support/api';
import { launchBrowser } from './support/browser';
import { closedLoop } from './support/load';
import { longTasks, takeInput, watchInput } from './support/main-thread';
import type { Measured } from './support/measured';
import type { Benchmark, Stage } from './support/stage';
import { quantile } from './support/statistics';

const SIZES = { quick: { open: 60, messages: 300 }, full: { open: 500, messages: 2000 } };
const PATIENCE_MS = 300_000;
const QUEUE = 'bench-pages';
const CHANNEL = 'bench-pages';
const SUPERVISOR = 'bench-pages-supervisor';
const WRITERS = 16;
/** Turns of the wheel over a list, and pixels of each. */
const TURNS = 60;
const TURN_PX = 900;
/** Milliseconds that 95 of 100 inputs may wait at most in a page that counts as smooth. */
const DELAY_GATE_MS = 100;

/**
 * How the desk does with hundreds of open conversations and a transcript of thousands of messages, in a real Chromium: long tasks of
 * its main thread by the browser's own trace, and how long input waits for it.
 */
export const pages: Benchmark = async (stage, { quick }) => {
  const { open, messages } = quick ? SIZES.quick : SIZES.full;
  const world = await fill(stage, open, messages);
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    await watchInput(page);
    await page.goto(`${stage.instance.url}/desk`);
    await page.getByLabel('Access token').fill(world.supervisor);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    const told = (what: string) => (found: Found) => toMeasured(what, found);
    return [
      await measured(browser, page, () => lookThroughList(page)).then(
        told(`scrolling a list of ${open}`),
      ),
      await measured(browser, page, () => openTranscript(page, world.long)).then(
        told(`opening a transcript of ${messages}`),
      ),
      await measured(browser, page, () => lookThrough(page, '[role=log]', -TURN_PX)).then(
        told(`scrolling it`),
      ),
      await measured(browser, page, () => writeWhileBusy(page, world.write)).then(
        told('writing while messages come in'),
      ),
    ];
  } finally {
    await browser.close();
  }
};

interface World {
  /** A supervisor's token. */
  readonly supervisor: string;
  /** The conversation of many messages. */
  readonly long: string;
  /** One more message into it. */
  readonly write: () => Promise<unknown>;
}

/** As many conversations, all waiting for an agent, and one of as many messages. */
async function fill({ api }: Stage, open: number, messages: number): Promise<World> {
  await api.has('queues', { id: QUEUE });
  await api.has('channels', {
    ...{ id: CHANNEL, channelType: 'GENERIC', serviceIdentifier: CHANNEL, connectorId: 'bench' },
    ...{ queueId: QUEUE, customerInactivityTimeoutSeconds: 86_400 },
  });
  await api.has('agents', { id: SUPERVISOR, supervisor: true, mrds: [{ mrdId: 'chat' }] });
  const supervisor = await api.tokenFor('supervisor', SUPERVISOR);
  const connector = await api.tokenFor('connector', 'bench', [CHANNEL]);
  const say = (who: string, text: string) => api.writes(CHANNEL, connector, who, text);
  await closedLoop(WRITERS, open - 1, (n) => say(`visitor-${n}`, `I am number ${n}.`));
  const { customerId } = await say('long-talker', 'Let me begin.');
  await closedLoop(WRITERS, messages - 1, (n) =>
    say('long-talker', `${n}: ${'many words, '.repeat(1 + (n % 30))}`),
  );
  const long = await api.conversationOf(customerId);
  await until(async () => {
    const path = `/v1/conversations/${long}`;
    const { messageCount } = (await api.call('GET', path, api.admin)) as { messageCount: number };
    return messageCount >= messages ? true : null;
  });
  return { supervisor: supervisor.token, long, write: () => say('long-talker', 'One more thing.') };
}

interface Found {
  /** Milliseconds each. */
  readonly tasks: readonly number[];
  readonly delays: readonly number[];
  readonly seconds: number;
}

async function measured(
  browser: Browser,
  page: Page,
  act: () => Promise<readonly number[]>,
): Promise<Found> {
  const begun = Date.now();
  let delays: readonly number[] = [];
  const tasks = await longTasks(browser, page, async () => {
    delays = await act();
  });
  return { tasks, delays, seconds: (Date.now() - begun) / 1000 };
}

function toMeasured(what: string, { tasks, delays, seconds }: Found): Measured {
  const delay = quantile(delays, 0.95);
  const longest = Math.max(0, ...tasks);
  return {
    id: 'pages',
    what,
    ours: `${tasks.length} long tasks in ${seconds.toFixed(1)} s, longest ${longest.toFixed(0)} ms; input waits p95 ${delays.length > 0 ? delay.toFixed(0) : '-'} ms`,
    floor: '-',
    value: delay,
    interval: null,
    gate: delays.length > 0 ? { at: DELAY_GATE_MS, better: 'less' } : null,
  };
}

async function lookThroughList(page: Page): Promise<readonly number[]> {
  await page.getByRole('tab', { name: 'Waiting' }).click();
  await page.locator('.row').first().waitFor();
  return lookThrough(page, '.rows', TURN_PX);
}

async function openTranscript(page: Page, id: string): Promise<readonly number[]> {
  await page.evaluate((hash) => {
    (globalThis as unknown as { location: { hash: string } }).location.hash = hash;
  }, `#/c/${id}`);
  await page.locator('[role=log] .message').first().waitFor();
  return takeInput(page);
}

/** Turns the wheel; a key press at each turn tells how long input waits. */
async function lookThrough(page: Page, where: string, px: number): Promise<readonly number[]> {
  await page.locator(where).hover();
  for (let turn = 0; turn < TURNS; turn += 1) {
    await page.mouse.wheel(0, px);
    await page.keyboard.press('Shift');
    await page.waitForTimeout(30);
  }
  return takeInput(page);
}

async function writeWhileBusy(
  page: Page,
  write: () => Promise<unknown>,
): Promise<readonly number[]> {
  await page.getByRole('button', { name: 'Monitor' }).click();
  const field = page.getByRole('textbox', { name: 'Private note' });
  await field.click();
  const incoming = closedLoop(4, 100, write);
  await page.keyboard.type('A note that is written while the customer goes on and on. '.repeat(4));
  await incoming;
  return takeInput(page);
}
