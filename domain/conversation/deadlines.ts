import type { ChannelSettings } from '../channel/settings';
import { sessionById } from './facts';
import type { ConversationState } from './model';
import { addSeconds } from './time';
import type { Turn } from './turn';

/** Kinds of deadline in the order in which equal due times fire (domain.md 5.1 rule 2). */
export const DEADLINE_ORDER = [
  'reservation',
  'lastAgent',
  'queueStep',
  'agentRequestTtl',
  'listRequestTtl',
  'botResponse',
  'dialogue',
  'reminder',
  'controlOffer',
  'agentSla',
  'agentIdle',
  'customerInactivity',
  'hold',
  'wrapUp',
  'customerLeft',
  'scheduled',
  'maxLife',
  'closing',
  'presence',
  'unknownLogout',
  'handRaise',
] as const;

export interface Deadline {
  readonly name: string;
  /** ISO UTC. */
  readonly dueAt: string;
}

/** What the workflow waits for: the earliest moment at which a deadline, or a threshold on the way to it, has passed. */
export function nextDeadline(state: ConversationState): Deadline | null {
  let next: Deadline | null = null;
  for (const name of Object.keys(state.deadlines)) {
    const deadline = { name, dueAt: wakeAt(state, name) };
    if (!next || inFiringOrder(deadline, next) < 0) next = deadline;
  }
  return next;
}

/** Names of deadlines whose moment has come, in the order in which they fire. Each is given to `decide` as `deadlinePassed`. */
export function passedDeadlines(state: ConversationState, now: string): string[] {
  return Object.keys(state.deadlines)
    .map((name) => ({ name, dueAt: wakeAt(state, name) }))
    .filter((deadline) => deadline.dueAt <= now)
    .sort(inFiringOrder)
    .map((deadline) => deadline.name);
}

export function hasPassed(state: ConversationState, name: string, now: string): boolean {
  return name in state.deadlines && wakeAt(state, name) <= now;
}

/** Starts or moves a deadline. Its thresholds begin anew. */
export function setDeadline(turn: Turn, name: string, dueAt: string): void {
  turn.state.deadlines = { ...turn.state.deadlines, [name]: dueAt };
  forgetThresholds(turn, name);
}

export function startDeadline(turn: Turn, name: string, seconds: number): void {
  setDeadline(turn, name, addSeconds(turn.now, seconds));
}

export function clearDeadline(turn: Turn, name: string): void {
  if (!(name in turn.state.deadlines)) return;
  const { [name]: _, ...others } = turn.state.deadlines;
  turn.state.deadlines = others;
  forgetThresholds(turn, name);
}

/** Drops every deadline but the waits of hooks: `onClosing` and what runs beside it end by those (domain.md 2.4 rule 2). */
export function clearDeadlines(turn: Turn): void {
  turn.state.deadlines = Object.fromEntries(
    Object.entries(turn.state.deadlines).filter(([name]) => kindOf(name) === 'dialogue'),
  );
  turn.state.thresholdsPassed = {};
}

/** `customerInactivity` of `customerInactivity:ses_…`. */
export function kindOf(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(0, colon);
}

/** `ses_…` of `customerInactivity:ses_…`; empty where the name has no second part. */
export function subjectOf(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? '' : name.slice(colon + 1);
}

/** Seconds until a silent customer's session expires: the configured time, or the share of it at which END stands (domain.md 3.2 rule 4). */
export function inactivitySeconds(settings: ChannelSettings): number {
  const end = settings.customerInactivityThresholds.find(({ action }) => action === 'END');
  return (settings.customerInactivityTimeoutSeconds * (end?.percent ?? 100)) / 100;
}

/** When the thresholds of a running deadline pass, ascending, ISO UTC; empty for a deadline without. */
export function thresholdTimes(state: ConversationState, name: string): readonly string[] {
  const dueAt = state.deadlines[name];
  if (dueAt === undefined) return [];
  if (name === 'agentSla') {
    const sla = state.agentSla;
    if (!sla?.seconds) return [];
    return timesAt(dueAt, sla.seconds, sla.seconds, sla.thresholds);
  }
  if (kindOf(name) !== 'customerInactivity') return [];
  const settings = sessionById(state, subjectOf(name))?.settings;
  if (!settings) return [];
  const reminders = settings.customerInactivityThresholds.filter(
    ({ action }) => action === 'REMIND',
  );
  const full = settings.customerInactivityTimeoutSeconds;
  return timesAt(dueAt, inactivitySeconds(settings), full, reminders);
}

function timesAt(
  dueAt: string,
  runsSeconds: number,
  fullSeconds: number,
  thresholds: readonly { readonly percent: number }[],
): readonly string[] {
  return thresholds.map(({ percent }) =>
    addSeconds(dueAt, (fullSeconds * percent) / 100 - runsSeconds),
  );
}

/** The next threshold of a deadline that has not passed, else the deadline itself. */
function wakeAt(state: ConversationState, name: string): string {
  const dueAt = state.deadlines[name] ?? '';
  const threshold = thresholdTimes(state, name)[state.thresholdsPassed[name] ?? 0];
  return threshold !== undefined && threshold < dueAt ? threshold : dueAt;
}

function forgetThresholds(turn: Turn, name: string): void {
  if (!(name in turn.state.thresholdsPassed)) return;
  const { [name]: _, ...others } = turn.state.thresholdsPassed;
  turn.state.thresholdsPassed = others;
}

function inFiringOrder(a: Deadline, b: Deadline): number {
  if (a.dueAt !== b.dueAt) return a.dueAt < b.dueAt ? -1 : 1;
  const rank = rankOf(a.name) - rankOf(b.name);
  if (rank !== 0) return rank;
  return a.name < b.name ? -1 : 1;
}

/** dialogue and reminder share a row of the table: their names decide. */
function rankOf(name: string): number {
  const kind = kindOf(name);
  return DEADLINE_ORDER.indexOf(
    (kind === 'reminder' ? 'dialogue' : kind) as (typeof DEADLINE_ORDER)[number],
  );
}
