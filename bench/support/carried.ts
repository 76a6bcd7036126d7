import type { ChannelFacts } from '../../activities/types';
import type { CustomerMessage } from '../../domain/conversation/channel-events';
import { decide } from '../../domain/conversation/decide';
import type { Opening } from '../../domain/conversation/events';
import { open } from '../../domain/conversation/opening';
import { eventKey } from '../../domain/message/event-key';
import { KeyRing } from '../../workflows/conversation/key-ring';
import type { Carried } from '../../workflows/conversation/messages';

/** Between two messages. None of them may be old: a conversation that fell silent long ago would end at once. */
const APART_MS = 1;

/** What a product recorded of a conversation that it opened: the pattern of one with many messages. */
export interface Recorded {
  readonly opening: Opening;
  readonly channel: ChannelFacts;
  readonly message: CustomerMessage;
}

/**
 * What continue-as-new carries of a conversation in which a customer has written `messages` times, all of it archived. It is made by
 * the core that the workflow runs, one decision for each message, and not by hand: whatever grows with a conversation grows here.
 */
export function carriedAfter(messages: number, { opening, channel, message }: Recorded): Carried {
  const begun = Date.now() - messages * APART_MS;
  const at = (n: number) => new Date(begun + n * APART_MS).toISOString();
  const keys = new KeyRing([]);
  let state = open(opening, at(0));
  for (let n = 1; n <= messages; n += 1) {
    const next = nthMessage(message, `before-${n}`);
    keys.take(next.eventKey);
    const decision = decide(state, { type: 'customerMessage', message: next, ...channel }, at(n));
    if (decision.refused) throw new Error(`message ${n} was refused: ${decision.refused.code}`);
    state = decision.state;
  }
  return {
    ...{ state, inbox: [], keys: keys.carry(), unarchived: [], sends: [], pendingHooks: [] },
    // The chain goes on from any head: the archive of what was before is not here.
    ...{ head: { seq: state.lastSeq, hash: '0'.repeat(64) }, routingNews: [] },
  };
}

/** The same message under a name of its own. */
export function nthMessage(message: CustomerMessage, name: string): CustomerMessage {
  const key = eventKey(message.channelId, `${message.eventKey} ${name}`);
  return { ...message, eventKey: key, messageId: `msg_${key}`, providerMessageId: key };
}
