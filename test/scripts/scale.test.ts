import { inputsFrom } from '../../scripts/scale/inputs';
import { type Inputs, needOf } from '../../scripts/scale/model';

const given = (results: Parameters<typeof inputsFrom>[0]) =>
  Object.fromEntries(
    inputsFrom(results).map(({ key, value }) => [key, value]),
  ) as unknown as Inputs;

describe('needOf', () => {
  it.each([
    [1e5, 4.6, 32, 2, 3e9, 0.2e12, 420],
    [1e6, 46, 324, 11, 30e9, 2e12, 4_200],
    [1e9, 46_000, 324_000, 10_800, 30e12, 2e15, 4.2e6],
  ])(
    'says what %d messages a day need',
    (messages, peak, transitions, shards, history, archive, open) => {
      const need = needOf(messages, given(null));
      const near = (value: number, wanted: number) => expect(value / wanted).toBeCloseTo(1, 1);
      near(need.peakPerSecond, peak);
      near(need.peakTransitions, transitions);
      near(need.shards, shards);
      near(need.historyBytes, history);
      near(need.archiveBytesPerYear, archive);
      near(need.openAtPeak, open);
    },
  );
});

describe('inputsFrom', () => {
  it('believes what was measured, and says of the rest that it was not', () => {
    const results = { date: '2026-11-28', results: [{ id: 'events/message', value: 6.9 }] };
    const inputs = inputsFrom(results);
    expect(inputs.find(({ key }) => key === 'eventsPerMessage')).toMatchObject({
      value: 6.9,
      source: 'measured 2026-11-28, events/message',
    });
    expect(inputs.find(({ key }) => key === 'peak')?.source).toContain('never measured');
  });
});
