import { addSeconds } from '../../../domain/conversation/time';
import { taskDurations } from '../../../domain/reporting/durations';
import { botContainment, occupancy, taskKpis } from '../../../domain/reporting/kpis';
import { DEFAULT_SERVICE_LEVEL } from '../../../domain/reporting/service-level';
import { aQueuedTask } from '../../support/reports';

const T = aQueuedTask().queuedAt;
const at = (seconds: number) => addSeconds(T, seconds);
const NO_TIMES = {
  queuedAt: null,
  reservedAt: null,
  answeredAt: null,
  wrapUpStartedAt: null,
  endedAt: null,
};

describe('taskDurations', () => {
  it.each([
    [
      'a whole life',
      {
        queuedAt: T,
        reservedAt: at(30),
        answeredAt: at(40),
        wrapUpStartedAt: at(100),
        endedAt: at(130),
      },
      [30, 10, 60, 30, 90],
    ],
    [
      'without wrap-up',
      { queuedAt: T, reservedAt: at(30), answeredAt: at(40), endedAt: at(100) },
      [30, 10, 60, null, 60],
    ],
    ['waiting', { queuedAt: T }, [null, null, null, null, null]],
    ['ringing', { queuedAt: T, reservedAt: at(30) }, [30, null, null, null, null]],
    [
      'talking',
      { queuedAt: T, reservedAt: at(30), answeredAt: at(40) },
      [30, 10, null, null, null],
    ],
    [
      'in wrap-up',
      { queuedAt: T, reservedAt: at(30), answeredAt: at(40), wrapUpStartedAt: at(100) },
      [30, 10, 60, null, null],
    ],
    ['abandoned queued', { queuedAt: T, endedAt: at(45) }, [45, null, null, null, null]],
    [
      'abandoned ringing',
      { queuedAt: T, reservedAt: at(30), endedAt: at(45) },
      [30, 15, null, null, null],
    ],
    ['pulled', { answeredAt: T, endedAt: at(45) }, [null, null, 45, null, 45]],
  ])('%s', (_case, times, [queue, alert, talk, wrapUp, handle]) => {
    expect(taskDurations({ ...NO_TIMES, ...times })).toEqual({
      queue_seconds: queue,
      alert_seconds: alert,
      talk_seconds: talk,
      wrap_up_seconds: wrapUp,
      handle_seconds: handle,
    });
  });
});

describe('taskKpis', () => {
  const answered = aQueuedTask({
    reservedAt: at(10),
    answeredAt: at(20),
    wrapUpStartedAt: at(80),
    endedAt: at(100),
    closeReason: 'TRANSFERRED',
  });
  const quick = aQueuedTask({
    reservedAt: at(2),
    answeredAt: at(4),
    endedAt: at(44),
    closeReason: 'DONE',
  });
  const left = aQueuedTask({
    endedAt: at(30),
    closeReason: 'CANCELLED',
    closeDetail: 'CUSTOMER_LEFT',
  });

  it('follows the formulas of domain.md section 12', () => {
    const kpis = taskKpis([answered, quick, left, aQueuedTask()], DEFAULT_SERVICE_LEVEL);
    expect(kpis).toMatchObject({
      counters: { offered: 3, answered: 2, abandoned: 1 },
      averageWaitSeconds: 14,
      speedOfAnswerSeconds: 12,
      talkSeconds: 50,
      wrapUpSeconds: 10,
      handleSeconds: 60,
      transferRate: 0.5,
    });
    expect(kpis.abandonment).toBeCloseTo(1 / 3, 10);
  });

  it('is null for what has no denominator', () => {
    const { counters, ...ratios } = taskKpis([], DEFAULT_SERVICE_LEVEL);
    expect(counters.offered).toBe(0);
    expect(Object.values(ratios)).toEqual(Object.values(ratios).map(() => null));
    expect(botContainment([])).toBeNull();
    expect(occupancy([answered], 0)).toBeNull();
  });

  it('knows the share of bots and of working time', () => {
    expect(botContainment(['BOT_HANDLED', 'AGENT_HANDLED', 'ABANDONED', 'BOT_HANDLED'])).toBe(0.5);
    expect(occupancy([answered, quick], 240)).toBe(0.5);
  });
});
