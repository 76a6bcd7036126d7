import type { Browser, Page } from 'playwright-core';

/** Milliseconds from which a task is long: the browser's own measure. */
const LONG_MS = 50;

/** The browser tells of its tasks only in the second. */
const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', '__metadata'];

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly dur?: number;
  readonly args?: { readonly name?: string; readonly data?: unknown };
}

/** Durations, ms, of the tasks that held up the main threads of pages while `act` went on. */
export async function longTasks(
  browser: Browser,
  page: Page,
  act: () => Promise<void>,
): Promise<readonly number[]> {
  await browser.startTracing(page, { categories: CATEGORIES });
  let trace: Buffer;
  try {
    await act();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString('utf8')) as {
    traceEvents: readonly TraceEvent[];
  };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents
    .filter(({ name, pid, tid }) => name === 'RunTask' && mains.has(`${pid} ${tid}`))
    .map(({ dur = 0 }) => dur / 1000);
  // None at all is no smooth page but a trace that says nothing.
  if (tasks.length === 0) throw new Error('the trace tells of no task of a main thread');
  return tasks.filter((ms) => ms >= LONG_MS);
}

interface InPage {
  inputDelays: number[];
  PerformanceObserver: new (
    take: (list: {
      getEntries(): readonly { readonly startTime: number; readonly processingStart: number }[];
    }) => void,
  ) => { observe(options: object): void };
}

/** Lets a page note, from its next load on, how long each input waits for the main thread. */
export async function watchInput(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const scope = globalThis as unknown as InPage;
    scope.inputDelays = [];
    new scope.PerformanceObserver((list) => {
      for (const { startTime, processingStart } of list.getEntries())
        scope.inputDelays.push(processingStart - startTime);
    }).observe({ type: 'event', durationThreshold: 16, buffered: true });
  });
}
/** What was noted since the last time, ms. */
export function takeInput(page: Page): Promise<readonly number[]> {
  return page.evaluate(() => (globalThis as unknown as InPage).inputDelays.splice(0));
}
