import { keepRunning, type Run } from '../../scripts/supervisor/service';

/** Runs that end when the test says so. */
function fakeRuns() {
  const ends: ((reason: string) => void)[] = [];
  const start = async (): Promise<Run> => {
    let end: (reason: string) => void = () => {};
    const exited = new Promise<string>((resolve) => {
      end = resolve;
    });
    ends.push(end);
    return { exited, stop: async () => end('stopped') };
  };
  return { start, ends };
}

describe('keepRunning', () => {
  const backoffMs = [1, 2, 3];

  it('starts again what ended by itself, with growing pauses, and tells when it is hopeless', async () => {
    const { start, ends } = fakeRuns();
    const said: string[] = [];
    const hopeless: string[] = [];
    const service = await keepRunning({
      ...{ name: 'api', start, backoffMs },
      say: (text) => said.push(text),
      onHopeless: (name, reason) => hopeless.push(`${name}: ${reason}`),
    });
    for (let failures = 1; failures <= 6; failures++) {
      expect(hopeless).toEqual([]);
      ends.at(-1)?.('exit code 3');
      await until(() => ends.length === failures + 1);
    }
    expect(said.slice(0, 4)).toEqual([
      'api ended (exit code 3); it starts again in 0.001 s',
      'api ended (exit code 3); it starts again in 0.002 s',
      'api ended (exit code 3); it starts again in 0.003 s',
      'api ended (exit code 3); it starts again in 0.003 s',
    ]);
    expect(hopeless).toEqual(['api: exit code 3']);
    await service.stop();
  });

  it('starts nothing after it was stopped, not even out of a pause', async () => {
    const { start, ends } = fakeRuns();
    const said: string[] = [];
    const service = await keepRunning({
      ...{ name: 'api', start, backoffMs: [3_600_000], onHopeless: () => {} },
      say: (text) => said.push(text),
    });
    ends[0]?.('exit code 1');
    await until(() => said.length === 1);
    await service.stop();
    expect(ends).toHaveLength(1);
  });

  it('restarts at once when asked, and calls it no failure', async () => {
    const { start, ends } = fakeRuns();
    const said: string[] = [];
    const service = await keepRunning({
      ...{ name: 'api', start, onHopeless: () => {} },
      say: (text) => said.push(text),
    });
    await service.restart();
    await until(() => ends.length === 2);
    expect(said).toEqual([]);
    await service.stop();
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}
