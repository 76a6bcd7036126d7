/** A place where two JSON values differ. `path` like `input.entries[2].body.text`; undefined = not there. */
export interface JsonChange {
  readonly path: string;
  readonly was: unknown;
  readonly wouldBe: unknown;
}

const SHOWN = 80;

/** Where two JSON values differ, deepest places first named by their path. Order of members does not matter. */
export function changesIn(was: unknown, wouldBe: unknown, path = ''): readonly JsonChange[] {
  if (Object.is(was, wouldBe)) return [];
  if (Array.isArray(was) && Array.isArray(wouldBe)) {
    const length = Math.max(was.length, wouldBe.length);
    return Array.from({ length }, (_, n) => changesIn(was[n], wouldBe[n], `${path}[${n}]`)).flat();
  }
  if (isRecord(was) && isRecord(wouldBe))
    return [...new Set([...Object.keys(was), ...Object.keys(wouldBe)])].flatMap((name) =>
      changesIn(was[name], wouldBe[name], path === '' ? name : `${path}.${name}`),
    );
  return [{ path, was, wouldBe }];
}

/** One line of JSON, cut. */
export function short(value: unknown): string {
  if (value === undefined) return '(none)';
  const json = JSON.stringify(value);
  return json.length > SHOWN ? `${json.slice(0, SHOWN - 1)}…` : json;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
