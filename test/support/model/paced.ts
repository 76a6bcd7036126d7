import type { SessionEnded } from '../../../domain/conversation/channel-events';
import { passedDeadlines } from '../../../domain/conversation/deadlines';
import { leavesTrace, whyNot } from '../../../domain/conversation/decide';
import type { Decision } from '../../../domain/conversation/effects';
import type { ConversationEvent } from '../../../domain/conversation/events';
import type { ConversationState } from '../../../domain/conversation/model';
import { nextDue } from '../../../domain/routing/due';
import type { RoutingEvent } from '../../../domain/routing/events';
import type { RoutingDecided } from '../../../domain/routing/routing';
import { type Chat, homeOf, isBusy, isNamedHandOver } from '../routed/chat';
import type { Act, ConversationName, Deed, Standing } from './acts';
import { ModelEngine } from './engine';
import type { Receipt } from './ledger';
import type { Answer } from './provider';
import { SLACK_MS, SLOWER } from './slow';

/** Between one act and the next, ms. */
const BEAT_MS = 5_000;
/** After which whatever waited for the archive has been tried again, ms. */
const ARCHIVE_TRIED_MS = 20_000;
const HOLD_SECONDS = 30 * SLOWER;
/** In the ids of messages that were named by whoever wrote them. */
const GIVEN_ID = 'msg_out';
/** Requests of one run that are refused. */
const REFUSED_MAX = 4;

interface Due {
  readonly at: number;
  /** What it is, without whose. */
  readonly kind: string;
  readonly of: string;
  readonly fires: () => void;
}

/**
 * The engine of level 1 as the workflows of level 2 run: all that one act brings about is done before the next, and no deadline is near
 * when somebody acts. It keeps what was done, for level 2 to do the same.
 */
export class PacedEngine extends ModelEngine {
  readonly acts: Act[] = [];
  /** Why level 2 might come to another end: deadlines so near to each other that slack decides their order. */
  readonly tight: string[] = [];
  protected override readonly queue = {
    agentSlaSeconds: 120 * SLOWER,
    reservationSeconds: 20 * SLOWER,
    mrdId: 'chat',
    agentSlaThresholds: [],
  };
  private readonly begunAt = this.now;
  private answer: Answer = 'ok';
  private last: Due | null = null;
  private fired = false;
  private refused = 0;
  private verdict: string | null = null;
  /** Conversations by their ids, in the order of their beginnings. */
  private readonly names = new Map<string, ConversationName>();

