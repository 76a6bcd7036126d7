import fc from 'fast-check';
import { combineParts, mergeReports, type StateReport } from '../../../domain/message/delivery';

const at = (second: number) => `2026-11-22T10:00:${String(second).padStart(2, '0')}.000Z`;
const report = (
  state: StateReport['state'],
  second: number,
  reasonCode: string | null = null,
): StateReport => ({
  state,
  at: at(second),
  reasonCode,
});

describe('mergeReports', () => {
  it.each([
    ['nothing', [], 'PENDING', {}],
    [
      'READ implies what is below',
      [report('READ', 9)],
      'READ',
      { ACCEPTED: 9, SENT: 9, DELIVERED: 9, READ: 9 },
    ],
    [
      'a lower one later changes only its time',
      [report('DELIVERED', 5), report('SENT', 7)],
      'DELIVERED',
      { ACCEPTED: 5, SENT: 7, DELIVERED: 5 },
    ],
    [
      'FAILED after SENT',
      [report('SENT', 1), report('FAILED', 2, 'Unreachable')],
      'FAILED',
      { ACCEPTED: 1, SENT: 1, FAILED: 2 },
    ],
    [
      'SENT after FAILED does not win',
      [report('FAILED', 1, 'Unreachable'), report('SENT', 2)],
      'FAILED',
      { ACCEPTED: 2, SENT: 2, FAILED: 1 },
    ],
    [
      'DELIVERED after FAILED wins',
      [report('FAILED', 1), report('DELIVERED', 2)],
      'DELIVERED',
      { ACCEPTED: 2, SENT: 2, DELIVERED: 2 },
    ],
    [
      'FAILED after DELIVERED changes nothing',
      [report('DELIVERED', 1), report('FAILED', 2)],
      'DELIVERED',
      { ACCEPTED: 1, SENT: 1, DELIVERED: 1 },
    ],
  ] as [string, StateReport[], string, Record<string, number>][])(
    '%s',
    (_name, reports, state, times) => {
      const merged = mergeReports(reports);
      expect(merged.state).toBe(state);
      expect(merged.times).toEqual(
        Object.fromEntries(Object.entries(times).map(([name, second]) => [name, at(second)])),
      );
    },
  );

  it('keeps the reason of a failure only', () => {
    expect(mergeReports([report('FAILED', 1, 'Unreachable')]).reasonCode).toBe('Unreachable');
    expect(
      mergeReports([report('FAILED', 1, 'Unreachable'), report('READ', 2)]).reasonCode,
    ).toBeNull();
    expect(mergeReports([], 'UNKNOWN').state).toBe('UNKNOWN');
    expect(mergeReports([report('ACCEPTED', 1)], 'UNKNOWN').state).toBe('ACCEPTED');
  });

  it('is a function of the set: order and repeats change nothing, more news never loses ground', () => {
    const reports = fc.array(
      fc.record({
        state: fc.constantFrom<StateReport['state']>(
          'ACCEPTED',
          'SENT',
          'DELIVERED',
          'READ',
          'FAILED',
        ),
        at: fc.integer({ min: 0, max: 59 }).map(at),
        reasonCode: fc.constantFrom(null, 'Unreachable', 'Rejected'),
      }),
    );
    fc.assert(
      fc.property(reports, reports, (some, more) => {
        const merged = mergeReports([...some, ...more]);
        expect(mergeReports([...more, ...some, ...some])).toEqual(merged);
        const delivered = (state: string) => state === 'DELIVERED' || state === 'READ';
        if (delivered(mergeReports(some).state)) expect(delivered(merged.state)).toBe(true);
      }),
    );
  });
});

describe('combineParts', () => {
  const sent = mergeReports([report('SENT', 1)]);
  const delivered = mergeReports([report('DELIVERED', 2)]);
  const failed = mergeReports([report('FAILED', 3, 'Unreachable')]);
  const unknown = mergeReports([], 'UNKNOWN');
  it.each([
    ['one', [sent], 1, 'SENT'],
    ['the lowest', [delivered, sent], 2, 'SENT'],
    ['a part that has not begun', [delivered], 2, 'PENDING'],
    ['any failure', [delivered, failed, unknown], 3, 'FAILED'],
    ['any unknown', [sent, unknown], 3, 'UNKNOWN'],
    ['none', [], 0, 'PENDING'],
  ] as const)('%s', (_name, parts, planned, state) => {
    expect(combineParts(parts, planned).state).toBe(state);
  });
  it('a state has the time of the last part', () => {
    expect(combineParts([sent, delivered]).times).toEqual({ ACCEPTED: at(2), SENT: at(2) });
    expect(combineParts([sent, failed])).toEqual({
      state: 'FAILED',
      times: { FAILED: at(3) },
      reasonCode: 'Unreachable',
    });
  });
});
