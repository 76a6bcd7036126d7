import { BENCHMARKS, benchmarkOf } from '../../bench/catalogue';
import { Schedule } from '../../bench/support/schedule';

const EACH = { full: 60, quick: 10 };

/** What becomes of `count` equal benchmarks in so many seconds, on a machine that takes `pace` times as long. */
function divided(seconds: number, count: number, pace = 1): string {
  let clock = 0;
  const schedule = new Schedule(seconds, () => clock);
  return Array.from({ length: count }, (_, n) => {
    const quick = schedule.mustBeQuick(EACH, Array(count - n - 1).fill(EACH));
    const taken = quick ? EACH.quick : EACH.full;
    clock += taken * pace;
    schedule.done(taken);
    return quick ? 'q' : 'F';
  }).join('');
}

describe('the schedule of a run', () => {
  it.each([
    ['has no end: all in full', Infinity, 1, 'FFFFF'],
    ['has room for all', 300, 1, 'FFFFF'],
    ['has room for some: the rest quickly, none left out', 200, 1, 'FFFqq'],
    ['is for a machine of half the speed', 300, 2, 'FFqqq'],
    ['has room for none', 50, 1, 'qqqqq'],
  ])('%s', (_name, seconds, pace, expected) => {
    expect(divided(seconds, 5, pace)).toBe(expected);
  });

  it('has room for every pair of performance in full within 25 minutes on two quiet cores', () => {
    const gated = Object.entries(BENCHMARKS).filter(([id]) => /^(P|accepted|capacity)/.test(id));
    const full = gated.reduce((sum, [, { seconds }]) => sum + seconds.full, 0);
    const rest = Object.values(BENCHMARKS).reduce((sum, { seconds }) => sum + seconds.quick, 0);
    expect(full).toBeLessThanOrEqual(25 * 60);
    expect(rest).toBeLessThanOrEqual(15 * 60);
  });

  it.each(['P2', 'P4', 'P10', 'P12', 'P17', 'accepted/s'])('knows who measures %s', (id) => {
    expect(Object.keys(BENCHMARKS)).toContain(benchmarkOf(id));
  });

  it('refuses a name that is nobody’s', () => {
    expect(() => benchmarkOf('P99')).toThrow('There is no benchmark P99.');
  });
});
