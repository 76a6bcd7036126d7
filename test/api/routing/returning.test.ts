import { createReturning } from '../../../api/routing/returning';
import type { AgentStatus } from '../../../domain/routing/status';

function aDesk(state: string | null, away = false) {
  const told: string[] = [];
  const warned: object[] = [];
  const returned = createReturning({
    routing: {
      agent: async () => (state === null ? null : ({ state } as AgentStatus)),
    },
    desk: {
      async presenceBack(agentId) {
        if (away) throw new Error('away');
        told.push(agentId);
      },
    },
    logger: { warn: (fields) => void warned.push(fields) },
  });
  return { told, warned, returned };
}

describe('an agent whose stream opens', () => {
  it.each([
    ['UNKNOWN', ['ana']],
    ['NOT_READY', []],
    ['READY', []],
    ['LOGOUT', []],
    [null, []],
  ])('%s: routing is told of %j', async (state, expected) => {
    const { told, returned } = aDesk(state);
    await returned('ana');
    expect(told).toEqual(expected);
  });

  it('reads on also while routing cannot be told', async () => {
    const { warned, returned } = aDesk('UNKNOWN', true);
    await returned('ana');
    expect(warned).toHaveLength(1);
  });
});
