import { meanHandleSeconds } from '../../web/board/overview/handle-time';
import { colleagues, obstacleOf } from '../../web/desk/conversation/targets';
import { wrapUpDueAt } from '../../web/desk/conversation/wrap-up-due';
import type { Conversation } from '../../web/shared/model';

type Conversed = Pick<Conversation, 'participants' | 'tasks'>;
function conversation(roles: Readonly<Record<string, string>>, tasks: object[] = []): Conversed {
  const participants = Object.entries(roles).map(([id, role]) => ({
    ...{ id, role, type: 'AGENT', leftAt: role === 'gone' ? '2026-03-01T10:00:00.000Z' : null },
  }));
  return { participants, tasks } as unknown as Conversed;
}
const agents = ['ana', 'ben', 'cem', 'dee', 'sara', 'zoe'].map((id) => ({ id, name: null }));

describe('whom a conversation can be given to (domain.md 6.1, 6.13)', () => {
  const roles = { ana: 'PRIMARY', ben: 'ASSISTANT', cem: 'WRAP_UP', sara: 'OBSERVER', zoe: 'gone' };
  it.each([
    [true, { ben: null, cem: 'WRAP_UP', dee: null, sara: 'OBSERVER', zoe: null }],
    [false, { ben: 'ASSISTANT', cem: 'WRAP_UP', dee: null, sara: 'OBSERVER', zoe: null }],
  ])('names every colleague, and what keeps them from it: passed on %j', (passesOn, expected) => {
    const found = colleagues(agents, conversation(roles), { me: 'ana', passesOn });
    expect(Object.fromEntries(found.map(({ id, as }) => [id, as]))).toEqual(expected);
  });

  it.each([
    ['ACTIVE', 'QUEUED', 'REQUEST'],
    ['ACTIVE', 'RESERVED', 'REQUEST'],
    ['ACTIVE', 'ACTIVE', undefined],
    ['CLOSED', 'CLOSED', undefined],
  ])('asks nobody beside a task that is %s, %s', (state, mediaState, kind) => {
    const here = conversation({ ana: 'PRIMARY' }, [{ id: 'tsk_1', state, mediaState }]);
    expect(obstacleOf(here)?.kind).toBe(kind);
  });

  it('keeps a conversation with a consult for the consulted agent', () => {
    const here = conversation({ ana: 'PRIMARY', ben: 'ASSISTANT' });
    expect(obstacleOf(here)).toEqual({ kind: 'CONSULT', who: 'ben' });
  });
});

describe('the time that is left to wrap up', () => {
  const of = (agentId: string) => ({ id: `tsk_${agentId}`, agentId, state: 'WRAP_UP' });
  const timers = ['ana', 'ben'].map((id, n) => ({
    name: `wrapUp:tsk_${id}`,
    dueAt: `2026-03-01T10:00:0${n}.000Z`,
  }));
  it.each([
    ['ben', [of('ana'), of('ben')], timers[1]?.dueAt],
    ['ana', [of('ana'), of('ben')], timers[0]?.dueAt],
    ['ben', [of('ana'), { ...of('ben'), state: 'ACTIVE' }], null],
  ])('is the own one: %s', (agentId, tasks, dueAt) => {
    const here = { tasks, timers } as unknown as Parameters<typeof wrapUpDueAt>[0];
    expect(wrapUpDueAt(here, agentId)).toBe(dueAt);
  });
});

describe('mean handle time', () => {
  it.each([
    [0, 0, null],
    [2, 0, null],
    [2, 90, 45],
  ])('%i answered, %i s handled', (answered, handleSeconds, mean) => {
    expect(meanHandleSeconds({ answered, handleSeconds })).toBe(mean);
  });
});
