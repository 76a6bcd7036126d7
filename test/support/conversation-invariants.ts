import { LEGAL_STEPS } from '../../chaos/checker/legal-steps';
import { deriveState } from '../../domain/conversation/derive-state';
import type { Decision } from '../../domain/conversation/effects';
import {
  hasPrimaryAgent,
  isWaiting,
  listRequestIsOpen,
  primaryAgents,
  requestIsOpen,
  startedSessions,
  taskOf,
  voiceIsOn,
} from '../../domain/conversation/facts';
import type { ConversationState } from '../../domain/conversation/model';

/** A word of reliability.md section 3, and what is wrong. */
type Violation = string;

/** What must hold after every decision (domain.md 2.7 and the tables of section 5); the empty list when it does. */
export function violations(before: ConversationState, decision: Decision): Violation[] {
  const { state } = decision;
  if (state.lastSeq === 0) return [];
  return [
    ...stateRules(before, decision),
    ...controlRules(before, decision),
    ...seqRules(before, decision),
    ...taskRules(state),
    ...timerRules(state),
    ...(state.state === 'CLOSED' ? closedRules(state) : []),
  ];
}

function stateRules(before: ConversationState, { state, entries }: Decision): Violation[] {
  const changes = entries.filter(({ entry }) => entry.type === 'TOPIC_STATE_CHANGED');
  const from = before.lastSeq === 0 ? 'CREATED' : before.state;
  const changed = from !== state.state;
  return [
    ...rule(
      state.state === deriveState(state),
      `V2: ${state.state}, derived ${deriveState(state)}`,
    ),
    ...rule(changes.length === (changed ? 1 : 0), `V2: ${changes.length} TOPIC_STATE_CHANGED`),
    ...changes
      .map(({ entry }) => entry.data)
      .flatMap((data) =>
        rule(
          data?.['from'] === from && data?.['to'] === state.state && data['cause'] !== '',
          `V2: ${JSON.stringify(data)}`,
        ),
      ),
    ...rule(!changed || LEGAL_STEPS[from].includes(state.state), `${from} -> ${state.state}`),
  ];
}

function controlRules(before: ConversationState, { state, entries }: Decision): Violation[] {
  const moves = entries.filter(({ entry }) => entry.type === 'CONTROL_CHANGED').length;
  const { holder, epoch } = state.control;
  const bots = state.participants.filter((p) => p.type === 'BOT' && !p.leftAt);
  const primary = bots.filter(({ role }) => role === 'PRIMARY').map(({ id }) => id);
  const open = state.closingAt === null;
  const customerIsHere = startedSessions(state).length > 0;
  return [
    ...rule(
      epoch === before.control.epoch + moves,
      `V5: epoch ${before.control.epoch} -> ${epoch}`,
    ),
    ...rule(
      !open || !customerIsHere || holder !== 'AGENTS' || hasPrimaryAgent(state),
      'V5, V10: AGENTS hold control and none is here',
    ),
    ...rule(
      !open ||
        !customerIsHere ||
        primary.join() === (holder === 'AGENTS' || holder === 'CONTROLLER' ? '' : holder),
      `V5: ${holder} holds, PRIMARY is ${primary}`,
    ),
    ...entries.flatMap(({ entry }) =>
      rule(
        entry.type !== 'BOT_MESSAGE' ||
          entry.actor.id === before.control.holder ||
          entry.actor.id === holder,
        'V6: a bot spoke without control',
      ),
    ),
  ];
}

function seqRules(before: ConversationState, { state, entries }: Decision): Violation[] {
  const ids = entries.map(({ entry }) => entry.id);
  return [
    ...entries.flatMap(({ entry }, n) =>
      unless(entry.seq === before.lastSeq + n + 1, `skipped: V3: seq ${entry.seq}`),
    ),
    ...unless(state.lastSeq === before.lastSeq + entries.length, 'skipped: V3: lastSeq'),
    ...unless(new Set(ids).size === ids.length, `duplicate: V3: ids ${ids}`),
  ];
}

function taskRules(state: ConversationState): Violation[] {
  const open = state.closingAt === null;
  const waiting = state.tasks.filter(isWaiting).length;
  const requests = waiting + (state.requesting ? 1 : 0) + (listRequestIsOpen(state) ? 1 : 0);
  const sessions = startedSessions(state).map((s) => `${s.channelId} ${s.customerIdentifier}`);
  const working = state.tasks.filter((task) => task.state !== 'CLOSED' && !isWaiting(task));
  return [
    ...rule(requests <= 1, `V7: ${requests} requests`),
    ...rule(new Set(sessions).size === sessions.length, 'V8'),
    ...rule(
      !open || waiting === 0 || startedSessions(state).length > 0,
      'a request without a customer',
    ),
    ...primaryAgents(state).flatMap(({ id }) =>
      rule(taskOf(state, id)?.state === 'ACTIVE', `${id} is PRIMARY without a task`),
    ),
    ...rule(
      new Set(working.map(({ agentId }) => agentId)).size === working.length,
      'an agent has two tasks',
    ),
    ...working.flatMap((task) =>
      rule(
        state.participants.some((p) => p.id === task.agentId && !p.leftAt && p.role !== 'OBSERVER'),
        `task ${task.id} without its agent`,
      ),
    ),
    ...working.flatMap((task) =>
      rule(
        (task.state === 'WRAP_UP') ===
          state.participants.some(
            (p) => p.id === task.agentId && !p.leftAt && p.role === 'WRAP_UP',
          ),
        `task ${task.id} is ${task.state}, its agent is not`,
      ),
    ),
  ];
}