  override receives(...[chat, message, settings]: Parameters<ModelEngine['receives']>): void {
    const home = homeOf(chat);
    const known = this.archive.homeOfKey(message.channelId, message.eventKey);
    // What is archived the api answers; a repeat that overtakes the archive comes to the conversation that has the message.
    if (known !== undefined && (known !== home.state.conversationId || !isOpen(home))) return;
    this.does({ does: 'writes', customer: customerOf(home), message }, () =>
      super.receives(chat, message, settings),
    );
  }
  protected override sessionEnds(home: Chat, session: SessionEnded): void {
    if (!isOpen(home)) return;
    this.does({ does: 'leaves', customer: customerOf(home), session }, () =>
      super.sessionEnds(home, session),
    );
  }
  override agentActs(event: RoutingEvent): RoutingDecided {
    const deed = this.deedOf(event);
    if (!deed) return super.agentActs(event); // there is no such offer
    return this.does(deed, () => super.agentActs(event));
  }
  override request(chat: Chat, type: ConversationEvent['type'], given: object): void {
    const conversation = this.named(chat);
    if (!conversation || !isOpen(chat)) return;
    const request = type === 'hold' ? { ...given, seconds: HOLD_SECONDS } : { ...given };
    const about = { conversationId: chat.state.conversationId, ...request };
    const event = { type, request: about } as unknown as ConversationEvent;
    if (this.isRefusedOnceMore(chat.state, event)) return;
    const asked = isNamedHandOver(event, chat.state);
    this.does(
      () => ({
        ...{ does: 'asks', conversation, type, request },
        refusal: asked ? ROUTING_DECIDES : this.verdict,
      }),
      () => super.request(chat, type, request),
    );
  }
  override joins(chat: Chat, agentId: string, role: 'PRIMARY' | 'ASSISTANT' = 'PRIMARY'): void {
    const conversation = this.named(chat);
    if (!conversation || !isOpen(chat)) return;
    const taskId = `tsk_own${this.count + 1}`;
    this.does({ does: 'joins', conversation, agentId, role, taskId }, () =>
      super.joins(chat, agentId, role),
    );
  }
  override merges(chat: Chat, into: Chat): void {
    const [from, to] = [this.named(chat), this.named(into)];
    if (!from || !to || chat === into || !isOpen(chat) || !isOpen(into)) return;
    if (chat.state.closingAt !== null || into.state.closingAt !== null) return;
    this.does({ does: 'merges', from, into: to }, () => super.merges(chat, into));
  }
  override archiveGoes(down: boolean): void {
    if (down === this.archive.isDown) return;
    const wait = down ? BEAT_MS : ARCHIVE_TRIED_MS;
    this.does(
      { does: 'the archive', is: down ? 'down' : 'back' },
      () => super.archiveGoes(down),
      wait,
    );
  }
  /** Of messages that a person or bot wrote: notices have ids that each level makes for itself. */
  override hears(receipt: Receipt): void {
    const { partId, providerMessageId } = receipt;
    if (!(partId ?? providerMessageId)?.includes(GIVEN_ID)) return;
    this.does({ does: 'hears', receipt }, () => super.hears(receipt));
  }
  /** From now on every call is answered so. */
  override providerAnswers(answer: Answer): void {
    if (answer === this.answer) return;
    this.does({ does: 'the provider', answers: answer }, () => {
      this.answer = answer;
    });
  }
  /** Longer outages make the workflows try very often. */
  override passes(seconds: number): void {
    this.goesOnTo(
      this.now + (this.archive.isDown ? Math.min(seconds, 60) : seconds) * 1000 * SLOWER,
    );
  }
  override rests(): void {
    // All is at rest after each act.
  }
  /** The last look. */
  over(): void {
    this.does({ does: 'nothing' }, () => undefined);
  }

  protected override opened(n: number): ConversationState {
    const state = super.opened(n);
    const begun = [...this.names.values()].filter((name) => name.startsWith(`cus_${n}/`));
    this.names.set(state.conversationId, `cus_${n}/${begun.length + 1}`);
    return state;
  }
  protected override apply(chat: Chat, event: ConversationEvent): Decision {
    const decision = super.apply(chat, event);
    this.verdict = decision.refused?.code ?? null;
    return decision;
  }

  /** The timelines, by name. */
  get timelines(): ReadonlyMap<ConversationName, readonly object[]> {
    return new Map(
      [...this.archive.timelines()].flatMap(([id, entries]) => {
        const name = this.names.get(id);
        return name && entries.length > 0 ? [[name, entries] as const] : [];
      }),
    );
  }

  private does<T>(deed: Deed | (() => Deed), act: () => T, beat = BEAT_MS): T {
    this.calmsDown();
    const at = this.now - this.begunAt;
    const given = this.standing();
    const later = this.fired;
    this.fired = false;
    const result = act();
    const done = typeof deed === 'function' ? deed() : deed;
    this.settles();
    this.acts.push({ at, later, deed: done, given, reached: this.standing() });
    this.goesOnTo(this.now + beat);
    return result;
  }
  /** Most of what is asked at random is refused, and that is soon seen. */
  private isRefusedOnceMore(state: ConversationState, event: ConversationEvent): boolean {
    if (leavesTrace(state, event) || !whyNot(state, event, this.iso)) return false;
    this.refused += 1;
    return this.refused > REFUSED_MAX;
  }
  private deedOf(event: RoutingEvent): Deed | null {
    if (event.type === 'setAgentState') {
      const { agentId, state, by } = event;
      return { does: 'sets', agentId, state, by };
    }
    if (event.type !== 'accept' && event.type !== 'decline') return null;
    const about = this.routing.waiting.get(event.taskId)?.conversationId;
    const conversation = about === undefined ? undefined : this.names.get(about);
    const { agentId } = event;
    return conversation ? { does: 'answers', answer: event.type, agentId, conversation } : null;
  }
  private named(chat: Chat): ConversationName | undefined {
    return this.names.get(chat.state.conversationId);
  }

