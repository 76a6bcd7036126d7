import { type ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { SendActivities, SendPart, SendPartResult } from '../../activities/types';
import type { ConversationState } from '../../domain/conversation/model';
import type { ConnectorErrorFacts } from '../../domain/errors';
import { partId } from '../../domain/ids';
import { afterSend, type SendOutcome } from '../../domain/message/send-policy';
import { causeOf } from './locally';
import { type QueuedSend, SEND_TASK_QUEUE } from './messages';

/** How long an accepted message may wait for its provider. */
const SEND_LIFE_MS = 24 * 60 * 60 * 1000;
const NOT_SENT = 'conversationClosed';
/** The call itself is given up earlier by the activity; what is lost beyond that is a lost worker. */
const PART_TIMEOUT_MS = 30_000;

const { failMessage } = proxyActivities<SendActivities>({
  taskQueue: SEND_TASK_QUEUE,
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
  summary: 'record a failed message',
});
const sends = proxyActivities<SendActivities>({
  taskQueue: SEND_TASK_QUEUE,
  startToCloseTimeout: PART_TIMEOUT_MS,
  retry: { maximumAttempts: 1 }, // retrying is the workflow's decision alone (reliability.md section 5)
  summary: 'send',
});

/**
 * Outbound messages on their way to providers: in order per channel session, one part at a time, tried again by class of error
 * (connectors.md 1.6, 1.7). A blocked session does not block another. A message goes out only when its entry is archived.
 */
export class Outbox {
  private queue: QueuedSend[];
  private readonly inFlight = new Set<string>();
  private recording = 0;

  constructor(
    queued: readonly QueuedSend[],
    private readonly state: () => ConversationState,
    private readonly onFailed: (messageId: string, reasonCode: string) => void,
    private readonly onProgress: () => void,
  ) {
    this.queue = [...queued];
  }

  add(message: {
    readonly messageId: string;
    readonly seq: number;
    readonly sessionId: string;
  }): void {
    const session = this.state().sessions.find(({ id }) => id === message.sessionId);
    if (!session) return;
    this.queue.push({
      ...message,
      channelId: session.channelId,
      part: 1,
      parts: null,
      attempt: 1,
      notBefore: null,
      expiresAt: new Date(Date.now() + SEND_LIFE_MS).toISOString(),
      recover: null,
    });
  }

  get idle(): boolean {
    return this.queue.length === 0;
  }
  get anyInFlight(): boolean {
    return this.inFlight.size > 0 || this.recording > 0;
  }
  get carried(): readonly QueuedSend[] {
    return this.queue;
  }

  /**
   * For another run to go on with: a part under way is looked up in its ledger row once its own deadline has passed, so that it is
   * not sent beside itself.
   */
  handOver(): readonly QueuedSend[] {
    const after = new Date(Date.now() + PART_TIMEOUT_MS).toISOString();
    const underWay = new Set(this.heads().filter(({ sessionId }) => this.inFlight.has(sessionId)));
    return this.queue.map((send) =>
      underWay.has(send)
        ? { ...send, attempt: send.attempt + 1, notBefore: after, recover: 'settle' }
        : send,
    );
  }

  /** When the next waiting part may be tried, null when nothing waits for a time. */
  nextDue(): { readonly name: string; readonly dueAt: string } | null {
    const due = this.heads()
      .filter((send) => !this.inFlight.has(send.sessionId))
      .flatMap((send) => (send.notBefore ? [send.notBefore] : []))
      .sort()[0];
    return due ? { name: 'send', dueAt: due } : null;
  }

  /** Starts what may go now: the head of each session whose entry is archived. */
  pump(archivedSeq: number): void {
    const now = new Date(Date.now()).toISOString();
    for (const send of this.heads()) {
      if (this.inFlight.has(send.sessionId) || send.seq > archivedSeq) continue;
      if (send.notBefore && send.notBefore > now) continue;
      this.start(send);
    }
  }

  /** The conversation is over and its grace has passed: what has not gone out fails. What is under way keeps its outcome. */
  abandonUnsent(): void {
    const underWay = new Set(this.heads().filter(({ sessionId }) => this.inFlight.has(sessionId)));
    for (const send of this.queue.filter((queued) => !underWay.has(queued)))
      this.fail(send, NOT_SENT);
  }

  private heads(): readonly QueuedSend[] {
    const seen = new Set<string>();
    return this.queue.filter(({ sessionId }) => !seen.has(sessionId) && seen.add(sessionId));
  }

  private start(send: QueuedSend): void {
    const session = this.state().sessions.find(({ id }) => id === send.sessionId);
    if (!session) {
      this.fail(send, 'sessionGone');
      return;
    }
    this.inFlight.add(send.sessionId);
    const input: SendPart = {
      conversationId: this.state().conversationId,
      messageId: send.messageId,
      seq: send.seq,
      part: send.part,
      attempt: send.attempt,
      channelId: send.channelId,
      customerIdentifier: session.customerIdentifier,
      lastInboundAt: session.lastInboundAt,
      expiresAt: send.expiresAt,
      ...(send.recover ? { recover: send.recover } : {}),
    };
    void sends.sendPart(input).then(
      (result) =>
        this.settle(send, result.settled ? { type: 'sent' } : { type: 'unsettled' }, result),
      (error) => this.settle(send, outcomeOf(error), null),
    );
  }

  private settle(send: QueuedSend, outcome: SendOutcome, result: SendPartResult | null): void {
    this.inFlight.delete(send.sessionId);
    this.onProgress();
    if (!this.queue.includes(send)) return; // abandoned meanwhile
    if (result?.failed) {
      this.fail(send, result.failed);
      return;
    }
    const settings =
      this.state().sessions.find(({ id }) => id === send.sessionId)?.settings ??
      this.state().settings;
    const next = afterSend({
      outcome,
      attempt: send.attempt,
      recovering: send.recover ?? null,
      now: new Date(Date.now()).toISOString(),
      expiresAt: send.expiresAt,
      policy: settings?.ambiguousSend ?? 'at-most-once',
      ambiguousWaitMs: settings?.ambiguousWaitMs ?? 30_000,
      reportsOutcome: settings?.reportsOutcome ?? false,
      seed: partId(send.messageId, send.part),
    });
    switch (next.type) {
      case 'next':
        this.nextPart(send, result?.parts ?? send.parts ?? 1);
        return;
      case 'retry':
        this.replace(send, {
          ...send,
          attempt: send.attempt + 1,
          notBefore: next.at,
          recover: next.recover,
        });
        return;
      case 'fail':
        this.fail(send, next.reason);
        return;
    }
  }

  private nextPart(send: QueuedSend, parts: number): void {
    if (send.part >= parts) this.queue = this.queue.filter((queued) => queued !== send);
    else
      this.replace(send, {
        ...send,
        part: send.part + 1,
        parts,
        attempt: 1,
        notBefore: null,
        recover: null,
      });
  }

  private replace(send: QueuedSend, changed: QueuedSend): void {
    this.queue = this.queue.map((queued) => (queued === send ? changed : queued));
  }

  private fail(send: QueuedSend, reasonCode: string): void {
    this.queue = this.queue.filter((queued) => queued !== send);
    const { messageId, seq, channelId } = send;
    this.recording += 1;
    const done = () => {
      this.recording -= 1;
      this.onProgress();
    };
    void failMessage({
      conversationId: this.state().conversationId,
      messageId,
      seq,
      channelId,
      reasonCode,
    }).then(done, done);
    this.onFailed(messageId, reasonCode);
  }
}

/** What a failed activity says about the send: the connector's own word, else that the outcome is unknown. */
function outcomeOf(error: unknown): SendOutcome {
  const cause = causeOf(error);
  if (!cause?.type) return { type: 'failed', error: 'Ambiguous', facts: {} };
  return { type: 'failed', error: cause.type, facts: factsOf(cause) };
}
function factsOf(cause: ApplicationFailure): ConnectorErrorFacts {
  const [facts] = cause.details ?? [];
  return (facts ?? {}) as ConnectorErrorFacts; // written by activities/sends.ts
}
