import type { TaskView } from '../../../domain/conversation/view';
import { DayTally } from '../../../domain/reporting/day-tally';
import { DEFAULT_SERVICE_LEVEL } from '../../../domain/reporting/service-level';

const at = (seconds: number) =>
  new Date(Date.parse('2026-11-22T10:00:00.000Z') + seconds * 1000).toISOString();
const aTask = (parts: Partial<TaskView>): TaskView =>
  ({
    conversationId: 'cnv_1',
    direction: 'INBOUND',
    mode: 'QUEUE',
    agentId: null,
    queueId: 'support',
    queuedAt: at(0),
    reservedAt: null,
    answeredAt: null,
    wrapUpStartedAt: null,
    endedAt: null,
    closeReason: null,
    closeDetail: null,
    ...parts,
  }) as TaskView;
const figures = (...tasks: Partial<TaskView>[]) => {
  const tally = new DayTally();
  for (const task of tasks) tally.take({ task: aTask(task), level: DEFAULT_SERVICE_LEVEL });
  return tally.figures();
};
const answered = {
  agentId: 'ana',
  reservedAt: at(10),
  answeredAt: at(15),
  endedAt: at(115),
  closeReason: 'DONE',
} as const;

describe('DayTally', () => {
  it('counts nothing of what still waits', () => {
    const { counters, serviceLevel, averageWaitSeconds } =
      figures({}).queues.get('support') ?? ({} as never);
    expect([counters.offered, serviceLevel, averageWaitSeconds]).toEqual([0, null, null]);
  });

  it('counts outcomes as reports do, with waits and the service level', () => {
    const rona = {
      agentId: 'ben',
      reservedAt: at(30),
      endedAt: at(50),
      closeReason: 'RONA',
    } as const;
    const left = {
      endedAt: at(200),
      closeReason: 'CANCELLED',
      closeDetail: 'CUSTOMER_LEFT',
    } as const;
    expect(figures(answered, rona, left).queues.get('support')).toMatchObject({
      counters: { offered: 3, answered: 1, rona: 1, abandoned: 1, answered_within: 1 },
      serviceLevel: 1 / 3,
      averageWaitSeconds: (10 + 30 + 200) / 3,
      longestWaitSeconds: 200,
    });
  });

  it('counts a conversation once per agent and queue, named transfers and outbound starts included', () => {
    const outbound = { ...answered, direction: 'OUTBOUND', mode: 'AGENT', queueId: null } as const;
    const { queues, agents } = figures(
      answered,
      answered,
      outbound,
      { ...outbound, conversationId: 'cnv_2' },
      { ...answered, direction: 'DIRECT_TRANSFER', agentId: 'ben', conversationId: 'cnv_3' },
    );
    expect(queues.get('support')?.conversations).toBe(2);
    expect(agents.get('ana')).toEqual({
      answered: 4,
      rona: 0,
      conversations: 2,
      handleSeconds: 400,
    });
    expect(agents.get('ben')).toMatchObject({ conversations: 1 });
  });
});
