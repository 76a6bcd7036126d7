import type { Refusal } from '../errors';
import type { Actor } from './actor';
import { sessionById } from './facts';
import type { ChannelSession } from './model';
import { refuse } from './refusal';
import { CONTROLLER, customerActor, record, type Turn } from './turn';

/**
 * What a session's channel data say as `optedOut`, on channels that providers carry. ASKED: the customer said stop. REFUSED: the
 * provider would not take a message, since the customer opted out earlier. Null: opted in again. The ledger decides what goes out
 * (domain/channel/consent.ts); this is what people see of it.
 */
export type OptedOut = 'ASKED' | 'REFUSED' | null;

/** An agent hears at once that nothing will reach the customer. */
export function whyNotConsented(session: ChannelSession): Refusal | null {
  return optedOutOf(session) === null
    ? null
    : refuse(
        'ILLEGAL_STATE',
        'The customer has opted out of messages on this channel; nothing can be sent there until they opt in again.',
      );
}

/** A message failed for it. */
export function consentRefused(turn: Turn, messageId: string): void {
  const sessionId = turn.state.recent.findLast(({ id }) => id === messageId)?.channelSessionId;
  const session = sessionId ? sessionById(turn.state, sessionId) : undefined;
  if (session?.state === 'STARTED' && optedOutOf(session) === null)
    note(turn, session, 'REFUSED', CONTROLLER);
}

/** The customer wrote: after a refusal the provider may be asked again, and on some channels to write is to opt in. */
export function consentAfterMessage(turn: Turn, sessionId: string): void {
  const session = sessionById(turn.state, sessionId);
  const optedOut = session && optedOutOf(session);
  if (!session || !optedOut) return;
  if (optedOut === 'REFUSED' || session.settings?.writingOptsIn)
    note(turn, session, null, customerActor(turn));
}

function optedOutOf({ settings, channelData }: ChannelSession): OptedOut {
  const { optedOut } = channelData;
  const known = optedOut === 'ASKED' || optedOut === 'REFUSED';
  return settings?.delivery === 'SEND' && known ? optedOut : null;
}

function note(turn: Turn, session: ChannelSession, optedOut: OptedOut, actor: Actor): void {
  const channelData = { ...session.channelData, optedOut };
  turn.state.sessions = turn.state.sessions.map((one) =>
    one.id === session.id ? { ...one, channelData } : one,
  );
  record(
    turn,
    'CHANNEL_SESSION_DATA_UPDATED',
    { set: { optedOut } },
    { actor, sessionId: session.id },
  );
}
