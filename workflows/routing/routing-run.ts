import type { TaskChanged } from '../../domain/conversation/events';
import { type CarriedRouting, carry, restore } from '../../domain/routing/carry';
import { nextDue } from '../../domain/routing/due';
import type { RoutingEffect } from '../../domain/routing/effects';
import type { RoutingEvent } from '../../domain/routing/events';
import type { RoutingConfig } from '../../domain/routing/model';
import { decideRouting, type RoutingDecided } from '../../domain/routing/routing';
import { emptyState, type RoutingState } from '../../domain/routing/state';
import { type AgentStatus, statusOf } from '../../domain/routing/status';
import { iso } from '../../domain/routing/turn';
import type {
  AgentEvent,
  AgentStateChange,
  RoutingDecision,
  RoutingNews,
} from '../../infra/stores/routing';
import { agentLeftSignal, taskChangedSignal } from '../conversation/messages';

/** A signal that waits to be sent to a conversation. */
export interface Outgoing {
  readonly workflowId: string;
  readonly conversationId: string;
  readonly signal: { readonly name: string; readonly payload: unknown };
}

/** Signals of one publication: a flush may end thousands of requests. */
const SIGNALS_AT_ONCE = 500;
/** What waits while MongoDB is down is bounded; the oldest goes first. Presence, offers and state are read anew by whoever connects. */
const NEWS_KEPT = 5_000;

/** One routing domain while it is worked on: the pure state, and what waits to be told. `apply` is the only way in. */
export class RoutingRun {
  readonly state: RoutingState;
  private readonly signals: Outgoing[] = [];
  private events: AgentEvent[] = [];
  private decisions: RoutingDecision[] = [];
  private states: AgentStateChange[] = [];
  private readonly touched = new Set<string>();
  /** How agents were logged out, until it is stored: the state knows nothing of them any more. */
  private readonly leftAs = new Map<string, Pick<AgentStatus, 'reason' | 'since'>>();
  /** The next look at presence leases, ms; null while nobody is to be looked for. */
  presenceDueAt: number | null = null;
  /** Since when leases can be read again after an outage, ms: everybody has a full lease from then. */
  leasesSince = 0;
  /** The configuration is to be read again. */
  configurationIsOld = false;
  /** When storing is tried again after MongoDB did not answer, ms. */
  storeAgainAt: number | null = null;

  /** `begunAt`: when the domain's first run began, ms: where its news are numbered from. */
  constructor(config: RoutingConfig, carried: CarriedRouting | null, begunAt: number) {
    this.state = carried
      ? restore(carried, config, Date.now())
      : { ...emptyState(config), n: begunAt };
    if (this.state.agents.size > 0) this.presenceDueAt = Date.now();
    for (const agentId of this.state.agents.keys()) this.touched.add(agentId);
  }

  apply(event: RoutingEvent): RoutingDecided {
    const now = Date.now();
    const decided = decideRouting(this.state, event, now);
    for (const agentId of decided.touched) {
      this.touched.add(agentId);
      if (this.state.agents.get(agentId)?.leased) this.presenceDueAt ??= now + FIRST_LOOK_MS;
    }
    for (const effect of decided.effects) this.keep(effect, iso(now));
    return decided;
  }

  /** An agent as routing has it; of one logged out just now also why and since when. */
  statusOf(agentId: string): AgentStatus {
    return { ...statusOf(this.state, agentId), ...this.leftAs.get(agentId) };
  }

  /** The earliest thing that only time brings; `dueAt` ISO UTC. */
  nextDue(): { readonly name: string; readonly dueAt: string } | null {
    const own = [
      nextDue(this.state),
      this.presenceDueAt === null ? null : { name: 'presence', at: this.presenceDueAt },
      this.storeAgainAt === null ? null : { name: 'store', at: this.storeAgainAt },
    ].filter((due) => due !== null);
    const [first] = own.sort((a, b) => a.at - b.at);
    return first ? { name: first.name, dueAt: iso(first.at) } : null;
  }

