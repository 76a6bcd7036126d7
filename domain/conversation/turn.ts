import { derivedId, ID_PREFIXES } from '../ids';
import type { Json } from '../json/json';
import type { MessageBody } from '../message/schema';
import type { Actor } from './actor';
import { RECENT_ENTRIES_KEPT } from './bounds';
import type { ControllerEvent } from './controller-events';
import type { Decision, Effect } from './effects';
import type { EntryData } from './entries';
import type { ConversationState, PendingEntry } from './model';
import type { EntryType, TimelineActivity } from './timeline-activity';

/**
 * One decision in the making. `state` is a shallow copy whose members are replaced, never changed in place: what is not
 * touched is shared with the state before, so that a burst stays cheap and the input stays as it was.
 */
export interface Turn {
  readonly now: string;
  readonly before: ConversationState;
  readonly state: { -readonly [K in keyof ConversationState]: ConversationState[K] };
  readonly entries: PendingEntry[];
  readonly effects: Effect[];
  /** What brings a change of state, for TOPIC_STATE_CHANGED. */
  cause: string;
  /** The agent SLA starts again in full, if it may run at all (domain.md 5.2). */
  restartAgentSla: boolean;
  /** Agents whose idle time starts again (domain.md 5.1, `agentIdle`). */
  readonly acted: string[];
  result: Decision['result'];
}

/** The controller and everything that nobody in particular did. */
export const CONTROLLER: Actor = { type: 'CONTROLLER', id: 'controller', name: null };

export function beginTurn(state: ConversationState, now: string): Turn {
  return {
    now,
    before: state,
    state: { ...state },
    entries: [],
    effects: [],
    cause: '',
    restartAgentSla: false,
    acted: [],
    result: undefined,
  };
}

/** What an entry has besides its type and data; what is left out is null, and the actor the controller. */
export interface EntryParts {
  readonly id?: string;
  readonly actor?: Actor;
  readonly sessionId?: string | null;
  readonly body?: MessageBody | null;
  readonly sentAt?: string | null;
  readonly replyTo?: string | null;
  readonly providerMessageId?: string | null;
  /** The message that the entry says to have failed. */
  readonly failed?: string;
  /** The channel's event that this entry is: at most one entry per key. */
  readonly source?: { readonly channelId: string; readonly eventKey: string };
}

/** Adds a timeline entry with the next `seq`. */
export function record<T extends EntryType>(
  turn: Turn,
  type: T,
  data: EntryData[T],
  parts: EntryParts = {},
): TimelineActivity {
  const { supervisor: _, ...actor } = parts.actor ?? CONTROLLER;
  const seq = turn.state.lastSeq + 1;
  const entry: TimelineActivity = {
    conversationId: turn.state.conversationId,
    seq,
    id: parts.id ?? newId(turn, 'entry'),
    type,
    at: turn.now,
    sentAt: parts.sentAt ?? null,
    actor,
    channelSessionId: parts.sessionId ?? null,
    body: parts.body ?? null,
    // EntryData has JSON values only; the compiler cannot see that through the type parameter.
    data: data as Readonly<Record<string, Json>> | null,
    replyTo: parts.replyTo ?? null,
    providerMessageId: parts.providerMessageId ?? null,
  };
  turn.state.lastSeq = seq;
  turn.state.recent = [
    ...turn.state.recent.slice(1 - RECENT_ENTRIES_KEPT),
    {
      seq,
      id: entry.id,
      type,
      at: turn.now,
      actorType: actor.type,
      actorId: actor.id,
      channelSessionId: entry.channelSessionId,
      providerMessageId: entry.providerMessageId,
      ...(parts.failed !== undefined && { failed: parts.failed }),
    },
  ];
  turn.entries.push({ entry, ...parts.source });
  return entry;
}

export function effect(turn: Turn, what: Effect): void {
  turn.effects.push(what);
}

/** Asks the controller for a decision, after the fixed effects (domain.md 7.1). */
export function tellController(turn: Turn, event: ControllerEvent): void {
  turn.effects.push({ type: 'controller', event });
}

/** The next id of a kind inside this conversation. */
export function newId(turn: Turn, kind: 'entry' | 'session' | 'task' | 'message'): string {
  turn.state.idCounter += 1;
  return derivedId(ID_PREFIXES[kind], turn.state.conversationId, turn.state.idCounter);
}

/** The customer as an actor. */
export function customerActor(turn: Turn): Actor {
  return { type: 'CUSTOMER', id: turn.state.customer.id, name: turn.state.customer.name };
}
