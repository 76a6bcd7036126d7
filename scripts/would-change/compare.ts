import { hashOf } from '../../infra/mongo/archive-documents';
import type { AppendBatch } from '../../infra/stores';
import type { Decision } from './decision';
import { changesIn, short } from './json-changes';
import type { Recorded } from './recorded';
import type { Replayed } from './replayed';

/** One decision that the candidate takes otherwise than the code that ran. */
export interface Difference {
  readonly event: number;
  readonly what: string;
  /** In a few words each. */
  readonly was: string;
  readonly wouldBe: string;
}

export interface Comparison {
  /** `breaks`: live runs of this history could not go on with the candidate. */
  readonly verdict: 'same' | 'differs' | 'breaks';
  /** How many decisions were looked at. */
  readonly decisions: number;
  /** Of how many a history holds the kind only, not the content: local activities other than the archive's. */
  readonly byKindOnly: number;
  readonly differences: readonly Difference[];
  readonly broken: string | null;
}

/** Clocks of a replay may stand a moment apart from what was: a timer for the same instant then has another length. */
const CLOCK_SLACK_MS = 100;
/** Places shown of one decision's content. */
const SHOWN_PLACES = 3;

/**
 * What a candidate would do otherwise. `ran`: the same history on the code that ran, when that is at hand: then everything is
 * compared. Without it the history is all there is: it holds inputs of activities, timers, answers, search attributes and what
 * was carried, and of archived entries the hash.
 */
export function compare(recorded: Recorded, candidate: Replayed, ran: Replayed | null): Comparison {
  const reference = ran && ran.broken === null ? ran.decisions : recorded.decisions;
  const was = new Map(reference.map((decision) => [decision.key, decision]));
  const would = new Map(candidate.decisions.map((decision) => [decision.key, decision]));
  const known = reference === recorded.decisions ? recorded.results : new Map<string, unknown>();
  const eventOf = new Map(recorded.decisions.map(({ key, event }) => [key, event]));
  const differences: Difference[] = [];
  let decisions = 0;
  let byKindOnly = 0;
  for (const key of new Set([...was.keys(), ...would.keys()])) {
    const [before, after] = [was.get(key), would.get(key)];
    if (!after && beyond(before, candidate)) continue;
    if (!before && !mustBeRecorded(after, recorded)) continue;
    decisions += 1;
    if (before && before.value === undefined && after?.local && !isAppend(after)) byKindOnly += 1;
    const difference = differenceOf(before, after, known);
    if (difference)
      differences.push({ ...difference, event: eventOf.get(key) ?? difference.event });
  }
  const { broken } = candidate;
  return {
    verdict: broken !== null ? 'breaks' : differences.length > 0 ? 'differs' : 'same',
    decisions,
    byKindOnly,
    differences: differences.sort((a, b) => a.event - b.event),
    broken,
  };
}

/** A replay that broke says nothing of what came after. */
function beyond(before: Decision | undefined, { broken, until }: Replayed): boolean {
  return broken !== null && until !== null && (before?.task ?? 0) > until;
}

/** Of a workflow task that was going on when the history was read nothing is written yet, nor of a local activity that runs still. */
function mustBeRecorded(after: Decision | undefined, recorded: Recorded): boolean {
  if (!after || after.task === null) return false;
  const last = recorded.decisions.at(-1);
  return !after.local || last?.key === 'end' || (last?.task ?? 0) > after.task;
}

function differenceOf(
  before: Decision | undefined,
  after: Decision | undefined,
  results: ReadonlyMap<string, unknown>,
): Difference | null {
  if (!before || !after) {
    const { event, what } = (before ?? after) as Decision;
    return { event, what, was: told(before), wouldBe: told(after) };
  }
  const { event } = before;
  const what = before.what;
  if (before.what !== after.what)
    return { event, what: 'another decision', was: told(before), wouldBe: told(after) };
  if (before.value === undefined) return entriesDifference(before, after, results);
  const changes = changesIn(before.value, after.value).filter(
    ({ path, was, wouldBe }) => !isSlack(path, was, wouldBe),
  );
  if (changes.length === 0) return null;
  return {
    ...{ event, what },
    was: listed(changes.map(({ path, was }) => `${path} ${short(was)}`)),
    wouldBe: listed(changes.map(({ path, wouldBe }) => `${path} ${short(wouldBe)}`)),
  };
}

/** The archive answered with the hash of the chain up to the last entry: entries that were the same give the same. */
function entriesDifference(
  { key, event, what }: Decision,
  after: Decision,
  results: ReadonlyMap<string, unknown>,
): Difference | null {
  const hash = results.get(key);
  if (!isAppend(after) || typeof hash !== 'string') return null;
  const { head, entries } = inputOf(after);
  const would = entries.reduce((previous, { entry }) => hashOf(previous, entry), head.hash);
  if (would === hash) return null;
  return {
    ...{ event, what },
    was: `entries with the hash ${hash.slice(0, 12)}…`,
    wouldBe: told(after),
  };
}

function told(decision: Decision | undefined): string {
  if (!decision) return 'nothing';
  if (isAppend(decision)) {
    const entries = inputOf(decision).entries.map(
      ({ entry }) =>
        `${entry.seq} ${entry.type}${entry.body ? ` ${short(textOf(entry.body))}` : ''}`,
    );
    return `entries ${entries.join(', ')}`;
  }
  const value = decision.value === undefined ? '' : ` ${short(decision.value)}`;
  return `${decision.what}${value}`;
}

function listed(places: readonly string[]): string {
  const more = places.length - SHOWN_PLACES;
  const shown = places.slice(0, SHOWN_PLACES).map((place) => place.trim());
  return `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

function isAppend(decision: Decision | undefined): boolean {
  return decision?.what === 'appendTimeline' && decision.value !== undefined;
}

function inputOf({ value }: Decision): AppendBatch {
  return (value as { readonly input: AppendBatch }).input;
}

function textOf(body: object): unknown {
  return 'text' in body ? body.text : body;
}

function isSlack(path: string, was: unknown, wouldBe: unknown): boolean {
  return (
    path === 'afterMs' &&
    typeof was === 'number' &&
    typeof wouldBe === 'number' &&
    Math.abs(was - wouldBe) <= CLOCK_SLACK_MS
  );
}
