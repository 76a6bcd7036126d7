import { chance, exponential } from './chance';
import type { Scenario } from './scenario';

export interface Customer {
  readonly id: string;
  readonly kind: string;
  readonly queueId: string;
  /** Seconds after midnight. */
  readonly arrivesAt: number;
  readonly patienceSeconds: number;
  readonly handlingSeconds: number;
}

/** Everybody who comes that day, in order: a Poisson stream of each kind, its rate by the hour. */
export function customersOf(scenario: Scenario, seed: number): readonly Customer[] {
  return scenario.arrivals
    .flatMap((kind) => [...arrivalsOf(scenario, kind, seed)])
    .sort((a, b) => a.arrivesAt - b.arrivesAt || a.id.localeCompare(b.id));
}

function* arrivalsOf(
  { from, to }: Scenario,
  kind: Scenario['arrivals'][number],
  seed: number,
): Generator<Customer> {
  const fastest = Math.max(...kind.perHour.map(({ customers }) => customers));
  if (fastest === 0) return;
  let at = from;
  for (let n = 1; ; n += 1) {
    const id = `${kind.name}-${n}`;
    const draw = (what: string) => chance(seed, id, what);
    at += exponential(3_600 / fastest, draw('arrival'));
    if (at >= to) return;
    const rate = kind.perHour.findLast((entry) => entry.from <= at)?.customers ?? 0;
    if (draw('comes') >= rate / fastest) continue; // fewer come at this hour
    yield {
      ...{ id, kind: kind.name, queueId: kind.queueId, arrivesAt: at },
      patienceSeconds: exponential(kind.patienceSeconds, draw('patience')),
      handlingSeconds: Math.max(1, exponential(kind.handlingSeconds, draw('handling'))),
    };
  }
}
