import { addSeconds } from '../../../domain/conversation/time';
import {
  intervalStart,
  nextIntervalStart,
  type QueuedTask,
  queueIntervals,
} from '../../../domain/reporting/queue-intervals';
import { aQueuedTask, collect } from '../../support/reports';

const TEN = '2026-03-02T10:00:00.000Z';
const answered = (queuedAt: string, seconds: number, given: Partial<QueuedTask> = {}) =>
  aQueuedTask({
    queuedAt,
    reservedAt: addSeconds(queuedAt, seconds),
    answeredAt: addSeconds(queuedAt, seconds),
    ...given,
  });
async function* inOrder(...tasks: QueuedTask[]) {
  yield* tasks;
}

describe('queueIntervals', () => {
  it('makes a row per quarter of an hour and queue, by the time of queueing', async () => {
    const rows = await collect(
      queueIntervals(
        inOrder(
          answered(TEN, 10),
          answered('2026-03-02T10:14:59.999Z', 200, { queueId: 'billing' }),
          answered('2026-03-02T10:14:59.999Z', 30),
          answered('2026-03-02T10:15:00.000Z', 130),
        ),
      ),
    );
    expect(rows).toMatchObject([
      { interval_start: TEN, queue_id: 'billing', offered: 1, service_level: 0 },
      {
        interval_start: TEN,
        queue_id: 'support',
        offered: 2,
        answered: 2,
        answered_within: 2,
        service_level: 1,
        average_wait_seconds: 20,
        longest_wait_seconds: 30,
      },
      { interval_start: '2026-03-02T10:15:00.000Z', queue_id: 'support', offered: 1 },
    ]);
    expect(rows).toHaveLength(3);
  });

  it('counts the abandoned wait, and leaves out what still waits', async () => {
    const left = {
      endedAt: addSeconds(TEN, 40),
      closeReason: 'CANCELLED',
      closeDetail: 'CUSTOMER_LEFT',
    } as const;
    const rows = await collect(queueIntervals(inOrder(aQueuedTask(left), aQueuedTask())));
    expect(rows).toMatchObject([
      {
        offered: 1,
        abandoned: 1,
        average_wait_seconds: 40,
        longest_wait_seconds: 40,
        service_level: null,
      },
    ]);
  });

  it('measures each task as its queue did when it was queued', async () => {
    const strict = { type: 2, thresholdSeconds: 5, clock: 'ANSWERED' } as const;
    const [row] = await collect(
      queueIntervals(inOrder(answered(TEN, 10), answered(TEN, 10, { level: strict }))),
    );
    expect(row).toMatchObject({ offered: 2, answered_within: 1, service_level: 0.5 });
  });

  it('has no rows for nothing, nor for an interval in which nothing has ended', async () => {
    expect(await collect(queueIntervals(inOrder()))).toEqual([]);
    expect(await collect(queueIntervals(inOrder(aQueuedTask())))).toEqual([]);
  });

  it('says when its tasks were first and last written', async () => {
    const times = (hour: number) => ({
      createdAt: `2026-03-02T1${hour}:00:00.000Z`,
      updatedAt: `2026-03-02T1${hour}:30:00.000Z`,
    });
    const [row] = await collect(
      queueIntervals(inOrder(answered(TEN, 1, times(2)), answered(TEN, 1, times(1)))),
    );
    expect(row).toMatchObject({
      record_creation_time: '2026-03-02T11:00:00.000Z',
      updated_at: '2026-03-02T12:30:00.000Z',
    });
  });
});

it.each([
  [TEN, TEN, TEN],
  ['2026-03-02T10:00:00.001Z', TEN, '2026-03-02T10:15:00.000Z'],
  ['2026-03-02T10:59:59.999Z', '2026-03-02T10:45:00.000Z', '2026-03-02T11:00:00.000Z'],
])('%s lies between the beginnings %s and %s', (at, start, next) => {
  expect([intervalStart(at), nextIntervalStart(at)]).toEqual([start, next]);
});
