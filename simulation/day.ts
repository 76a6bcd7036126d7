import type { AgentEvent } from '../infra/stores/routing';
import type { Centre } from './centre';
import { chance, exponential } from './chance';
import { type Customer, customersOf } from './customers';
import type { Scenario } from './scenario';

export interface Staff {
  readonly id: string;
  readonly shift: Scenario['shifts'][number];
}

/** What became of one customer. Seconds after midnight; null: it did not happen. */
export interface Visit {
  readonly customer: Customer;
  answeredAt: number | null;
  agentId: string | null;
  endedAt: number | null;
  /** Left before anybody answered. */
  abandoned: boolean;
  /** Offers that rang in vain. */
  missedOffers: number;
}

export function staffOf({ shifts }: Scenario): readonly Staff[] {
  return shifts.flatMap((shift) =>
    Array.from({ length: shift.count }, (_, n) => ({ id: `${shift.name}-${n + 1}`, shift })),
  );
}

/** A deadline of the centre has passed, and its workflows have told of it, so many seconds after it was due. */
const AFTERWARDS = 2;
/** Nobody answers in the last seconds of an offer: between two acts virtual time goes at the pace of this machine. */
const LAST_SECONDS = 3;

/**
 * One day, act by act in the order of their times: customers come, lose patience and go; agents come, answer and go. Times are
 * those that the scenario and the seed give, whatever this machine takes for it.
 */
export class Day {
  private readonly plan: { readonly at: number; readonly act: () => Promise<void> }[] = [];
  private readonly visits = new Map<string, Visit>();
  private readonly midnight: number;
  private at: number;
  /** Seconds by which virtual time was ahead of the plan at worst: more than a few, and deadlines may have met other acts. */
  ahead = 0;

  constructor(
    private readonly centre: Centre,
    private readonly scenario: Scenario,
    private readonly staff: readonly Staff[],
    private readonly seed: number,
    now: number,
  ) {
    this.midnight = now - scenario.from * 1000;
    this.at = scenario.from;
  }

  /** @param progress told of the time of day, seconds after midnight, now and then */
  async runs(progress: (at: number, customers: number) => void): Promise<readonly Visit[]> {
    const customers = customersOf(this.scenario, this.seed);
    for (const { id, shift } of this.staff) {
      this.plans(Math.max(shift.from, this.scenario.from), () =>
        this.centre.agentGoes(id, 'READY'),
      );
      this.plans(shift.to, () => this.centre.agentGoes(id, 'NOT_READY'));
    }
    for (const customer of customers) this.plans(customer.arrivesAt, () => this.comes(customer));
    let shown = this.at;
    for (let next = this.plan.shift(); next; next = this.plan.shift()) {
      await this.goesOnTo(next.at);
      await next.act();
      await this.looksAtTheClock();
      this.listens();
      if (this.at - shown < 900) continue;
      shown = this.at;
      progress(this.at, this.visits.size);
    }
    return [...this.visits.values()];
  }

  private async goesOnTo(at: number): Promise<void> {
    this.at = at;
    const wait = at - (await this.looksAtTheClock());
    await this.centre.passes(wait * 1000);
    this.listens();
  }

  /** Virtual time, seconds after midnight: what we took for an act has gone by in it, too. */
  private async looksAtTheClock(): Promise<number> {
    const now = ((await this.centre.now()) - this.midnight) / 1000;
    this.ahead = Math.max(this.ahead, now - this.at);
    return now;
  }

  /** What routing told agents since: they react to offers. */
  private listens(): void {
    for (const event of this.centre.heard()) {
      if (event.type === 'OFFER') this.rings(event);
      if (event.type === 'STATE' && event.data['reason'] === 'RONA') this.missed(event.agentId);
    }
  }

  /** Whoever let an offer ring in vain was set aside by routing, and is back after a while. */
  private missed(agentId: string): void {
    const member = this.staff.find(({ id }) => id === agentId);
    if (!member || this.away.has(agentId)) return;
    this.away.add(agentId);
    this.plans(this.at + member.shift.returnsAfterSeconds, async () => {
      this.away.delete(agentId);
      if (this.at < member.shift.to) await this.centre.agentGoes(agentId, 'READY');
    });
  }
  private readonly away = new Set<string>();

  private async comes(customer: Customer): Promise<void> {
    const visit: Visit = {
      ...{ customer, answeredAt: null, agentId: null, endedAt: null, abandoned: false },
      missedOffers: 0,
    };
    this.visits.set(customer.id, visit);
    this.plans(customer.arrivesAt + customer.patienceSeconds, async () => {
      if (visit.answeredAt !== null || visit.endedAt !== null) return;
      visit.abandoned = true;
      visit.endedAt = this.at;
      await this.centre.leaves(customer);
    });
    this.plans(customer.arrivesAt + this.scenario.requestTtlSeconds + AFTERWARDS, async () => {
      if (visit.answeredAt === null) visit.endedAt ??= this.at; // nobody came: the centre says so
    });
    await this.centre.writes(customer);
  }

  private rings({ agentId, data }: AgentEvent): void {
    const visit = this.visits.get(this.centre.customerOf(data['conversationId']) ?? '');
    const member = this.staff.find(({ id }) => id === agentId);
    if (!visit || !member) return;
    const { shift } = member;
    const draw = (what: string) =>
      chance(this.seed, visit.customer.id, visit.missedOffers, agentId, what);
    const queue = this.scenario.queues.find(({ id }) => id === visit.customer.queueId);
    const rings = queue?.reservationSeconds ?? 0;
    const answersIn = exponential(shift.answersInSeconds, draw('answer'));
    if (draw('miss') < shift.missesOffers || answersIn > rings - LAST_SECONDS) {
      visit.missedOffers += 1;
      this.plans(this.at + rings + AFTERWARDS, async () => undefined); // the next agent is offered it then
      return;
    }
    this.plans(this.at + answersIn, () => this.answers(visit, agentId, String(data['taskId'])));
  }

  private async answers(visit: Visit, agentId: string, taskId: string): Promise<void> {
    if (!(await this.centre.accepts(agentId, taskId))) return; // the customer has gone
    visit.answeredAt = this.at;
    visit.agentId = agentId;
    const { handlingSeconds } = visit.customer;
    this.plans(this.at + handlingSeconds, async () => {
      visit.endedAt = this.at;
      await this.centre.leaves(visit.customer);
    });
    const freeAt = this.at + handlingSeconds + this.scenario.wrapUpSeconds;
    this.plans(freeAt + AFTERWARDS, async () => undefined); // who waits is offered then
  }

  private plans(at: number, act: () => Promise<void>): void {
    const after = this.plan.findIndex((other) => other.at > at);
    this.plan.splice(after < 0 ? this.plan.length : after, 0, { at, act });
  }
}
