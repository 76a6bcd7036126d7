import { passedDeadlines } from '../../../domain/conversation/deadlines';
import type { ConversationEvent, SessionsMovedIn } from '../../../domain/conversation/events';
import { hasPrimaryAgent, isWaiting, requestIsOpen } from '../../../domain/conversation/facts';
import type { ForRouting } from '../../../domain/conversation/for-routing';
import { nextDue } from '../../../domain/routing/due';
import { type Chat, homeOf, isBusy, movesIn, requestOf, routingEventOf } from './chat';
import { numberOf, RoutedCore } from './core';
import { noteOfRest } from './notes';

/** What is on its way arrives, each sender's in order, and time goes by: when, the test says. */
export class RoutedMail extends RoutedCore {
  /** The next signal of a conversation reaches routing. */
  deliverPost(chat: Chat): void {
    const signal = chat.post.shift();
    if (!signal) return;
    if (signal.name === 'taskMoved') this.placeMoves(signal.payload);
    else this.route(routingEventOf(signal));
  }
  /** The next signal of routing reaches the conversation, unless that waits for routing itself. */
  deliverMail(chat: Chat): void {
    const [event] = chat.mail;
    if (isBusy(chat) || !event) return;
    if (event.type === 'sessionsMovedIn') {
      if (chat.state.state === 'CLOSING') this.closes(chat);
      if (!this.isOpenOrOpens(chat)) return;
      this.noteMovedIn(chat, event.moved);
      chat.mail.shift();
      this.take(chat, event);
      return;
    }
    chat.mail.shift();
    if (event.type === 'customerMessage' || event.type === 'channelSessionEnded') {
      this.writesTo(chat, event);
      return;
    }
    const over = chat.state.state === 'CLOSED' && chat.post.length === 0;
    const { conversationId } = event.type === 'taskChanged' ? event.news : requestOf(event);
    if (over) this.route({ type: 'conversationGone', conversationId });
    else this.take(chat, event);
  }
  /** The API tells the conversation that an agent joins. */
  deliverCall(n: number): void {
    const [call] = this.calls.splice(n, 1);
    if (call) this.arrives(call.chat, call.event);
  }
  /** Routing is asked; `lost`: it does as it is asked and the answer does not come. */
  routingAnswers(chat: Chat, lost = false): void {
    const { asking } = chat;
    if (!asking) return;
    const answer = this.route({ type: 'takePlace', place: asking.place });
    asking.answer = lost ? 'lost' : answer;
  }
  /** The conversation has the answer, or has waited long enough. */
  answerArrives(chat: Chat): void {
    const { asking } = chat;
    if (!asking) return;
    chat.asking = null;
    const { answer, event, place } = asking;
    const result = answer && answer !== 'lost' && !answer.refused ? answer.result : undefined;
    if (result && 'offerExpiresAt' in result) {
      const request = { ...event.request, offer: result };
      if (this.apply(chat, { ...event, request }).refused) this.cancels(chat, place.taskId);
    } else this.cancels(chat, place.taskId);
    for (let next = chat.inbox.shift(); next; next = chat.inbox.shift()) {
      this.take(chat, next);
      if (chat.asking) return;
    }
  }
  /** The merged conversation hears that its news is on its way: it ends, and what waited belongs to the survivor. */
  mergeGoesOn(chat: Chat): void {
    const { handing } = chat;
    if (!handing) return;
    chat.handing = null;
    chat.forward = handing.into;
    const { conversationId, customer } = handing.into.state;
    const into = { intoConversationId: conversationId, intoCustomerId: customer.id };
    this.apply(chat, { type: 'mergedAway', ...into });
    for (let next = chat.inbox.shift(); next; next = chat.inbox.shift())
      if (next.type === 'customerMessage') this.writesTo(homeOf(chat), next);
      else this.take(chat, next);
  }

  /** Housekeeping of CLOSING. */
  closes(chat: Chat): void {
    if (chat.state.state !== 'CLOSING' || isBusy(chat)) return;
    this.apply(chat, { type: 'closingProceeds' });
    const count = chat.state.lastSeq;
    this.apply(chat, { type: 'sealed', count, headHash: 'h', archive: 'VERIFIED' });
  }

  /** As workflows/routing/workflow.ts does it. */
  looksAtPresence(): void {
    const { lapsed, back } = this.leases.look(this.routing);
    if (lapsed.length > 0) this.route({ type: 'presenceLost', agentIds: lapsed });
    if (back.length > 0) this.route({ type: 'presenceBack', agentIds: back });
  }

