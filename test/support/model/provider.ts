import type { AmbiguousSend } from '../../../domain/channel/capabilities';
import type { ConversationState } from '../../../domain/conversation/model';
import { partId } from '../../../domain/ids';
import { afterSend, type Recovery, type SendOutcome } from '../../../domain/message/send-policy';
import { ModelLedger, type Receipt } from './ledger';

/** What a provider does with a call. `lost`: it delivers, and its answer does not come. */
export type Answer = 'ok' | 'refuse' | 'throttle' | 'lost';

interface Send {
  readonly messageId: string;
  readonly conversationId: string;
  readonly sessionId: string;
  readonly seq: number;
  readonly policy: AmbiguousSend;
  readonly reportsOutcome: boolean;
  readonly ambiguousWaitMs: number;
  readonly notifyHook: boolean;
  readonly expiresAt: string;
  attempt: number;
  notBefore: string;
  recover: Recovery | null;
}

const SEND_LIFE_MS = 86_400_000;

/** What reached the customers: a provider with keys knows a part again, any other delivers it once more. */
export class Deliveries {
  /** By part: how often it was delivered. */
  readonly counts = new Map<string, number>();
  calls = 0;

  call(part: string, policy: AmbiguousSend, answer: Answer): SendOutcome {
    this.calls += 1;
    if (answer === 'refuse') return { type: 'failed', error: 'Rejected', facts: {} };
    if (answer === 'throttle') return { type: 'failed', error: 'Throttled', facts: {} };
    const before = this.counts.get(part) ?? 0;
    if (before === 0 || policy !== 'exactly-once-with-key') this.counts.set(part, before + 1);
    if (answer === 'ok') return { type: 'sent' };
    return { type: 'failed', error: 'Ambiguous', facts: {} };
  }
}

/** The name that a provider gives a part; one with keys gives a part that it knows the same again. */
export function providerIdOf(part: string, policy: AmbiguousSend, attempt: number): string {
  return policy === 'exactly-once-with-key' ? `pm-${part}` : `pm-${part}-${attempt}`;
}

/** A channel whose news a hook wants to hear of, by its declared policy. */
export const wantsNews = (policy: AmbiguousSend): boolean => policy === 'exactly-once-with-key';

/** Sends on their way to one provider, as workflows/conversation/outbox.ts has them, and what reached the customers. */
export class ModelProvider {
  private queue: Send[] = [];
  readonly delivered = new Deliveries();
  readonly ledger = new ModelLedger();
  /** By message: what became of it, once. */
  readonly ends = new Map<string, 'sent' | 'failed'>();
  readonly policies = new Map<string, AmbiguousSend>();

  constructor(
    private readonly now: () => number,
    private readonly say: (what: string) => void,
    private readonly onFailed: (conversationId: string, messageId: string, reason: string) => void,
  ) {}

  add(state: ConversationState, message: Pick<Send, 'messageId' | 'seq' | 'sessionId'>): void {
    const session = state.sessions.find(({ id }) => id === message.sessionId);
    const policy = session?.settings?.ambiguousSend ?? 'at-most-once';
    this.policies.set(message.messageId, policy);
    this.queue.push({
      ...message,
      conversationId: state.conversationId,
      policy,
      reportsOutcome: session?.settings?.reportsOutcome ?? false,
      ambiguousWaitMs: session?.settings?.ambiguousWaitMs ?? 30_000,
      notifyHook: wantsNews(policy),
      expiresAt: new Date(this.now() + SEND_LIFE_MS).toISOString(),
      attempt: 1,
      notBefore: '',
      recover: null,
    });
  }
  waitsFor(conversationId: string): boolean {
    return this.queue.some((send) => send.conversationId === conversationId);
  }
  get idle(): boolean {
    return this.queue.length === 0;
  }
  /** A conversation is over, and so is the grace of its sends. */
  abandon(conversationId: string): void {
    for (const send of this.queue.filter((it) => it.conversationId === conversationId))
      this.ended(send, 'failed', 'conversationClosed');
  }

  /** One send that may go now gets this answer: the head of a session, its entry archived. False when none may. */
  answers(answer: Answer, pick: number, archivedSeq: (conversationId: string) => number): boolean {
    const now = new Date(this.now()).toISOString();
    const ready = this.heads().filter(
      (it) => it.seq <= archivedSeq(it.conversationId) && it.notBefore <= now,
    );
    const send = ready[pick % Math.max(1, ready.length)];
    if (!send) return false;
    const part = partId(send.messageId, 1);
    const known = this.ledger.endOf(part);
    if (known) {
      this.ended(send, known.sent ? 'sent' : 'failed', known.reason ?? 'Rejected');
      return true;
    }
    const { attempt, policy, expiresAt, ambiguousWaitMs, reportsOutcome } = send;
    const next = afterSend({
      outcome: send.recover === 'settle' ? { type: 'unsettled' } : this.calls(send, part, answer),
      attempt,
      recovering: send.recover,
      now,
      expiresAt,
      policy,
      ambiguousWaitMs,
      reportsOutcome,
      seed: part,
    });
    if (next.type === 'next') this.ended(send, 'sent');
    else if (next.type === 'fail') this.ended(send, 'failed', next.reason);
    else
      Object.assign(send, { attempt: send.attempt + 1, notBefore: next.at, recover: next.recover });
    return true;
  }
  /**
   * News of a message, as the provider may have it: of a part that has reached the customer, or early, by the id that the next answer
   * will name.
   */
  receiptOf(messageId: string, state: Receipt['state']): Receipt {
    const part = partId(messageId, 1);
    const policy = this.policies.get(messageId) ?? 'at-most-once';
    const send = this.queue.find((it) => it.messageId === messageId);
    const came = this.delivered.counts.has(part);
    return {
      // The provider with keys knows nothing of our ids.
      partId: came && policy !== 'exactly-once-with-key' ? part : null,
      providerMessageId: providerIdOf(part, policy, send?.attempt ?? 1),
      state,
      reasonCode: state === 'FAILED' ? 'Unreachable' : null,
      at: new Date(this.now()).toISOString(),
    };
  }
  /** When the next send that waits for a time may go, ms; infinite when none does. */
  get dueAt(): number {
    const now = this.now();
    const times = this.heads().map(({ notBefore }) => (notBefore ? Date.parse(notBefore) : 0));
    return Math.min(...times.filter((at) => at > now), Number.POSITIVE_INFINITY);
  }

  /** The row comes before the call. */
  private calls(send: Send, part: string, answer: Answer): SendOutcome {
    const { attempt, policy, recover } = send;
    this.ledger.opens(part, send);
    const outcome = this.delivered.call(part, policy, answer);
    const call = { part, about: send, attempt, answer, again: recover !== null };
    const at = new Date(this.now()).toISOString();
    this.ledger.answered(call, providerIdOf(part, policy, attempt), at);
    return outcome;
  }
  private heads(): readonly Send[] {
    const seen = new Set<string>();
    return this.queue.filter(({ sessionId }) => !seen.has(sessionId) && seen.add(sessionId));
  }
  private ended(send: Send, end: 'sent' | 'failed', reason = ''): void {
    this.queue = this.queue.filter((it) => it !== send);
    if (this.ends.has(send.messageId)) this.say(`twice-fired: ${send.messageId} ends again`);
    this.ends.set(send.messageId, end);
    const at = new Date(this.now()).toISOString();
    if (end === 'failed') this.ledger.fails(partId(send.messageId, 1), send, reason, at);
    if (end === 'failed') this.onFailed(send.conversationId, send.messageId, reason);
  }
}
