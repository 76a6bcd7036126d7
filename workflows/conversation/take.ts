import { getExternalWorkflowHandle, log, workflowInfo } from '@temporalio/workflow';
import type { ChannelFacts } from '../../activities/types';
import type { TaskDirection } from '../../domain/conversation/agent-task';
import { whyNot } from '../../domain/conversation/decide';
import type { ConversationEvent } from '../../domain/conversation/events';
import { presentAgent } from '../../domain/conversation/facts';
import { movedOut } from '../../domain/conversation/merge';
import type { ConversationState } from '../../domain/conversation/model';
import { isUnwanted } from '../../domain/conversation/routing-news';
import type { ProblemCode } from '../../domain/errors';
import { conversationWorkflowId } from '../../domain/ids';
import type { ConversationRun } from './conversation-run';
import { refused } from './handlers';
import type { Arrival } from './inbox';
import type { KeyRing } from './key-ring';
import { callLocally, causeOf, firstLocally, isFinal } from './locally';
import {
  type Acted,
  type Inboxed,
  type MergeInto,
  type MergeOutcome,
  sessionsMovedInSignal,
} from './messages';

/** Facts that start a channel session, and so need the channel's settings and opening hours. */
type FromChannel = Extract<
  Inboxed,
  { readonly type: 'customerMessage' | 'channelSessionStarted' | 'startOutbound' }
>;

/**
 * Takes one arrival in: repeats are dropped, what starts a session gets its channel's settings, the rest goes to `decide` as it is.
 * The answer is a promise only where something has to be read first: each promise costs the sandbox a stack trace, and almost every
 * message needs none.
 */
export function take(arrival: Arrival, run: ConversationRun, keys: KeyRing): Promise<void> | null {
  switch (arrival.kind) {
    case 'command': {
      const named = namedTarget(arrival.event, run.state);
      if (named === null) answer(arrival.event, arrival.answer, run, keys);
      else return handOver(arrival, named, run);
      return null;
    }
    case 'merge':
      return mergeAway(arrival.request, run).then(arrival.answer.resolve, arrival.answer.reject);
    case 'fact':
      return takeFact(arrival.fact, run, keys);
  }
}

function takeFact(fact: Inboxed, run: ConversationRun, keys: KeyRing): Promise<void> | null {
  const key = keyOf(fact);
  if (key !== null && !keys.take(key)) return null;
  if (!isFromChannel(fact)) {
    apply(eventOf(fact), run);
    return null;
  }
  const settings = settingsInUse(fact.payload, run);
  if (settings) {
    apply(withChannel(fact, { settings, outOfHours: null }), run);
    return null;
  }
  const at = new Date(Date.now()).toISOString();
  return firstLocally('loadChannel', { channelId: fact.payload.channelId, at }).then((loaded) =>
    apply(withChannel(fact, loaded), run),
  );
}

function apply(event: ConversationEvent, run: ConversationRun): void {
  const { refused: refusal } = run.apply(event);
  if (refusal) giveBack(event, run);
  if (refusal) log.info('fact had no effect', { type: event.type, code: refusal.code });
}

/** What routing holds for an event that was refused is given back, or an agent would keep a place for nothing. */
function giveBack(event: ConversationEvent, run: ConversationRun): void {
  if (event.type === 'taskChanged' && isUnwanted(run.state, event.news))
    run.routing.giveBack(event.news);
  const place = placeOf(event);
  if (place) run.routing.add({ type: 'ended', task: place });
}

/** The place that an agent's own act brings along. */
function placeOf(
  event: ConversationEvent,
): { readonly id: string; readonly agentId: string } | null {
  if (event.type === 'changeRole') {
    const { taskId, agentId } = event.request;
    return taskId === undefined ? null : { id: taskId, agentId };
  }
  const by =
    event.type === 'joinAs' ? event.request : event.type === 'startOutbound' ? event.start : null;
  return by?.taskId !== undefined && by.agent ? { id: by.taskId, agentId: by.agent.agentId } : null;
}

/** A hand-over to a named agent gets its task from routing before anybody leaves (architecture.md section 4). */
async function handOver(
  { event, answer: caller }: Extract<Arrival, { readonly kind: 'command' }>,
  { agentId, direction }: NamedTarget,
  run: ConversationRun,
): Promise<void> {
  const whyNow = whyNot(run.state, event, new Date(Date.now()).toISOString());
  if (whyNow) {
    caller.reject(refused(whyNow));
    return;
  }
  const place = run.routing.offerFor(agentId, direction);
  try {
    const offer = await callLocally('takePlace', place);
    const request = { ...(event as HandOverEvent).request, offer };
    const decision = run.apply({ type: event.type, request } as ConversationEvent);
    if (decision.refused) throw refused(decision.refused);
    caller.resolve((decision.result ?? {}) as Acted);
  } catch (error) {
    run.routing.cancel(place.taskId);
    const known = causeOf(error);
    caller.reject(
      isFinal(error) && known
        ? refused({ code: known.type as ProblemCode, detail: known.message })
        : refused({ code: 'UNAVAILABLE', detail: 'Routing does not answer; try again.' }),
    );
  }
}

type HandOverEvent = Extract<
  ConversationEvent,
  { readonly type: 'transfer' | 'consult' | 'conference' }
>;
interface NamedTarget {
  readonly agentId: string;
  readonly direction: TaskDirection;
}
const HANDED_OVER_AS = {
  transfer: 'DIRECT_TRANSFER',
  consult: 'CONSULT',
  conference: 'DIRECT_CONFERENCE',
} as const;