  /** Lets time pass; everything that is due happens at its time, save where a conversation waits for routing. */
  passes(seconds: number): void {
    const until = this.now + seconds * 1000;
    for (;;) {
      const due = nextDue(this.routing);
      const chat = this.earliest();
      const chatAt = chat?.dueAt ? Date.parse(chat.dueAt) : Number.POSITIVE_INFINITY;
      const at = Math.min(due?.at ?? Number.POSITIVE_INFINITY, chatAt, this.leases.dueAt);
      if (at > until) break;
      this.now = Math.max(this.now, at);
      this.leases.noteAbsent();
      if (this.leases.dueAt <= at) this.looksAtPresence();
      else if (chat && chatAt === at) this.fire(chat);
      else this.route({ type: 'due' });
    }
    this.now = until;
    this.leases.noteAbsent();
  }

  /** Nothing is on its way. */
  get isAtRest(): boolean {
    const busy = (chat: Chat) => chat.post.length + chat.mail.length > 0 || isBusy(chat);
    return this.calls.length === 0 && !this.runs.some(busy);
  }
  /** Delivers everything, in turn, until nothing is on its way. Then both sides must have the same. */
  rests(): void {
    while (!this.isAtRest) {
      while (this.calls.length > 0) this.deliverCall(0);
      for (const chat of this.runs) {
        if (chat.asking && !chat.asking.answer) this.routingAnswers(chat);
        this.answerArrives(chat);
        this.mergeGoesOn(chat);
        while (chat.post.length > 0) this.deliverPost(chat);
        for (let left = chat.mail.length; left > 0 && !isBusy(chat); left -= 1)
          this.deliverMail(chat);
      }
    }
    this.log.push(
      noteOfRest(
        this.routing,
        this.runs.map(({ state }) => state),
      ),
    );
  }

  protected writesTo(chat: Chat, event: ConversationEvent): void {
    // Messages of a merged customer follow the sessions that move in, which are on their way there before.
    if (movesIn(chat)) chat.mail.push(event);
    else if (chat.state.state !== 'CLOSING' && this.isOpenOrOpens(chat)) this.arrives(chat, event);
  }
  /** The next conversation of the customer. False while the old run still has to tell routing something. */
  protected isOpenOrOpens(chat: Chat): boolean {
    if (chat.state.state !== 'CLOSED') return true;
    if (chat.post.length > 0) return false;
    chat.state = this.opened(numberOf(chat));
    return true;
  }

  protected fire(chat: Chat): void {
    const [name] = passedDeadlines(chat.state, this.iso);
    if (name === 'closing') this.closes(chat);
    else if (name !== undefined) this.apply(chat, { type: 'deadlinePassed', name });
  }
  private earliest(): Chat | undefined {
    let first: Chat | undefined;
    for (const chat of this.runs)
      if (chat.dueAt && !isBusy(chat) && (!first?.dueAt || chat.dueAt < first.dueAt)) first = chat;
    return first;
  }
  private placeMoves(news: Extract<ForRouting, { readonly name: 'taskMoved' }>['payload']): void {
    const { agentId, taskId, conversationId } = news;
    const places = () => [...(this.routing.agents.get(agentId)?.places.values() ?? [])];
    const before = places().find((it) => it.taskId === taskId || it.earlier.includes(taskId));
    if (before) this.log.push({ type: 'freed', agentId, conversationId: before.conversationId });
    this.route({ type: 'taskMoved', ...news });
    if (places().some((place) => place.conversationId === conversationId))
      this.log.push({ type: 'joined', agentId, conversationId });
  }
  /** A request that moves in goes on unless somebody is here, comes along, or is looked for. */
  private noteMovedIn({ state }: Chat, { fromConversationId }: SessionsMovedIn): void {
    const { tasks, participants } = this.truth.get(fromConversationId) ?? NOTHING_MOVED;
    const waits = tasks.find((task) => isWaiting(task) && task.direction === 'INBOUND');
    const cared =
      state.closingAt === null &&
      (hasPrimaryAgent(state) ||
        requestIsOpen(state) ||
        participants.some(({ role }) => role === 'PRIMARY'));
    if (waits && !cared) this.log.push({ type: 'movedIn', taskId: waits.id });
  }
}

const NOTHING_MOVED: Pick<SessionsMovedIn, 'tasks' | 'participants'> = {
  tasks: [],
  participants: [],
};