  get hasNews(): boolean {
    if (this.signals.length > 0) return true;
    const stores =
      this.touched.size + this.events.length + this.decisions.length + this.states.length > 0;
    return stores && (this.storeAgainAt === null || this.storeAgainAt <= Date.now());
  }

  /** What is to be published next. What is taken is forgotten with {@link published}. */
  publication(): { readonly signals: readonly Outgoing[]; readonly news: RoutingNews } {
    const agents = [...this.touched].map((agentId) => {
      this.state.n += 1;
      return { ...this.statusOf(agentId), n: this.state.n };
    });
    const told = agents.map(({ n, ...status }) => ({
      n,
      agentId: status.agentId,
      type: 'STATE' as const,
      at: iso(Date.now()),
      data: { ...status },
    }));
    this.touched.clear();
    this.events.push(...told);
    return {
      signals: this.signals.slice(0, SIGNALS_AT_ONCE),
      news: {
        agents,
        events: [...this.events],
        decisions: [...this.decisions],
        states: [...this.states],
      },
    };
  }

  published(
    { signals, news }: { readonly signals: readonly Outgoing[]; readonly news: RoutingNews },
    { gone, stored }: { readonly gone: readonly string[]; readonly stored: boolean },
  ): void {
    this.signals.splice(0, signals.length);
    if (stored) {
      this.storeAgainAt = null;
      this.events = this.events.slice(news.events.length);
      this.decisions = this.decisions.slice(news.decisions.length);
      this.states = this.states.slice(news.states.length);
      this.leftAs.clear();
    } else {
      this.storeAgainAt = Date.now() + STORE_AGAIN_MS;
      for (const { agentId } of news.agents) this.touched.add(agentId);
      this.events = this.events.filter(({ type }) => type !== 'STATE').slice(-NEWS_KEPT);
      this.decisions = this.decisions.slice(-NEWS_KEPT);
      this.states = this.states.slice(-NEWS_KEPT);
    }
    for (const conversationId of gone) this.apply({ type: 'conversationGone', conversationId });
  }

  carry(): CarriedRouting {
    return carry(this.state, Date.now());
  }

  private keep(effect: RoutingEffect, at: string): void {
    switch (effect.type) {
      case 'tell':
        this.send(effect.workflowId, taskChangedSignal.name, effect.news);
        return;
      case 'remove':
        this.send(effect.workflowId, agentLeftSignal.name, effect.leave);
        return;
      case 'readConfiguration':
        this.configurationIsOld = true;
        return;
      case 'agentEvent': {
        const { agentId, event, data } = effect;
        this.state.n += 1;
        this.events.push({ n: this.state.n, agentId, type: event, at, data });
        return;
      }
      case 'decision': {
        const { type: _, ...decision } = effect;
        this.state.n += 1;
        this.decisions.push({ n: this.state.n, at, ...decision });
        return;
      }
      case 'stateChanged': {
        const { type: _, loginAt, since, ...change } = effect;
        this.state.n += 1;
        const times = { loginAt: iso(loginAt), since: iso(since), at };
        this.states.push({ n: this.state.n, ...change, ...times });
        if (change.mrdId === null) this.keepLogout(change, at);
        if (this.presenceDueAt === null) this.presenceDueAt = Date.now() + FIRST_LOOK_MS;
        return;
      }
    }
  }

  private keepLogout(
    { agentId, to, reason }: Pick<AgentStateChange, 'agentId' | 'to' | 'reason'>,
    since: string,
  ): void {
    if (to === 'LOGOUT') this.leftAs.set(agentId, { reason, since });
    else this.leftAs.delete(agentId);
  }

  private send(
    workflowId: string,
    name: string,
    payload: TaskChanged | { readonly conversationId: string },
  ): void {
    const { conversationId } = payload;
    this.signals.push({ workflowId, conversationId, signal: { name, payload } });
  }
}

const STORE_AGAIN_MS = 5_000;
/** Nobody's lease can lapse sooner than this after a login. */
const FIRST_LOOK_MS = 60_000;
