import type { HandOver } from '../../domain/conversation/acts';
import type { SessionEnded } from '../../domain/conversation/channel-events';
import type { ConversationEvent, SessionsMovedIn } from '../../domain/conversation/events';
import { movedOut } from '../../domain/conversation/merge';
import type { RoutingEvent } from '../../domain/routing/events';
import type { RoutingDecided } from '../../domain/routing/routing';
import { agent, aMessage, joining } from './conversations';
import { type Chat, type HandOverKind, homeOf, movesIn } from './routed/chat';
import { RoutedMail } from './routed/mail';

export type { Chat, HandOverKind };

/**
 * Conversations and one routing domain as they run in production, in virtual time and without Temporal: the pure cores, joined by
 * their own effects. Every message on the way is delivered when the test says so, each sender's in order. All that happens is logged.
 * Here is what people do; how it goes on is in routed/.
 */
export class RoutedWorld extends RoutedMail {
  customerWrites(chat: Chat): void {
    const { settings } = chat;
    const from = { channelId: settings.channelId, customerIdentifier: chat.address };
    this.writesTo(homeOf(chat), {
      type: 'customerMessage',
      message: aMessage(from),
      settings,
    });
  }
  customerLeaves(chat: Chat): void {
    this.sessionEnds(homeOf(chat), {
      channelId: chat.settings.channelId,
      customerIdentifier: chat.address,
      eventKey: aMessage().eventKey,
      reason: 'CUSTOMER',
    });
  }
  protected sessionEnds(home: Chat, session: SessionEnded): void {
    const event: ConversationEvent = { type: 'channelSessionEnded', session };
    if (movesIn(home)) home.mail.push(event);
    else this.arrives(home, event);
  }
  /** Any request by its wire name. */
  request(chat: Chat, type: ConversationEvent['type'], request: object): void {
    const about = { conversationId: chat.state.conversationId, ...request };
    this.arrives(chat, { type, request: about } as unknown as ConversationEvent);
  }
  /** An agent's own act: routing is asked for the place first (architecture.md section 4). */
  joins(chat: Chat, agentId: string, role: 'PRIMARY' | 'ASSISTANT' = 'PRIMARY'): void {
    const { conversationId } = chat.state;
    const { workflowId } = chat;
    this.leases.signs(agentId);
    const taskId = this.newTaskId();
    const place = { taskId, conversationId, workflowId, agentId, mrdId: 'chat' };
    const taken = this.route({
      type: 'takePlace',
      place: { ...place, kind: 'JOIN', counts: true, letIn: false, request: null },
    });
    if (taken.refused) return;
    this.log.push({ type: 'joined', agentId, conversationId });
    const request = { actor: agent(agentId), agent: joining(agentId), role, taskId };
    this.calls.push({ chat, event: { type: 'joinAs', request: { conversationId, ...request } } });
  }
  handsOver(
    chat: Chat,
    type: HandOverKind,
    by: string,
    to: HandOver['to'],
    kind: 'COLD' | 'WARM' | null,
    supervisor = false,
  ): void {
    const queue = 'queueId' in to ? this.queue : null;
    this.request(chat, type, { actor: agent(by, supervisor), to, kind, note: null, queue });
  }
  agentActs(event: RoutingEvent): RoutingDecided {
    const own = event.type === 'setAgentState' ? event.by.id === event.agentId : true;
    if ('agentId' in event && own) this.leases.signs(event.agentId);
    return this.route(event);
  }
  /** The customer of `chat` is merged into the customer of another, both with a conversation that goes on (domain.md 10.3). */
  merges(chat: Chat, into: Chat): void {
    const fit = [chat, into].every(
      ({ state, handing, forward }) =>
        state.lastSeq > 0 && state.closingAt === null && handing === null && forward === null,
    );
    // Two merges of one customer follow each other.
    if (chat === into || !fit || movesIn(chat) || movesIn(into) || chat.asking) return;
    const moved = this.handsOverOf(chat);
    this.truth.set(chat.state.conversationId, movedOut(chat.state));
    chat.handing = { into, moved };
    into.mail.push({ type: 'sessionsMovedIn', moved });
  }
  /** What moves; a test may have something forgotten. */
  protected handsOverOf(chat: Chat): SessionsMovedIn {
    return movedOut(chat.state);
  }

  /** An agent's stream opens. Of an agent whose stream never came the lease has no end. */
  connects(agentId: string): void {
    this.leases.connects(agentId);
  }
  /** The stream breaks, without a logout. */
  disconnects(agentId: string): void {
    this.leases.disconnects(agentId);
  }
  /** Routing misses its look at presence. */
  protected blink(): void {
    this.leases.blink();
  }
}
