import { replyWindow } from '../channel/reply-window';
import { sessionById } from './facts';
import { say } from './speaking';
import { CONTROLLER, newId, type Turn } from './turn';

/**
 * A message was accepted in time and could not go out before its reply window ended: the channel's template, where one is
 * configured, asks the customer to write again. Once per window, however many messages failed with it; the message itself has failed
 * and stays so.
 */
export function offerToReopen(turn: Turn, messageId: string): void {
  const { state } = turn;
  const sessionId = state.recent.findLast(({ id }) => id === messageId)?.channelSessionId;
  const session = sessionId ? sessionById(state, sessionId) : undefined;
  const template = session?.settings?.windowTemplate;
  if (session?.state !== 'STARTED' || !template || state.closingAt !== null) return;
  if (replyWindow(session)?.outside !== 'template') return;
  if (session.reopenedAfter !== undefined && session.reopenedAfter === session.lastInboundAt)
    return;
  const reopened = { ...session, reopenedAfter: session.lastInboundAt };
  state.sessions = state.sessions.map((one) => (one.id === session.id ? reopened : one));
  say(turn, {
    type: 'SYSTEM_MESSAGE',
    actor: CONTROLLER,
    session: reopened,
    body: { type: 'TEMPLATE', ...template },
    messageId: newId(turn, 'message'),
    replyTo: null,
    notice: 'windowTemplate',
  });
}
