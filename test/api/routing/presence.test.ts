import type { Principal } from '../../../api/principal';
import { createPresence } from '../../../api/routing/presence';

const caller = (role: string, subject: string) => ({ role, subject }) as Principal;

function aPresence(renew: (agentId: string) => Promise<void>) {
  const clock = { now: new Date('2026-11-22T10:00:00.000Z') };
  const warned: object[] = [];
  const logger = {
    info: () => undefined,
    warn: (fields: object) => void warned.push(fields),
    error: () => undefined,
  };
  return { clock, warned, presence: createPresence({ renew }, logger, () => clock.now) };
}

describe('createPresence', () => {
  it('renews the lease of agents and supervisors, once in two seconds however often they call', () => {
    const renewed: string[] = [];
    const { clock, presence } = aPresence(async (agentId) => void renewed.push(agentId));
    for (const role of ['agent', 'agent', 'admin', 'bot', 'customer', 'connector', 'operator'])
      presence.seen(caller(role, `${role}-1`));
    presence.seen(caller('supervisor', 'sara'));
    expect(renewed).toEqual(['agent-1', 'sara']);
    clock.now = new Date(clock.now.getTime() + 1_999);
    presence.seen(caller('agent', 'agent-1'));
    expect(renewed).toHaveLength(2);
    clock.now = new Date(clock.now.getTime() + 1);
    presence.seen(caller('agent', 'agent-1'));
    expect(renewed).toEqual(['agent-1', 'sara', 'agent-1']);
  });

  it('fails nobody while leases cannot be written, and tries again at the next call', async () => {
    let calls = 0;
    const { warned, presence } = aPresence(async () => {
      calls += 1;
      throw new Error('away');
    });
    presence.seen(caller('agent', 'a'));
    await new Promise((resolve) => setImmediate(resolve));
    presence.seen(caller('agent', 'a'));
    await new Promise((resolve) => setImmediate(resolve));
    expect([calls, warned.length]).toEqual([2, 2]);
  });
});
