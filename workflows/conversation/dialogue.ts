import type { Duration } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time';
import { ApplicationFailure, CancellationScope, log, proxyActivities } from '@temporalio/workflow';
import type { RequestAgent } from '../../domain/conversation/acts';
import type { Action, ControllerEvent } from '../../domain/conversation/controller-events';
import type { Decision } from '../../domain/conversation/effects';
import type { ConversationEvent } from '../../domain/conversation/events';
import { latestSession, startedSessions, waitingTask } from '../../domain/conversation/facts';
import type { ChannelSession, ConversationState } from '../../domain/conversation/model';
import { queueOf } from '../../domain/conversation/requests';
import type { TimelineActivity } from '../../domain/conversation/timeline-activity';
import { incoming, judge, toBody, toChoice, withChoices } from './answers';
import {
  type AgentOutcome,
  type AgentWanted,
  type Answer,
  type AskOptions,
  ControlLost,
  type IncomingMessage,
  type Sayable,
  type WaitEstimate,
} from './define-bot';
import { callLocally } from './locally';
import { BOT_TASK_QUEUE } from './messages';

/** What a running hook needs of its conversation. */
export interface HookHost {
  state(): ConversationState;
  apply(event: ConversationEvent): Decision;
  /** The controller's default on AGENT_REQUESTED. It takes a look-up. */
  place(request: RequestAgent): void;
  /** Number for the name of the next wait, `dialogue:<n>`. */
  nextWait(): number;
}

const ASK_ATTEMPTS = 3;
const CALL_TIMEOUT = '30 seconds';
const CALL_ATTEMPTS = 3;

interface Waiter {
  readonly reject: (error: Error) => void;
}
interface OpenAsk {
  readonly wait: string;
  readonly answer: (message: IncomingMessage) => Promise<void>;
  readonly timeUp: () => void;
}
interface OpenRequest {
  taskId: string | null;
  readonly until: 'accepted' | 'completed';
  accepted: boolean;
  readonly settle: (outcome: AgentOutcome) => void;
}

/**
 * One running hook of one bot: the author's coroutine, what it waits for, and the control epoch that it speaks under.
 * When control is lost its waits throw `ControlLost`, once; what it calls afterwards never settles, so that a loop which catches
 * everything cannot spin (domain.md 7.1 rule 3).
 */
export class Dialogue {
  /** It has sent something: its turn does not end silently. */
  said = false;
  finished = false;
  private lost = false;
  private told = false;
  private staleReplyRecorded = false;
  private readonly waiters = new Set<Waiter>();
  private readonly sleeps = new Map<string, () => void>();
  private ask: OpenAsk | null = null;
  private request: OpenRequest | null = null;
  private tookTaskId: string | null = null;
  private readonly scope = new CancellationScope();

  constructor(
    private readonly host: HookHost,
    private readonly botId: string,
    private epoch: number,
    readonly kind: 'dialogue' | 'immediate',
    /** What the hook was called for. */
    readonly event: ControllerEvent,
  ) {}

  /** Runs the hook inside the dialogue's own cancellation scope. */
  run<T>(hook: () => Promise<T>): Promise<T> {
    return this.scope.run(hook);
  }

  get isLost(): boolean {
    return this.lost;
  }
  /** It sleeps through the agents' stay (`until: 'completed'`). */
  get sleepsThroughAgents(): boolean {
    return this.request?.until === 'completed';
  }
  get openAskTakes(): boolean {
    return this.ask !== null;
  }

  /** Control moved to somebody else, or the conversation is closing. */
  lose(): void {
    if (this.lost || this.finished) return;
    this.lost = true;
    this.closeAsk();
    this.forgetSleeps();
    const waiters = [...this.waiters];
    this.waiters.clear();
    this.request = null;
    if (waiters.length > 0) this.told = true;
    for (const waiter of waiters) waiter.reject(new ControlLost('control moved on'));
    this.scope.cancel();
  }
  /** Control is back: only a dialogue that slept through the agents' stay lives to see it. */
  regain(epoch: number): void {
    this.epoch = epoch;
  }

  /** Gives the customer's message to the open question; false when none is open or the message is older than it. */
  takeAnswer(entry: TimelineActivity): boolean {
    const open = this.host.state().ask;
    if (!this.ask || !open || entry.seq <= open.questionSeq) return false;
    void this.ask.answer(incoming(entry)); // settles the author's own promise; a failing `validate` rejects that one
    return true;
  }
  /** A named wait is over. */
  wake(name: string): void {
    if (this.ask?.wait === name) this.ask.timeUp();
    this.sleeps.get(name)?.();
  }
  /** A request for a human has ended. */
  settleRequest(taskId: string, outcome: AgentOutcome): void {
    if (!this.request) return;
    this.tookTaskId = taskId;
    if (outcome.outcome === 'accepted' && this.request.until === 'completed') {
      this.request.accepted = true;
      return;
    }
    this.request.settle(outcome);
  }
  /** Whether this dialogue takes the news of a task's end in place of a hook. */
  takesNewsOf(taskId: string): boolean {
    return this.tookTaskId === taskId;
  }
  /** The agents have gone and control is back: ends an `until: 'completed'`. */
  agentsCompleted(agentId: string): boolean {
    if (!this.request?.accepted) return false;
    this.request.settle({ outcome: 'completed', agentId });
    return true;
  }

