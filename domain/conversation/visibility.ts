import type { Json } from '../json/json';
import type { EntryType, TimelineActivity } from './timeline-activity';

/** CUSTOMER sees what happens to the customer, STAFF what the business does, SUPERVISOR (and operators) everything (domain.md 8.5). */
export type Audience = 'CUSTOMER' | 'STAFF' | 'SUPERVISOR';

export interface VisibilityContext {
  /** Sessions of the customer who looks; unset = every session of the conversation. Entries of other sessions are not theirs. */
  readonly sessionIds?: readonly string[];
}

/** What visibility hangs on: a stored entry has it all. */
export type VisibleEntry = Pick<TimelineActivity, 'type' | 'data' | 'channelSessionId'>;

const FOR_ALL: readonly EntryType[] = [
  'CUSTOMER_MESSAGE',
  'BOT_MESSAGE',
  'AGENT_MESSAGE',
  'SYSTEM_MESSAGE',
  'MESSAGE_REACTED',
  'MESSAGE_EDITED',
  'MESSAGE_DELETED',
  'CONVERSATION_STARTED',
  'CHANNEL_SESSION_STARTED',
  'CHANNEL_SESSION_ENDED',
];
const FOR_SUPERVISORS: readonly EntryType[] = ['STALE_BOT_REPLY'];

/** Who sees an entry. Needs nothing but the entry, so that archive, streams and transcripts judge alike. */
export function visibleTo(
  entry: VisibleEntry,
  audience: Audience,
  ctx: VisibilityContext = {},
): boolean {
  if (audience === 'SUPERVISOR') return true;
  if (audience === 'STAFF') return !FOR_SUPERVISORS.includes(entry.type);
  const { channelSessionId } = entry;
  if (channelSessionId !== null && ctx.sessionIds && !ctx.sessionIds.includes(channelSessionId))
    return false;
  return FOR_ALL.includes(entry.type) || isPrimaryAgentMove(entry) || isTheEnd(entry);
}

/**
 * An entry as its customer may have it: who says what to whom, and who comes and goes. No reasons, tasks, queues, channel
 * data, provider ids or other internal facts. Only for entries that are {@link visibleTo} the customer.
 */
export function customerView(entry: TimelineActivity): TimelineActivity {
  const { conversationId, seq, id, type, at, sentAt, channelSessionId, body, replyTo } = entry;
  const { type: actorType, id: actorId, name } = entry.actor;
  return {
    conversationId,
    seq,
    id,
    type,
    at,
    sentAt,
    actor: { type: actorType, id: actorId, name },
    channelSessionId,
    body,
    data: shownData(entry),
    replyTo,
    providerMessageId: null,
  };
}

/** Members of `data` that a customer may see, by entry type; anything else is internal. */
const SHOWN: Partial<Record<EntryType, readonly string[]>> = {
  MESSAGE_REACTED: ['messageId', 'emoji'],
  MESSAGE_EDITED: ['messageId'],
  MESSAGE_DELETED: ['messageId'],
  CONVERSATION_STARTED: ['direction'],
  TOPIC_STATE_CHANGED: ['from', 'to'],
  CHANNEL_SESSION_STARTED: ['channelType'],
  CHANNEL_SESSION_ENDED: ['channelType', 'endReason'],
  AGENT_SUBSCRIBED: ['name', 'role'],
  AGENT_UNSUBSCRIBED: ['name', 'role'],
  // Not `from`: who observed or was consulted until now was invisible (domain.md 4.2).
  PARTICIPANT_ROLE_CHANGED: ['name', 'to'],
};

function shownData({ type, data }: TimelineActivity): Readonly<Record<string, Json>> | null {
  const members = SHOWN[type];
  if (!data || !members) return null;
  return Object.fromEntries(
    members.flatMap((member) => {
      const value = data[member];
      return value === undefined ? [] : [[member, value] as const];
    }),
  );
}

/** Joins and leaves of PRIMARY agents: a role that turns into PRIMARY is a join, one that turns away from it a leave. */
function isPrimaryAgentMove({ type, data }: VisibleEntry): boolean {
  if (type === 'AGENT_SUBSCRIBED' || type === 'AGENT_UNSUBSCRIBED')
    return data?.['role'] === 'PRIMARY';
  return (
    type === 'PARTICIPANT_ROLE_CHANGED' &&
    data?.['participantType'] === 'AGENT' &&
    (data['from'] === 'PRIMARY' || data['to'] === 'PRIMARY')
  );
}

function isTheEnd({ type, data }: VisibleEntry): boolean {
  return type === 'TOPIC_STATE_CHANGED' && data?.['to'] === 'CLOSED';
}
