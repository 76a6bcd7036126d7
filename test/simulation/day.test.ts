import '../support/quiet';
import { Centre } from '../../simulation/centre';
import { type Customer, customersOf } from '../../simulation/customers';
import { Day, staffOf, type Visit } from '../../simulation/day';
import { figuresOf, occupancyOf } from '../../simulation/figures';
import { Scenario } from '../../simulation/scenario';
import { binaryPath } from '../support/binaries';

const FILE = {
  name: 'Test',
  from: '09:00',
  to: '09:30',
  wrapUpSeconds: 20,
  queues: [{ id: 'support', serviceLevelThresholdSeconds: 60 }],
  arrivals: [
    {
      ...{ name: 'q', queueId: 'support', patienceSeconds: 120, handlingSeconds: 300 },
      perHour: [{ from: '00:00', customers: 12 }],
    },
  ],
  shifts: [{ name: 'a', count: 1, from: '09:00', to: '11:00', missesOffers: 0.2 }],
};
const scenario = Scenario.parse(FILE);

describe('a simulated day', () => {
  it('is the same for the same seed, and forgets nobody', async () => {
    const [visits, again] = [await simulated(3), await simulated(3)];
    expect(again).toEqual(visits);
    expect(visits.map(({ customer }) => customer)).toEqual(customersOf(scenario, 3));
    for (const { answeredAt, endedAt, abandoned, customer } of visits) {
      expect(endedAt).toBeGreaterThan(customer.arrivesAt);
      expect(answeredAt === null).toBe(abandoned);
    }
    const [all] = figuresOf(scenario, visits);
    expect(all?.offered).toBe(visits.length);
    expect((all?.answered ?? 0) + (all?.abandoned ?? 0)).toBe(visits.length);
    // One agent with one place: nobody is answered before the last one's wrap-up is over.
    const served = visits.filter(({ answeredAt }) => answeredAt !== null).sort(byAnswer);
    expect(served.length).toBeGreaterThan(1);
    for (const [n, { answeredAt }] of served.entries())
      expect(answeredAt ?? 0).toBeGreaterThanOrEqual(
        n === 0 ? 0 : (served[n - 1]?.endedAt ?? 0) + 20,
      );
  });

  it('has as many customers as its rates say, at the hours that they say', () => {
    const busy = Scenario.parse({
      ...FILE,
      to: '11:00',
      arrivals: [
        {
          ...FILE.arrivals[0],
          perHour: [
            { from: '00:00', customers: 400 },
            { from: '10:00', customers: 100 },
          ],
        },
      ],
    });
    const customers = customersOf(busy, 1);
    const before = customers.filter(({ arrivesAt }) => arrivesAt < 36_000).length;
    // Four standard deviations of a Poisson count.
    expect(Math.abs(before - 400)).toBeLessThan(80);
    expect(Math.abs(customers.length - before - 100)).toBeLessThan(40);
    expect(customersOf(busy, 1)).toEqual(customers);
    expect(customersOf(busy, 2)).not.toEqual(customers);
  });

  it('tells of service level, waits and occupancy', () => {
    const visits = [
      visit({ answeredAt: 30, endedAt: 130 }),
      visit({ answeredAt: 90, endedAt: 190 }),
      visit({ endedAt: 20, abandoned: true }), // within the threshold: nobody's fault
      visit({ endedAt: 100, abandoned: true, missedOffers: 1 }),
    ];
    expect(figuresOf(scenario, visits)).toEqual([
      {
        ...{ queue: 'support', offered: 4, answered: 2, abandoned: 2, serviceLevel: 1 / 3 },
        ...{ averageWait: 60, p90Wait: 100, longestWait: 100, missedOffers: 1 },
      },
    ]);
    expect(occupancyOf(scenario, staffOf(scenario), visits)).toBeCloseTo(240 / 7_200);
    expect(figuresOf(scenario, [])[0]).toMatchObject({ offered: 0, serviceLevel: null });
  });

  it.each([
    ['a queue that nobody knows', { arrivals: [{ ...FILE.arrivals[0], queueId: 'nowhere' }] }],
    ['an end before the beginning', { to: '08:00' }],
    ['no time of day', { from: '25:00' }],
    ['a word too much', { colour: 'green' }],
  ])('refuses %s', (_what, change) => {
    expect(Scenario.safeParse({ ...FILE, ...change }).success).toBe(false);
  });
});

/** A machine that was too slow for a moment lets real time into the virtual: such a day is begun again, three times at most. */
async function simulated(seed: number, attempts = 3): Promise<readonly Visit[]> {
  const staff = staffOf(scenario);
  const centre = await Centre.open(scenario, staff, binaryPath('temporal-test-server'));
  try {
    const day = new Day(centre, scenario, staff, seed, await centre.now());
    const visits = await day.runs(() => undefined);
    if (day.ahead < 1 || attempts === 1) return visits;
  } finally {
    await centre.close();
  }
  return simulated(seed, attempts - 1);
}

function visit(fields: Partial<Visit>): Visit {
  const customer: Customer = {
    ...{ id: 'c', kind: 'q', queueId: 'support', arrivesAt: 0 },
    ...{ patienceSeconds: 100, handlingSeconds: 100 },
  };
  return {
    ...{ customer, answeredAt: null, agentId: null, endedAt: null, abandoned: false },
    missedOffers: 0,
    ...fields,
  };
}
function byAnswer(a: Visit, b: Visit): number {
  return (a.answeredAt ?? 0) - (b.answeredAt ?? 0);
}