/** Whom routing has to be asked for; null when nobody is named, or it is the consulted agent who takes over (domain.md 6.13). */
function namedTarget(event: ConversationEvent, state: ConversationState): NamedTarget | null {
  if (event.type !== 'transfer' && event.type !== 'consult' && event.type !== 'conference')
    return null;
  const { to } = event.request;
  if (!('agentId' in to)) return null;
  const consulted = presentAgent(state, to.agentId)?.role === 'ASSISTANT';
  if (event.type === 'transfer' && consulted) return null;
  return { agentId: to.agentId, direction: HANDED_OVER_AS[event.type] };
}

/** An agent's or bot's message is taken once, whatever its caller repeats. */
function answer(
  event: ConversationEvent,
  caller: Extract<Arrival, { readonly kind: 'command' }>['answer'],
  run: ConversationRun,
  keys: KeyRing,
): void {
  if (event.type === 'sendMessage') {
    const { messageId } = event.request;
    const taken = run.state.recent.find(({ id }) => id === messageId);
    if (taken) {
      caller.resolve({ seq: taken.seq, repeated: true });
      return;
    }
    if (keys.has(messageId)) {
      caller.resolve({ repeated: true });
      return;
    }
  }
  const decision = run.apply(event);
  if (decision.refused) {
    giveBack(event, run);
    caller.reject(refused(decision.refused));
    return;
  }
  if (event.type === 'sendMessage') keys.take(event.request.messageId);
  caller.resolve((decision.result ?? {}) as Acted);
}

function keyOf(fact: Inboxed): string | null {
  return 'eventKey' in fact.payload ? fact.payload.eventKey : null;
}

function isFromChannel(fact: Inboxed): fact is FromChannel {
  return (
    fact.type === 'customerMessage' ||
    fact.type === 'channelSessionStarted' ||
    fact.type === 'startOutbound'
  );
}

function withChannel(fact: FromChannel, channel: ChannelFacts): ConversationEvent {
  switch (fact.type) {
    case 'customerMessage':
      return { type: 'customerMessage', message: fact.payload, ...channel };
    case 'channelSessionStarted':
      return { type: 'channelSessionStarted', session: fact.payload, ...channel };
    case 'startOutbound':
      return { type: 'startOutbound', start: fact.payload, settings: channel.settings };
  }
}

function eventOf(fact: Exclude<Inboxed, FromChannel>): ConversationEvent {
  switch (fact.type) {
    case 'channelSessionEnded':
      return { type: 'channelSessionEnded', session: fact.payload };
    case 'channelDataUpdated':
      return { type: 'channelDataUpdated', session: fact.payload };
    case 'customerFollowUp':
      return { type: 'customerFollowUp', followUp: fact.payload };
    case 'sentElsewhere':
      return { type: 'sentElsewhere', message: fact.payload };
    case 'agentJoined':
      return { type: 'joinAs', request: fact.payload };
    case 'agentLeft':
      return { type: 'leave', request: fact.payload };
    case 'agentActed':
      return { type: 'agentActed', ...fact.payload };
    case 'deliveryReceipt':
      return { type: 'deliveryReceipt', receipt: fact.payload };
    case 'taskChanged':
      return { type: 'taskChanged', news: fact.payload };
    case 'endConversation':
      return { type: 'endConversation', request: fact.payload };
    case 'sessionsMovedIn':
      return { type: 'sessionsMovedIn', moved: fact.payload };
  }
}

/** Settings that the customer's running session on the channel copied when it started. */
function settingsInUse(
  from: { readonly channelId: string; readonly customerIdentifier: string },
  run: ConversationRun,
): ChannelFacts['settings'] | null {
  const session = run.state.sessions.find(
    ({ state, channelId, customerIdentifier }) =>
      state === 'STARTED' &&
      channelId === from.channelId &&
      customerIdentifier === from.customerIdentifier,
  );
  return session?.settings ?? null;
}

/** domain.md 10.3: this conversation's customer was merged. */
async function mergeAway(request: MergeInto, run: ConversationRun): Promise<MergeOutcome> {
  const { conversationId, state, customer } = run.state;
  if (state === 'CLOSING' || state === 'CLOSED') return { moved: false, conversationId: null };
  if (request.moveSessions && (await handSessionsOver(request, run))) {
    run.apply({
      type: 'mergedAway',
      intoConversationId: request.intoConversationId,
      intoCustomerId: request.intoCustomerId,
    });
    return { moved: true, conversationId };
  }
  const from = request.fromCustomerId ?? customer.id;
  run.apply({ type: 'customerChanged', from, to: request.survivor });
  return { moved: false, conversationId };
}

/** The customer whose workflow this is: it may serve the conversation of another. */
function homeCustomer(): string {
  return workflowInfo().workflowId.slice(conversationWorkflowId('').length);
}

/** False when the survivor's conversation ended meanwhile: then this one goes on as the survivor's. */
async function handSessionsOver(request: MergeInto, run: ConversationRun): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(conversationWorkflowId(request.intoCustomerId)).signal(
      sessionsMovedInSignal,
      { ...movedOut(run.state), fromHome: homeCustomer() },
    );
    return true;
  } catch (error) {
    log.warn('the survivor has no open conversation any more', { error: String(error) });
    return false;
  }
}
