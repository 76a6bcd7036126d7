import { bots } from '@bots';
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { RequestAgent } from '../../domain/conversation/acts';
import { nextDeadline, passedDeadlines } from '../../domain/conversation/deadlines';
import { decide } from '../../domain/conversation/decide';
import type { Decision, Effect } from '../../domain/conversation/effects';
import type { ConversationEvent } from '../../domain/conversation/events';
import type { ConversationState } from '../../domain/conversation/model';
import type { Projection } from '../../domain/conversation/projection';
import { type Conversation, toConversation } from '../../domain/conversation/view';
import { attributesOf, openRequest } from '../search-attributes';
import { Archive } from './archive';
import { BotRoster } from './bot-roster';
import { HookRunner } from './hooks';
import type { Carried } from './messages';
import { Outbox } from './outbox';
import { alertIfOverdue } from './overdue';
import { RequestDesk } from './request-desk';
import { RoutingPost } from './routing-post';

/** Decisions that `explain` shows; older ones are on the timeline. */
const EXPLAINED_DECISIONS = 50;
/** Turns of the microtask queue in which code that was woken shows a sign of life: an `await` of one of our calls takes three. */
const SETTLE_TURNS = 6;

/** Where the conversation's own workflow runs: its views name it also while `closing:<id>` finishes it. */
export interface Home {
  readonly workflowId: string;
  readonly runId: string;
}

/**
 * One conversation while it is worked on: the pure state, and the three things that act on its effects: archive, outbox, hooks.
 * `apply` is the only way in.
 */
export class ConversationRun {
  readonly archive: Archive;
  readonly outbox: Outbox;
  readonly hooks: HookRunner;
  readonly routing: RoutingPost;
  private readonly requests: RequestDesk;
  /** `decide` asked for it: the `closing` deadline came, or an operator ordered the end of a stuck closing. */
  closingRetry: { readonly forced: boolean } | null = null;
  readonly decisions: { readonly at: string; readonly event: string; readonly outcome: string }[] =
    [];
  private effects: Effect[] = [];
  private working = false;
  private waits = 0;
  /** Grows whenever something moved on: the loop waits for it. */
  progress = 0;
  /** How far the housekeeping of CLOSING is. */
  readonly closingSteps = { proceeded: false, refused: false, graceUntil: '' };
  private shown: string | null = null;

  constructor(
    private current: ConversationState,
    carried: Pick<Carried, 'unarchived' | 'head' | 'sends' | 'pendingHooks' | 'routingNews'>,
    readonly home: Home,
    mayStart: () => boolean,
  ) {
    this.archive = new Archive(
      { conversationId: current.conversationId },
      carried.unarchived,
      carried.head,
      () => this.projection(),
      () => this.current.customer.id,
      () => this.moved(),
    );
    this.outbox = new Outbox(
      carried.sends,
      () => this.current,
      (messageId, reasonCode) => void this.apply({ type: 'sendFailed', messageId, reasonCode }),
      () => this.moved(),
    );
    this.routing = new RoutingPost(home.workflowId, () => this.current, carried.routingNews);
    const host = {
      state: () => this.current,
      apply: (event: ConversationEvent) => this.apply(event),
      nextWait: () => this.nextWait(),
      place: (request: RequestAgent) => this.requests.add(request),
    };
    this.requests = new RequestDesk(host);
    const roster = new BotRoster(bots, host, () => this.moved());
    this.hooks = new HookRunner(host, roster, mayStart, carried.pendingHooks, () => this.moved());
  }

  get state(): ConversationState {
    return this.current;
  }
  get closing(): boolean {
    return this.current.state === 'CLOSING';
  }
  /** No conversation has begun. */
  get blank(): boolean {
    return this.current.lastSeq === 0;
  }
  get closed(): boolean {
    return this.current.state === 'CLOSED';
  }

  /** Decides about one event and does what follows, in order; what the effects cause in turn is done before it returns. */
  apply(event: ConversationEvent): Decision {
    this.moved();
    const decision = decide(this.current, event, this.now());
    this.current = decision.state;
    this.archive.add(decision.entries);
    this.explain(event, decision);
    this.effects.push(...decision.effects);
    this.work();
    return decision;
  }

  /** Fires every deadline that has passed, in the order of domain.md 5.1. */
  fireDeadlines(): void {
    for (let name = this.passed(); name !== undefined; name = this.passed())
      this.apply({ type: 'deadlinePassed', name });
  }

  /** Starts whatever may start now: waiting hooks, sends whose entries are archived. */
  pump(maySend: boolean): void {
    this.hooks.advance();
    this.hooks.armLimits();
    if (maySend) this.outbox.pump(this.archive.confirmed.seq);
  }

  /** Goes on with a closing that another run began: its sessions have ended, its hook had its say. */
  resumeClosing(): void {
    this.hooks.cutClosingShort();
    this.beginGrace();
  }

  /**
   * A retry was asked for and nothing stands before the seal any more. While the closing hook speaks, sends are waited for or MongoDB
   * is down, whatever ends that moves the loop on; to go round at once would go round for ever.
   */
  get sealIsDue(): boolean {
    return (
      this.closing &&
      this.closingRetry !== null &&
      this.closingSteps.proceeded &&
      this.outbox.idle &&
      this.archive.waitingEntries.length === 0
    );
  }

  /** From now on accepted sends are waited for, but not for ever. */
  beginGrace(): void {
    const seconds = this.current.settings?.closingSendGraceSeconds ?? 30;
    this.closingSteps.proceeded = true;
    this.closingSteps.graceUntil = new Date(Date.now() + seconds * 1000).toISOString();
  }

