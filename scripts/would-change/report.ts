import type { Comparison } from './compare';

/** Differences shown of one history; the first one explains most of the others. */
const SHOWN_DIFFERENCES = 5;

/** What one history came to. `against`: what it was compared with. */
export interface Compared extends Comparison {
  readonly name: string;
  readonly against: 'the code that ran' | 'the history';
}

/** For people: a line per history, and under each that differs the first decisions that do. */
export function reportOf(all: readonly Compared[], candidate: string): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  const lines = all.flatMap((one) => [lineOf(one, width), ...detailsOf(one)]);
  const count = (verdict: Comparison['verdict']) =>
    all.filter((one) => one.verdict === verdict).length;
  const kindOnly = all.reduce((sum, { byKindOnly }) => sum + byKindOnly, 0);
  return [
    ...lines,
    '',
    `Candidate ${candidate}: ${count('same')} same, ${count('differs')} differ, ${count('breaks')} break.`,
    ...(kindOnly > 0
      ? [
          `Of ${kindOnly} decisions the histories hold the kind only; with the bundle that ran (--ran) their content is compared, too.`,
        ]
      : []),
  ].join('\n');
}

function lineOf({ verdict, name, decisions, differences, against }: Compared, width: number) {
  const found = differences.length === 0 ? '' : `${differences.length} of `;
  return `${verdict.padEnd(8)} ${name.padEnd(width)}  ${found}${decisions} decisions, against ${against}`;
}

function detailsOf({ broken, differences }: Compared): readonly string[] {
  const shown = differences
    .slice(0, SHOWN_DIFFERENCES)
    .flatMap(({ event, what, was, wouldBe }) => [
      `         event ${event}: ${what}`,
      `           was       ${was}`,
      `           would be  ${wouldBe}`,
    ]);
  const more = differences.length - SHOWN_DIFFERENCES;
  return [
    ...(broken === null ? [] : [`         cannot go on: ${broken.split('\n')[0]}`]),
    ...shown,
    ...(more > 0 ? [`         and ${more} more`] : []),
  ];
}
