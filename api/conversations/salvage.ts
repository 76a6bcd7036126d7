import type { EndConversation } from '../../domain/conversation/acts';
import { decide } from '../../domain/conversation/decide';
import type { ConversationEvent } from '../../domain/conversation/events';
import type { ConversationState, PendingEntry } from '../../domain/conversation/model';
import { open } from '../../domain/conversation/opening';
import type { StoredConversation } from '../../infra/stores';
import type { Carried } from '../../workflows/conversation/messages';

/** The last entry that the archive holds. */
export interface ArchiveTip {
  readonly seq: number;
  readonly hash: string;
}

/** Far above what any conversation has counted to: ids made from here meet none that were made before. */
const FRESH_IDS_FROM = 1_000_000_000;

/**
 * What `closing:<id>` needs to finish a conversation whose run had to be terminated: its state as the projection last had it, ended by
 * the order that was not heard. What the run knew beyond that is gone with it; facts from outside are in its history.
 */
export function salvaged(
  stored: StoredConversation,
  customer: ConversationState['customer'],
  tip: ArchiveTip,
  order: EndConversation,
  now: string,
): Carried {
  const before = stateOf(stored, customer, tip);
  const unarchived: PendingEntry[] = [];
  const events: readonly ConversationEvent[] = [
    { type: 'endConversation', request: order },
    { type: 'closingProceeds' },
  ];
  const state = events.reduce((current, event) => {
    const decision = decide(current, event, now);
    unarchived.push(...decision.entries);
    return decision.state;
  }, before);
  return {
    state,
    inbox: [],
    keys: [],
    unarchived,
    head: tip,
    sends: [],
    pendingHooks: [],
  };
}

function stateOf(
  stored: StoredConversation,
  customer: ConversationState['customer'],
  { seq }: ArchiveTip,
): ConversationState {
  const { projection } = stored;
  const blank = open(
    { conversationId: stored.id, customer, direction: stored.direction, previous: null },
    stored.createdAt,
  );
  return {
    ...blank,
    state: stored.state,
    closingAt: stored.state === 'CLOSING' ? stored.createdAt : null,
    closeReason: stored.closeReason,
    disposition: stored.disposition,
    previousConversationId: stored.previousConversationId,
    lastAgentId: projection.lastAgentId,
    sessions: stored.channelSessions.map(({ expiresAt: _expiresAt, ...session }) => ({
      ...session,
      settings: null,
    })),
    participants: stored.participants,
    tasks: stored.tasks.map(({ conversationId: _conversationId, ...task }) => ({
      ...task,
      operation: null,
    })),
    control: {
      holder: stored.controlHolder,
      epoch: stored.controlEpoch,
      offeredTo: stored.controlOfferedTo,
    },
    everAgent: stored.participants.some(({ type }) => type === 'AGENT'),
    data: stored.data,
    lastSeq: seq,
    idCounter: FRESH_IDS_FROM,
    counters: { ...blank.counters, ...projection.counters },
    firstAgentResponseSeconds: projection.firstAgentResponseSeconds,
    lastCustomerMessageAt: projection.lastCustomerMessageAt,
  };
}
