import type { ProblemCode, Refusal } from '../errors';

/** A refusal: the code that the caller gets, and a sentence for people. */
export function refuse(code: ProblemCode, detail: string): Refusal {
  return { code, detail };
}

/** The first refusal of a list of checks, evaluated in order and no further. */
export function firstRefusal(...checks: readonly (() => Refusal | null)[]): Refusal | null {
  for (const check of checks) {
    const refusal = check();
    if (refusal) return refusal;
  }
  return null;
}