  private standing(): Standing {
    const { delivered, ends } = this.provider;
    return {
      entries: Object.fromEntries(
        [...this.timelines].map(([name, entries]) => [name, entries.length]),
      ),
      calls: delivered.calls,
      failed: [...ends.values()].filter((end) => end === 'failed').length,
    };
  }

  /** Whatever may go on goes on. */
  private settles(): void {
    for (let before = ''; before !== this.mark(); ) {
      before = this.mark();
      for (const chat of this.runs) this.closes(chat);
      super.rests();
      while (this.provider.answers(this.answer, 0, (id) => this.archive.seqOf(id))) {
        // Each that may go now.
      }
    }
  }
  private mark(): string {
    const chats = this.runs.map(
      ({ state }) => `${state.conversationId} ${state.state} ${state.lastSeq}`,
    );
    return [...chats, this.provider.delivered.calls].join();
  }

  /** Until no deadline was near a moment ago or will be in a moment. */
  private calmsDown(): void {
    for (let tries = 0; tries < 200; tries += 1) {
      const after = (this.last?.at ?? Number.NEGATIVE_INFINITY) + SLACK_MS;
      const next = this.nextDue()?.at ?? Number.POSITIVE_INFINITY;
      if (this.now >= after && next > this.now + SLACK_MS) return;
      this.goesOnTo(Math.max(after, next <= this.now + SLACK_MS ? next : 0));
    }
    this.tight.push('never calm');
  }
  private goesOnTo(until: number): void {
    for (let due = this.nextDue(); due && due.at <= until; due = this.nextDue()) {
      this.now = Math.max(this.now, due.at);
      const before = this.mark();
      due.fires();
      this.settles();
      this.fired = true;
      if (before !== this.mark()) this.notes(due);
      this.last = { ...due, at: this.now };
    }
    this.now = Math.max(this.now, until);
  }
  private notes(due: Due): void {
    const { last } = this;
    const near = last !== null && this.now - last.at < SLACK_MS;
    if (near && last.kind !== due.kind && last.of !== due.of)
      this.tight.push(`${last.kind} of ${last.of}, ${due.kind} of ${due.of}`);
  }

  private nextDue(): Due | null {
    return [...this.dues()].sort((a, b) => a.at - b.at)[0] ?? null;
  }
  private *dues(): Iterable<Due> {
    for (const chat of this.runs) {
      const { conversationId, state } = chat.state;
      const grace = this.graces.get(conversationId);
      const of = conversationId;
      if (state === 'CLOSING' && grace !== undefined && this.provider.waitsFor(conversationId))
        yield { at: grace, kind: 'grace', of, fires: () => undefined };
      if (state === 'CLOSING' || !chat.dueAt || isBusy(chat)) continue;
      const names = passedDeadlines(chat.state, chat.dueAt);
      const kind = names[0]?.split(':')[0] ?? '';
      const fires = () => {
        if (ofSeveral(names)) this.tight.push(`${names} of ${of}`);
        this.fire(chat);
      };
      yield { at: Date.parse(chat.dueAt), kind, of, fires };
    }
    const routed = nextDue(this.routing);
    if (routed) {
      const kind = routed.name.split(':')[0] ?? '';
      yield { at: routed.at, kind, of: 'routing', fires: () => void this.route({ type: 'due' }) };
    }
    const at = this.provider.dueAt;
    if (Number.isFinite(at)) yield { at, kind: 'send', of: 'provider', fires: () => undefined };
  }
}

/**
 * Deadlines of one instant pass in the order of their names (domain.md 5.1). After a merge the ids in them are of two conversations, and
 * which comes first is each level's own.
 */
function ofSeveral(names: readonly string[]): boolean {
  return new Set(names.flatMap((name) => name.split(':')[1]?.split('-')[0] ?? [])).size > 1;
}

/** What is answered then is routing's business, and not compared. */
export const ROUTING_DECIDES = 'routing decides';

const customerOf = ({ workflowId }: Chat): string => workflowId.slice('conversation:'.length);
const isOpen = ({ state }: Chat): boolean => state.lastSeq > 0 && state.state !== 'CLOSED';
