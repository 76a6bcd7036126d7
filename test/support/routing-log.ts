/** What happened between conversations and routing, in the order of one clock. The checker below knows nothing else. */
export type Logged =
  /** Routing: an offer rings, is withdrawn, is won; a request ends; an agent's place is taken, freed. */
  | { readonly type: 'reserved'; readonly taskId: string; readonly agentId: string }
  | { readonly type: 'revoked'; readonly taskId: string; readonly agentId: string }
  | {
      readonly type: 'won';
      readonly taskId: string;
      readonly agentId: string;
      readonly conversationId: string;
    }
  | { readonly type: 'joined'; readonly agentId: string; readonly conversationId: string }
  | { readonly type: 'freed'; readonly agentId: string; readonly conversationId: string }
  | { readonly type: 'agent'; readonly agentId: string; readonly state: string }
  | { readonly type: 'mrd'; readonly agentId: string; readonly state: string }
  /** A conversation: a task looks for an agent; a task has its end. Times ISO UTC. */
  | {
      readonly type: 'enqueued';
      readonly conversationId: string;
      readonly taskId: string;
      readonly previousTaskId: string | null;
      readonly waitingSince: string;
      readonly priority: number;
      readonly direction: string;
      readonly dueAt: string;
    }
  | { readonly type: 'closed'; readonly taskId: string; readonly reason: string }
  /** A merge brings a request with it, to where nobody is and nobody is looked for. */
  | { readonly type: 'movedIn'; readonly taskId: string }
  /** An agent's lease ended so long ago that routing must have seen it; their stream is there again. */
  | { readonly type: 'absent' | 'present'; readonly agentId: string }
  | {
      readonly type: 'answered';
      readonly taskId: string;
      readonly agentId: string;
      readonly conversationId: string;
    }
  /** A transfer, consult or conference begins; it has come to its end, one way or the other. */
  | { readonly type: 'sagaBegun' | 'sagaOver'; readonly taskId: string }
  /** Who looks after a customer who is there, after each event of the conversation. */
  | {
      readonly type: 'owners';
      readonly conversationId: string;
      readonly customers: number;
      readonly owners: readonly string[];
    }
  /** Nothing is on its way: what routing has and what conversations have must be the same. */
  | {
      readonly type: 'rest';
      readonly routing: { readonly waiting: readonly string[]; readonly work: readonly string[] };
      readonly conversations: RestOfConversations;
    };
interface RestOfConversations {
  readonly waiting: readonly string[];
  /** `agentId conversationId`. */
  readonly work: readonly string[];
}

/** Reasons with which a chain goes on by rule at priority 11 (domain.md 6.3). */
const REQUEUED = 11;

/**
 * The anomalies of reliability.md section 3 that a log shows, by their words: `over-capacity`, `double-offer`, `lost`, `reordered` (age
 * not kept), `unowned` (V10), `divergent`, `illegal` (offered to an agent who is not ready), `stuck` and `twice-fired` (a saga without
 * an end, or with two).
 */
export function anomalies(log: readonly Logged[], capacity: number): string[] {
  const checker = new LogChecker(capacity);
  checker.look(log);
  return checker.found;
}

/** Reads a log while it grows. */
export class LogChecker {
  readonly found: string[] = [];
  private readonly ringing = new Map<string, string>();
  /** By agent: conversations. */
  private readonly work = new Map<string, Set<string>>();
  private readonly winners = new Map<string, string>();
  private readonly answers = new Map<string, string>();
  private readonly mrds = new Map<string, string>();
  private readonly requests = new Map<string, Extract<Logged, { type: 'enqueued' }>>();
  private readonly open = new Set<string>();
  private readonly closed = new Map<string, string>();
  /** By task: sagas begun and not over. */
  private readonly sagas = new Map<string, number>();
  /** By task: its conversation. */
  private readonly homes = new Map<string, string>();
  private readonly absent = new Set<string>();
  /** Requests that a merge brought along and that must go on. */
  private readonly toGoOn = new Set<string>();

  private looked = 0;

  constructor(private readonly capacity: number) {}

  /** Goes on where it was. */
  look(log: readonly Logged[]): void {
    for (; this.looked < log.length; this.looked += 1) {
      const event = log[this.looked];
      if (event) this.see(event, this.looked);
    }
  }

