import type { MessageBody } from '../message/schema';
import type { CustomerMessage } from './channel-events';
import { isVoice } from './facts';
import type { ChannelSession, ConversationState } from './model';
import { patchSession } from './sessions';
import type { EntryType, TimelineActivity } from './timeline-activity';
import { moveTimers } from './timers';
import { customerActor, type EntryParts, record, type Turn } from './turn';

type Leg = Extract<MessageBody, { type: 'VOICE' }>;

/** Legs open at once on one session, and those remembered as over: our own bounds. */
const OPEN_LEGS_KEPT = 20;
const ENDED_LEGS_KEPT = 20;

const ENTRIES = {
  STARTED: 'CALL_LEG_STARTED',
  HOLD: 'CALL_HOLD',
  RESUMED: 'CALL_RESUME',
  ENDED: 'CALL_LEG_ENDED',
} as const satisfies Record<Leg['event'], EntryType>;

/** VOICE is never a CUSTOMER_MESSAGE (domain.md 8.2). */
export function recordCallLeg(
  turn: Turn,
  session: ChannelSession,
  leg: Leg,
  parts: EntryParts & Pick<CustomerMessage, 'sentAt'>,
): TimelineActivity {
  const entry = recordLeg(turn, leg, parts);
  const key = keyOf(leg);
  const others = (session.callIds ?? []).filter((id) => id !== key);
  const ended = leg.event === 'ENDED';
  const callIds = ended ? others : [...others, key].slice(-OPEN_LEGS_KEPT);
  patchSession(turn, session.id, { callIds, lastInboundAt: turn.now });
  if (ended) remember(turn, { channelId: session.channelId, key, at: parts.sentAt });
  if (isVoice(session)) moveTimers(turn, 'CALL_LEG', session.id);
  return entry;
}

/** News of a leg that has ended before, by the provider's clock: it was overtaken on its way, and must open nothing again. */
export function isOver(state: ConversationState, message: CustomerMessage): boolean {
  const { body, channelId, sentAt } = message;
  if (body.type !== 'VOICE' || body.event === 'ENDED' || sentAt === null) return false;
  const key = keyOf(body);
  return (state.endedLegs ?? []).some(
    (ended) =>
      ended.channelId === channelId && ended.key === key && ended.at !== null && sentAt < ended.at,
  );
}

/** It stands in the timeline, on the session that the call had, and moves no timer. */
export function noteLateLeg(turn: Turn, message: CustomerMessage): void {
  const { body, channelId, customerIdentifier, eventKey, sentAt, providerMessageId } = message;
  if (body.type !== 'VOICE') return;
  const session = turn.state.sessions.findLast(
    (it) => it.channelId === channelId && it.customerIdentifier === customerIdentifier,
  );
  recordLeg(turn, body, {
    actor: customerActor(turn),
    ...(session ? { sessionId: session.id } : {}),
    sentAt,
    providerMessageId,
    source: { channelId, eventKey },
  });
}

/** Whether a call other than this one is open on the session. */
export function isOnAnotherCall(session: ChannelSession, callId: string): boolean {
  return (session.callIds ?? []).some((id) => id !== callId && !id.startsWith(`${callId}/`));
}

function recordLeg(turn: Turn, leg: Leg, parts: EntryParts): TimelineActivity {
  const { callId, event } = leg;
  const data = {
    callId,
    leg: leg.leg ?? null,
    durationSeconds: leg.durationSeconds ?? null,
    reasonCode: leg.reasonCode ?? null,
  };
  return record(turn, ENTRIES[event], data, parts);
}

function remember(turn: Turn, ended: NonNullable<ConversationState['endedLegs']>[number]): void {
  const others = (turn.state.endedLegs ?? []).filter(
    ({ channelId, key }) => channelId !== ended.channelId || key !== ended.key,
  );
  turn.state.endedLegs = [...others, ended].slice(-ENDED_LEGS_KEPT);
}

function keyOf({ callId, leg }: Leg): string {
  return leg === undefined ? callId : `${callId}/${leg}`;
}