  /** The earliest thing that only time brings. */
  nextDue(): { readonly name: string; readonly dueAt: string } | null {
    const now = this.now();
    const grace =
      this.closing && !this.outbox.idle
        ? { name: 'closingSendGrace', dueAt: this.closingSteps.graceUntil }
        : null;
    // What is past and still waits cannot go on by time: something else holds it up and will move it.
    const ours = [this.outbox.nextDue(), grace].filter((due) => due !== null && due.dueAt > now);
    const dues = [nextDeadline(this.current), ...ours].filter((due) => due !== null);
    return dues.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))[0] ?? null;
  }

  /** {@link settle} would do something. */
  get unsettled(): boolean {
    return !this.hooks.atRest || !this.requests.empty;
  }

  /**
   * Lets the authors' code run on until it waits and places what asks for a human, so that all of it goes into the same archive
   * batch. Worth calling only while {@link unsettled}: each turn is a promise, and each promise costs the sandbox a stack trace.
   */
  async settle(): Promise<void> {
    await this.letHooksRun();
    while (!this.requests.empty) {
      await this.requests.placeNext();
      await this.letHooksRun();
    }
  }

  private async letHooksRun(): Promise<void> {
    for (let before = -1; before !== this.progress && !this.hooks.atRest; ) {
      before = this.progress;
      for (let turn = 0; turn < SETTLE_TURNS; turn += 1) await Promise.resolve();
    }
  }

  /** A flush would do something. */
  get flushable(): boolean {
    return this.archive.flushable || this.routing.waits || this.shown !== standingOf(this.current);
  }

  /** Writes what waits for the archive, tells routing, and shows operators where the conversation stands when that changed. */
  flush(): Promise<unknown> {
    const standing = standingOf(this.current);
    if (this.shown !== standing && this.current.lastSeq > 0) {
      this.shown = standing;
      upsertSearchAttributes(attributesOf(this.current));
    }
    // Most batches are for the archive alone: one promise instead of four.
    if (!this.routing.waits) return this.archive.flush();
    return Promise.all([this.archive.flush(), this.routing.flush()]);
  }

  view(): Conversation {
    return toConversation(this.current, this.home);
  }

  carry(): Pick<
    Carried,
    'state' | 'unarchived' | 'head' | 'sends' | 'pendingHooks' | 'routingNews'
  > {
    return {
      state: this.current,
      unarchived: this.archive.waitingEntries,
      head: this.archive.confirmed,
      sends: this.outbox.carried,
      pendingHooks: this.hooks.carried,
      routingNews: this.routing.carried,
    };
  }

  private passed(): string | undefined {
    return passedDeadlines(this.current, this.now())[0];
  }

  private now(): string {
    return new Date(Date.now()).toISOString();
  }

  private moved(): void {
    this.progress += 1;
  }

  private nextWait(): number {
    this.waits += 1;
    return this.waits;
  }

  private work(): void {
    if (this.working) return; // an effect's own events are taken up by the loop below
    this.working = true;
    try {
      for (let effect = this.effects.shift(); effect; effect = this.effects.shift())
        this.perform(effect);
    } finally {
      this.working = false;
    }
  }

  private perform(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        this.outbox.add(effect);
        return;
      case 'routing':
        this.routing.add(effect.news);
        return;
      case 'notifyAgents':
        this.routing.notify(effect);
        return;
      case 'closingRetry':
        this.closingRetry = { forced: effect.forced || this.closingRetry?.forced === true };
        alertIfOverdue(this.current, Date.now());
        this.archive.retry();
        return;
      default:
        this.hooks.handle(effect);
        return;
    }
  }

  private explain(event: ConversationEvent, decision: Decision): void {
    const outcome = decision.refused
      ? `refused ${decision.refused.code}: ${decision.refused.detail}`
      : decision.entries.map(({ entry }) => entry.type).join(', ') || 'no entry';
    const what = event.type === 'deadlinePassed' ? `${event.type} ${event.name}` : event.type;
    this.decisions.push({ at: this.now(), event: what, outcome });
    if (this.decisions.length > EXPLAINED_DECISIONS) this.decisions.shift();
  }

  private projection(): Projection {
    const state = this.current;
    const { counters } = state;
    const view = this.view();
    const scheduledMessages = view.scheduledMessages.map(({ messageId, sendAt }) => ({
      messageId,
      sendAt,
    }));
    return {
      conversation: { ...view, scheduledMessages },
      closeReason: state.closeReason,
      firstChannelId: state.settings?.channelId ?? null,
      botId: state.settings?.bot?.id ?? null,
      lastAgentId: state.lastAgentId,
      counters: { ...counters },
      firstAgentResponseSeconds: state.firstAgentResponseSeconds,
      lastCustomerMessageAt: state.lastCustomerMessageAt,
      waitingSince: openRequest(state)?.waitingSince ?? null,
      hookWantsReceipts: this.hooks.wantsReceipts(state),
    };
  }
}

/** This run as the conversation's home. */
export function homeOfThisRun(): Home {
  const { workflowId, runId } = workflowInfo();
  return { workflowId, runId };
}

/**
 * What operators list conversations by. Search attributes are written when it changes, never per message: a request for a human
 * changes no state, and who waits longest is the first thing that an operator asks.
 */
function standingOf(state: ConversationState): string {
  return `${state.state} ${openRequest(state)?.id ?? ''}`;
}