  private see(event: Logged, n: number): void {
    const say = (word: string, what: string) => this.found.push(`${word} at ${n}: ${what}`);
    switch (event.type) {
      case 'reserved': {
        const at = this.ringing.get(event.taskId);
        if (at) say('double-offer', `${event.taskId} rings at ${at} and ${event.agentId}`);
        const state = this.mrds.get(event.agentId) ?? 'LOGOUT';
        if (state !== 'READY' && state !== 'ACTIVE')
          say('illegal', `${event.taskId} is offered to ${event.agentId}, who is ${state}`);
        if (this.absent.has(event.agentId))
          say('illegal', `${event.taskId} is offered to ${event.agentId}, who is not there`);
        this.ringing.set(event.taskId, event.agentId);
        this.count(event.agentId, say);
        return;
      }
      case 'revoked':
        this.ringing.delete(event.taskId);
        return;
      case 'won': {
        const other = this.winners.get(event.taskId);
        if (other) say('double-offer', `${event.taskId} was won by ${other} and ${event.agentId}`);
        this.winners.set(event.taskId, event.agentId);
        this.ringing.delete(event.taskId);
        this.workOf(event.agentId).add(event.conversationId);
        this.count(event.agentId, say);
        return;
      }
      case 'joined':
        this.workOf(event.agentId).add(event.conversationId);
        this.count(event.agentId, say);
        return;
      case 'freed':
        this.workOf(event.agentId).delete(event.conversationId);
        return;
      case 'agent':
        if (event.state === 'LOGOUT' || event.state === 'UNKNOWN') this.work.delete(event.agentId);
        return;
      case 'mrd':
        this.mrds.set(event.agentId, event.state);
        return;
      case 'absent':
        this.absent.add(event.agentId);
        return;
      case 'present':
        this.absent.delete(event.agentId);
        return;
      case 'movedIn':
        this.toGoOn.add(event.taskId);
        return;
      case 'enqueued':
        this.enqueued(event, say);
        return;
      case 'closed':
        this.open.delete(event.taskId);
        this.closed.set(event.taskId, event.reason);
        return;
      case 'answered': {
        const other = this.answers.get(event.taskId);
        if (other && other !== event.agentId)
          say('double-offer', `${event.taskId} was answered by ${other} and ${event.agentId}`);
        this.answers.set(event.taskId, event.agentId);
        this.open.delete(event.taskId);
        this.homes.set(event.taskId, event.conversationId);
        return;
      }
      case 'sagaBegun':
        this.sagas.set(event.taskId, (this.sagas.get(event.taskId) ?? 0) + 1);
        return;
      case 'sagaOver': {
        const open = this.sagas.get(event.taskId) ?? 0;
        if (open === 0) say('twice-fired', `the saga of ${event.taskId} ends again`);
        this.sagas.set(event.taskId, open - 1);
        return;
      }
      case 'owners':
        if (event.customers > 0 && event.owners.length === 0)
          say('unowned', `nobody looks after the customer of ${event.conversationId}`);
        return;
      case 'rest':
        this.rest(event, say);
        return;
    }
  }

  private enqueued(event: Extract<Logged, { type: 'enqueued' }>, say: Say): void {
    const { taskId, previousTaskId, waitingSince, priority, dueAt } = event;
    this.requests.set(taskId, event);
    this.homes.set(taskId, event.conversationId);
    this.open.add(taskId);
    const before = previousTaskId === null ? undefined : this.requests.get(previousTaskId);
    if (!before) return;
    this.toGoOn.delete(before.taskId);
    this.sagas.set(taskId, this.sagas.get(before.taskId) ?? 0); // goes on with the next task of the chain
    this.sagas.delete(before.taskId);
    if (before.waitingSince !== waitingSince)
      say('reordered', `${taskId} waits since ${waitingSince}, the chain ${before.waitingSince}`);
    const merged = this.homes.get(before.taskId) !== event.conversationId;
    const due = merged ? before.priority : REQUEUED;
    if (priority !== due) say('reordered', `${taskId} is requeued at ${priority}`);
    // An offer that lapsed keeps the time to live as well, and so does a merge; one whose agent went has it afresh.
    const sameWait = merged || this.closed.get(previousTaskId ?? '') === 'RONA';
    if (sameWait && before.dueAt !== dueAt)
      say('reordered', `${taskId} is due ${dueAt}, the chain ${before.dueAt}`);
  }

  private rest(event: Extract<Logged, { type: 'rest' }>, say: Say): void {
    const { routing, conversations } = event;
    const asked = [...this.open].sort();
    if (!same(asked, conversations.waiting))
      say('lost', `conversations wait for ${conversations.waiting}, recorded are ${asked}`);
    if (!same(routing.waiting, conversations.waiting))
      say(
        'lost',
        `routing has ${routing.waiting}, conversations wait for ${conversations.waiting}`,
      );
    for (const [taskId, sagas] of this.sagas)
      if (sagas > 0 && !this.open.has(taskId)) say('stuck', `the saga of ${taskId} has no end`);
    for (const taskId of this.toGoOn) say('lost', `${taskId} was moved and does not go on`);
    for (const work of conversations.work) {
      const [agentId = ''] = work.split(' ');
      if (this.absent.has(agentId)) say('unowned', `${work} is left to who is not there`);
    }
    if (!same(routing.work, conversations.work))
      say('divergent', `routing has ${routing.work}, conversations have ${conversations.work}`);
  }

  private count(agentId: string, say: Say): void {
    const rings = [...this.ringing.values()].filter((at) => at === agentId).length;
    const load = this.workOf(agentId).size + rings;
    if (load > this.capacity) say('over-capacity', `${agentId} has ${load} of ${this.capacity}`);
    if (rings > 1) say('double-offer', `${rings} offers ring at ${agentId}`);
  }

  private workOf(agentId: string): Set<string> {
    const known = this.work.get(agentId) ?? new Set();
    this.work.set(agentId, known);
    return known;
  }
}

type Say = (word: string, what: string) => void;

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, n) => id === b[n]);
}
