import { createConfigurationNews } from '../../../api/routing/configuration-news';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('createConfigurationNews', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('tells routing of what routing reads, and of nothing else', async () => {
    let told = 0;
    const desk = {
      async configurationChanged() {
        told += 1;
      },
    };
    const news = createConfigurationNews(desk, quiet);
    for (const resource of ['queues', 'agents', 'mrds', 'calendars', 'routing-attributes'] as const)
      await news.changed(resource);
    for (const resource of ['channels', 'bots', 'teams', 'lists'] as const)
      await news.changed(resource);
    expect(told).toBe(5);
  });

  it('never fails the change, and tells routing once it can be reached', async () => {
    let down = true;
    let told = 0;
    const desk = {
      async configurationChanged() {
        if (down) throw new Error('away');
        told += 1;
      },
    };
    const news = createConfigurationNews(desk, quiet);
    await news.changed('queues');
    await news.changed('agents');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(told).toBe(0);
    down = false;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(told).toBe(1);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(told).toBe(1);
  });
});
