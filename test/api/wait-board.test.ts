import { createWaitBoard } from '../../api/routing/wait-board';
import { followWaits, type VisitorWait } from '../../api/webchat/visitor-waits';
import type { WaitEstimate } from '../../domain/routing/wait';
import type { ChangeFeed, Stores } from '../../infra/stores';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());
const later = (ms: number) => jest.advanceTimersByTimeAsync(ms);

/** Routing that says what `waits` holds. */
function aBoard() {
  const waits: Record<string, WaitEstimate> = {};
  const asked: string[][] = [];
  const state = { silent: false };
  const board = createWaitBoard({
    async waits(taskIds) {
      asked.push([...taskIds]);
      if (state.silent) throw new Error('UNAVAILABLE');
      return { ...waits };
    },
  });
  return { board, waits, asked, state };
}

describe('the board of waits', () => {
  it('asks once for all who wait, tells each what changed, and rests when nobody waits', async () => {
    const { board, waits, asked, state } = aBoard();
    const told: unknown[] = [];
    await later(60_000);
    expect(asked).toEqual([]);
    const stops = ['tsk_1', 'tsk_2'].map((id) =>
      board.watch(id, (wait) => told.push([id, wait?.position ?? null])),
    );
    await later(100); // routing has not heard of them yet
    waits['tsk_1'] = { position: 1, ewtSeconds: 300 };
    waits['tsk_2'] = { position: 2, ewtSeconds: 600 };
    await later(10_000);
    expect(asked).toEqual(Array(3).fill(['tsk_1', 'tsk_2']));
    state.silent = true;
    await later(5_000);
    state.silent = false;
    delete waits['tsk_1'];
    waits['tsk_2'] = { position: 1, ewtSeconds: 300 };
    await later(5_000);
    expect(told).toEqual([
      ['tsk_1', 1],
      ['tsk_2', 2],
      ['tsk_1', null],
      ['tsk_2', 1],
    ]);
    for (const stop of stops) stop();
    const before = asked.length;
    await later(60_000);
    expect(asked).toHaveLength(before);
  });
});

describe('a visitor who waits', () => {
  const task = (id: string, change: object = {}) => ({
    ...{ id, tellWait: true, queueId: 'support', state: 'ACTIVE', mediaState: 'QUEUED' },
    ...change,
  });
  function aVisit(tasks: object[], channelId = 'web') {
    const { board, waits } = aBoard();
    const told: VisitorWait[] = [];
    let onEntry: Parameters<ChangeFeed['onCustomerEntries']>[1] = () => undefined;
    const over = new AbortController();
    followWaits(
      {
        visitor: { customerId: 'cus_1', channelId: 'web', identifier: 'v' },
        stores: {
          conversations: {
            openOf: async () => ({
              id: 'cnv_1',
              tasks,
              channelSessions: [{ channelId, state: 'STARTED' }],
            }),
          },
        } as unknown as Pick<Stores, 'conversations'>,
        feed: {
          onReset: () => () => undefined,
          onCustomerEntries: (_, listener) => {
            onEntry = listener;
            return () => undefined;
          },
        },
        waitBoard: board,
        tell: (wait) => told.push(wait),
      },
      over.signal,
    );
    const moves = () => onEntry({ type: 'TASK_ENQUEUED' } as never);
    return { waits, told, moves, over };
  }

  it('is told the place, how it changes, and that it is over', async () => {
    const tasks = [task('tsk_1')];
    const { waits, told, moves, over } = aVisit(tasks);
    waits['tsk_1'] = { position: 3, ewtSeconds: 900 };
    await later(1_000);
    waits['tsk_1'] = { position: 2, ewtSeconds: 600 };
    await later(6_000);
    // Nobody took the offer: the next task of the chain goes on.
    tasks.splice(0, 1, task('tsk_1', { state: 'CLOSED', mediaState: 'CLOSED' }), task('tsk_2'));
    waits['tsk_2'] = { position: 1, ewtSeconds: 300 };
    moves();
    await later(2_000);
    tasks.splice(1, 1, task('tsk_2', { mediaState: 'ACTIVE' }));
    moves();
    await later(2_000);
    expect(told.map(({ position }) => position)).toEqual([3, 2, 1, null]);
    expect(told[0]).toEqual({ conversationId: 'cnv_1', position: 3, ewtSeconds: 900 });
    over.abort();
    waits['tsk_2'] = { position: 9, ewtSeconds: 1 };
    await later(20_000);
    expect(told).toHaveLength(4);
  });

  it.each([
    ['whose bot says nothing of it', task('tsk_1', { tellWait: undefined }), 'web'],
    ['for one agent by name', task('tsk_1', { queueId: null }), 'web'],
    ['on another channel', task('tsk_1'), 'wa'],
  ])('%s is told nothing', async (_, waiting, channelId) => {
    const { waits, told, over } = aVisit([waiting], channelId);
    waits['tsk_1'] = { position: 3, ewtSeconds: 900 };
    await later(20_000);
    expect(told).toEqual([]);
    over.abort();
  });
});