  /** Applies one action under the dialogue's epoch. Refusals throw. */
  async act(action: Action): Promise<void> {
    if (this.lost) return this.afterLoss();
    this.perform(action);
  }
  private perform(action: Action): Decision {
    const decision = this.host.apply({
      type: 'action',
      action,
      by: { botId: this.botId, epoch: this.epoch },
      event: this.event,
    });
    if (decision.refused) throw failure(decision.refused.code, decision.refused.detail);
    return decision;
  }

  async say(body: Sayable, session: string | null): Promise<void> {
    const action: Action = {
      type: 'SEND_MESSAGE',
      body: toBody(body),
      ...(session ? { sessionId: session } : {}),
    };
    if (this.lost) {
      if (this.told && !this.staleReplyRecorded) {
        this.staleReplyRecorded = true;
        this.host.apply({
          type: 'action',
          action,
          by: { botId: this.botId, epoch: this.epoch },
          event: this.event,
        });
        return never();
      }
      return this.afterLoss();
    }
    this.perform(action);
    this.said = true;
  }

  async askCustomer(question: Sayable, options: AskOptions): Promise<Answer> {
    if (this.lost) return this.afterLoss();
    if (this.ask) throw failure('CONFLICT', 'a question is open already');
    const session = sessionToAsk(this.host.state(), options.session);
    if (!session) throw failure('ILLEGAL_STATE', 'no session to ask on');
    const choices = (options.choices ?? []).map(toChoice);
    const body = withChoices(question, choices);
    const asked = this.perform({ type: 'SEND_MESSAGE', body, sessionId: session.id });
    this.said = true;
    const seconds =
      options.timeout === undefined
        ? (session.settings?.customerInactivityTimeoutSeconds ?? 600)
        : toSeconds(options.timeout);
    const wait = this.openWait(seconds);
    this.host.apply({
      type: 'askOpened',
      sessionId: session.id,
      questionSeq: asked.result?.seq ?? this.host.state().lastSeq,
    });
    let attempts = 0;
    let lastText = '';
    const answer = await this.waitFor<Answer>((settle, fail) => {
      const finish = (value: Answer) => {
        this.closeAsk();
        settle(value);
      };
      this.ask = {
        wait,
        timeUp: () =>
          finish({ value: '', text: lastText, timedOut: true, invalid: false, attempts }),
        answer: async (message) => {
          try {
            attempts += 1;
            lastText = message.text;
            const verdict = await judge(message, choices, options.validate);
            if (!this.ask || this.lost) return; // timed out or lost while the author's code thought
            if (verdict.ok)
              return finish({
                value: verdict.value,
                text: lastText,
                timedOut: false,
                invalid: false,
                attempts,
              });
            if (attempts >= (options.attempts ?? ASK_ATTEMPTS))
              return finish({
                value: '',
                text: lastText,
                timedOut: false,
                invalid: true,
                attempts,
              });
            this.perform({
              type: 'SEND_MESSAGE',
              body: verdict.correction ? toBody(verdict.correction) : body,
              sessionId: session.id,
            });
          } catch (error) {
            this.closeAsk();
            fail(error as Error);
          }
        },
      };
    });
    if (options.saveAs && !answer.timedOut && !answer.invalid)
      this.perform({ type: 'UPDATE_CONVERSATION_DATA', set: { [options.saveAs]: answer.value } });
    return answer;
  }

  async sleep(duration: Duration): Promise<void> {
    if (this.lost) return this.afterLoss();
    const wait = this.openWait(toSeconds(duration));
    await this.waitFor<void>((settle) => {
      this.sleeps.set(wait, () => {
        this.sleeps.delete(wait);
        settle();
      });
    });
  }

  async requestAgent(wanted: AgentWanted): Promise<AgentOutcome> {
    if (this.lost) return this.afterLoss();
    if (this.request) throw failure('CONFLICT', 'a request is open already');
    const { timeout, until = 'accepted', ...rest } = wanted;
    return this.waitFor<AgentOutcome>((settle) => {
      const request: OpenRequest = {
        taskId: null,
        until,
        accepted: false,
        settle: (outcome) => {
          if (this.request === request) this.request = null;
          settle(outcome);
        },
      };
      this.request = request; // before the act: a request without a queue ends within it
      try {
        const asked = this.perform({
          type: 'FIND_AGENT',
          ...rest,
          ...(timeout === undefined ? {} : { ttlSeconds: toSeconds(timeout) }),
        });
        request.taskId = asked.result?.taskId ?? null;
      } catch (error) {
        if (this.request === request) this.request = null;
        throw error;
      }
    });
  }