function timerRules(state: ConversationState): Violation[] {
  const { deadlines } = state;
  const names = Object.keys(deadlines);
  const has = (name: string) => name in deadlines;
  const runs = (name: string, should: boolean) =>
    same(
      names.filter((it) => it === name),
      name,
      should ? [name] : [],
    );
  const waiting = state.tasks.filter(isWaiting).map(({ id }) => `agentRequestTtl:${id}`);
  const wraps = state.tasks.filter((t) => t.state === 'WRAP_UP').map(({ id }) => `wrapUp:${id}`);
  const open = state.closingAt === null;
  const slaRuns =
    state.owed && state.state === 'ACTIVE' && !voiceIsOn(state) && state.agentSla?.seconds != null;
  const started = startedSessions(state).map(({ id }) => `customerInactivity:${id}`);
  return [
    ...runs('agentSla', slaRuns),
    ...runs('hold', state.held !== null),
    ...runs('customerLeft', state.state === 'CUSTOMER_LEFT'),
    ...runs('closing', state.state === 'CLOSING'),
    ...(open ? runs('maxLife', true) : []),
    ...runs('controlOffer', state.control.offeredTo !== null),
    ...same(names, 'agentRequestTtl:', open ? waiting : []),
    ...same(names, 'wrapUp:', open ? wraps : []),
    ...same(
      names,
      'reminder:',
      Object.keys(state.reminders).map((name) => `reminder:${name}`),
    ),
    ...same(
      names,
      'scheduled:',
      Object.keys(state.scheduled).map((id) => `scheduled:${id}`),
    ),
    ...same(names, 'handRaise:', open ? state.raisedHands.map((id) => `handRaise:${id}`) : []),
    ...names.flatMap((name) =>
      rule(!name.startsWith('customerInactivity:') || started.includes(name), `stray ${name}`),
    ),
    ...names.flatMap((name) =>
      rule(!name.startsWith('customerInactivity:') || state.held === null, `${name} in a hold`),
    ),
    ...Object.keys(state.thresholdsPassed).flatMap((name) => rule(has(name), `threshold ${name}`)),
  ];
}

function closedRules(state: ConversationState): Violation[] {
  return [
    ...rule(startedSessions(state).length === 0, 'V9: a session is STARTED'),
    ...rule(
      state.tasks.every((task) => task.state === 'CLOSED'),
      'V9: a task is open',
    ),
    ...rule(
      state.participants.every((p) => p.leftAt !== null),
      'V9: somebody is here',
    ),
    ...rule(Object.keys(state.deadlines).length === 0, 'V9: a deadline is pending'),
    ...rule(state.disposition !== null, 'no disposition'),
  ];
}

/** V4: the deadline that owns a state at rest, `maxLife` aside (domain.md 2.2). */
export function hasOwner(state: ConversationState): boolean {
  const owns = (...kinds: string[]) =>
    Object.keys(state.deadlines).some((name) => kinds.includes(name.split(':')[0] ?? ''));
  switch (state.state) {
    case 'CREATED':
    case 'INACTIVE':
      return owns(
        'customerInactivity',
        'dialogue',
        'botResponse',
        'agentRequestTtl',
        'listRequestTtl',
      );
    case 'ACTIVE':
      // The last two: an agent has passed control to a bot, which asks on the call.
      return owns('agentSla', 'customerInactivity', 'agentIdle', 'dialogue', 'botResponse');
    case 'ON_HOLD':
      return owns('hold');
    case 'WRAP_UP':
      return owns('wrapUp');
    case 'CUSTOMER_LEFT':
      return owns('customerLeft');
    case 'CLOSING':
      return owns('closing');
    case 'CLOSED':
      return true;
  }
}

/** V10. */
export function isOwnedBySomebody(state: ConversationState): boolean {
  const { holder } = state.control;
  return (
    startedSessions(state).length === 0 ||
    state.closingAt !== null ||
    hasPrimaryAgent(state) ||
    requestIsOpen(state) ||
    holder !== 'AGENTS'
  );
}

/** I8: what domain.md does not let be. */
function rule(holds: boolean, otherwise: string): Violation[] {
  return unless(holds, `illegal: ${otherwise}`);
}

function unless(holds: boolean, otherwise: Violation): Violation[] {
  return holds ? [] : [otherwise];
}

/** Deadlines of a kind. Without one that is due nothing goes on; one too many fires into what it is not for. */
function same(names: readonly string[], prefix: string, wanted: readonly string[]): Violation[] {
  const found = names.filter((name) => name.startsWith(prefix));
  return [
    ...wanted.filter((name) => !found.includes(name)).map((name) => `stuck: ${name} does not run`),
    ...found.filter((name) => !wanted.includes(name)).map((name) => `illegal: ${name} runs`),
  ];
}