  async call<T>(
    name: string,
    input: unknown,
    options?: { readonly timeout?: Duration; readonly attempts?: number },
  ): Promise<T> {
    if (this.lost) return this.afterLoss();
    const timeout = options?.timeout ?? CALL_TIMEOUT;
    const attempts = options?.attempts ?? CALL_ATTEMPTS;
    const activities = proxyActivities<Record<string, (input: unknown) => Promise<unknown>>>({
      taskQueue: BOT_TASK_QUEUE,
      startToCloseTimeout: timeout,
      // Nobody may run the bots' queue for a while: the dialogue still has to go on.
      scheduleToCloseTimeout: msToNumber(timeout) * (attempts + 1) + 60_000,
      retry: { maximumAttempts: attempts },
      summary: `call ${name}`,
    });
    const activity = activities[name];
    if (!activity) throw failure('NOT_FOUND', `no activity ${name}`);
    const wait = this.openWait(Math.ceil((msToNumber(timeout) * (attempts + 1)) / 1000) + 60);
    try {
      return await this.waitFor<T>((settle, fail) => {
        activity(input).then((value) => settle(value as T), fail);
      });
    } finally {
      if (!this.lost) this.host.apply({ type: 'dialogueWait', name: wait, seconds: null });
    }
  }

  async estimatedWait(named: string | null): Promise<WaitEstimate | null> {
    if (this.lost) return this.afterLoss();
    const about = waitToEstimate(this.host.state(), named);
    if (about.taskId === null && about.queueId === null) return null;
    return this.waitFor<WaitEstimate | null>((settle) => {
      // What is given up is not cancelled: others wait for it to end.
      const estimate = () => callLocally('estimateWait', about);
      CancellationScope.nonCancellable(estimate).then(settle, (error: unknown) => {
        log.warn('a wait could not be estimated', { error: String(error) });
        settle(null);
      });
    });
  }

  /** A promise that `lose` can reject. `begin` throws to reject it at once. */
  private waitFor<T>(
    begin: (settle: (value: T) => void, fail: (error: Error) => void) => void,
  ): Promise<T> {
    const waited = new Promise<T>((resolve, reject) => {
      const waiter: Waiter = { reject };
      this.waiters.add(waiter);
      const done = () => this.waiters.delete(waiter);
      try {
        begin(
          (value) => {
            if (done()) resolve(value);
          },
          (error) => {
            if (done()) reject(error);
          },
        );
      } catch (error) {
        done();
        reject(error);
      }
    });
    waited.catch(() => {}); // the author may have raced it away: a rejection that nobody awaits would fail the workflow task
    return waited;
  }

  /** Once `ControlLost`, then silence for ever. */
  private afterLoss<T>(): Promise<T> {
    if (this.told) return never();
    this.told = true;
    const loss = Promise.reject<T>(new ControlLost('control moved on'));
    loss.catch(() => {}); // as in `waitFor`
    return loss;
  }

  private openWait(seconds: number): string {
    const name = `dialogue:${this.host.nextWait()}`;
    this.host.apply({ type: 'dialogueWait', name, seconds });
    return name;
  }
  private closeAsk(): void {
    if (!this.ask) return;
    const { wait } = this.ask;
    this.ask = null;
    this.host.apply({ type: 'dialogueWait', name: wait, seconds: null });
    this.host.apply({ type: 'askSettled' });
  }
  private forgetSleeps(): void {
    for (const name of this.sleeps.keys())
      this.host.apply({ type: 'dialogueWait', name, seconds: null });
    this.sleeps.clear();
  }
}

function sessionToAsk(
  state: ConversationState,
  id: string | undefined,
): ChannelSession | undefined {
  return id === undefined
    ? latestSession(state)
    : startedSessions(state).find((session) => session.id === id);
}
/** The open request where it is for that queue, or none is named; else one more in the queue. */
function waitToEstimate(
  state: ConversationState,
  named: string | null,
): { readonly taskId: string | null; readonly queueId: string | null } {
  const task = waitingTask(state);
  const queueId = named ?? task?.queueId ?? queueOf(state, { agentId: null, queueId: null });
  return task && (named === null || task.queueId === named)
    ? { taskId: task.id, queueId: task.queueId }
    : { taskId: null, queueId };
}
export function sessionOf(event: ControllerEvent): string | null {
  if ('sessionId' in event) return event.sessionId;
  return event.type === 'CUSTOMER_MESSAGE' ? event.message.channelSessionId : null;
}
export function toSeconds(duration: Duration): number {
  return Math.max(1, Math.ceil(msToNumber(duration) / 1000));
}
/** A refusal as authors meet it: `error.type` is the code. */
export function failure(code: string, detail: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(detail, code);
}
function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
