import {
  type ActivityOptions,
  CancellationScope,
  log,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { BotCallActivities, CallBot } from '../../activities/types';
import type { BotAnswer } from '../../domain/bot/answer';
import { latestSession } from '../../domain/conversation/facts';
import type { ChannelSession, ConversationState } from '../../domain/conversation/model';
import type { HookHost } from './dialogue';
import { causeOf } from './locally';
import { BOT_TASK_QUEUE } from './messages';

/** Where the channel does not say, as in conversations that began before it could (domain.md section 15). */
const TIMEOUT_SECONDS = 10;
/** A call that timed out is made once more, with the same key (domain.md 4.5). */
const ATTEMPTS = 2;
/** The activity ends by itself at the response time; what takes longer is a lost worker. */
const LOST_AFTER_SECONDS = 5;

export type CallOutcome =
  | { readonly type: 'answered'; readonly answer: BotAnswer }
  | { readonly type: 'timedOut' }
  | { readonly type: 'failed'; readonly reason: string }
  /** Deleted or disabled. */
  | { readonly type: 'gone' }
  /** Its hooks are our own, and this version of the code does not have them. */
  | { readonly type: 'unknown' };

/** Calls of external bots. `botResponse:<botId>` is the response time as operators see it, and decides (domain.md 5.1). */
export class BotCalls {
  private running = 0;
  private readonly awaited = new Map<string, () => void>();

  constructor(
    private readonly host: Pick<HookHost, 'state' | 'apply'>,
    private readonly onProgress: () => void,
  ) {}

  /** An activity in flight would be lost by continue-as-new. */
  get inFlight(): boolean {
    return this.running > 0;
  }

  /** The response time is over. */
  due(botId: string): void {
    this.awaited.get(botId)?.();
  }

  /** Asks a bot in control; a call that timed out is repeated as long as nothing has moved on. */
  async ask(
    botId: string,
    about: CallBot['about'],
    session: ChannelSession | null,
  ): Promise<CallOutcome> {
    const { epoch } = this.host.state().control;
    const call = callOf(this.host.state(), { botId, about, session, mode: 'reply' });
    let outcome: CallOutcome = { type: 'timedOut' };
    for (let attempt = 1; attempt <= ATTEMPTS && outcome.type === 'timedOut'; attempt += 1) {
      if (this.host.state().control.epoch !== epoch) break;
      outcome = await this.inTime(call);
    }
    return outcome;
  }

  /** Asks a bot beside the agents; nothing waits for it. */
  async askAside(
    botId: string,
    about: CallBot['about'],
    session: ChannelSession | null,
  ): Promise<CallOutcome> {
    return this.start(callOf(this.host.state(), { botId, about, session, mode: 'suggestion' }));
  }

  private async inTime(call: CallBot): Promise<CallOutcome> {
    const { botId, timeoutSeconds } = call;
    this.host.apply({ type: 'botWait', botId, seconds: timeoutSeconds });
    let wake = () => {};
    const timeUp = new Promise<CallOutcome>((resolve) => {
      wake = () => resolve({ type: 'timedOut' });
    });
    this.awaited.set(botId, wake);
    const outcome = await Promise.race([this.start(call), timeUp]);
    // A call that lost control may end beside the next one to the same bot, whose wait is not its own.
    if (this.awaited.get(botId) !== wake) return outcome;
    this.awaited.delete(botId);
    if (`botResponse:${botId}` in this.host.state().deadlines)
      this.host.apply({ type: 'botWait', botId, seconds: null });
    return outcome;
  }

  /** Not cancelled with the dialogue: an answer that comes too late is recorded (connectors.md 12.1). Never rejects. */
  private async start(call: CallBot): Promise<CallOutcome> {
    this.running += 1;
    try {
      const { callBot } = proxyActivities<BotCallActivities>(optionsOf(call));
      const answer = await CancellationScope.nonCancellable(() => callBot(call));
      return { type: 'answered', answer };
    } catch (error) {
      return outcomeOf(error);
    } finally {
      this.running -= 1;
      this.onProgress();
    }
  }
}

function optionsOf({ timeoutSeconds, botId }: CallBot): ActivityOptions {
  return {
    taskQueue: BOT_TASK_QUEUE,
    scheduleToStartTimeout: timeoutSeconds * 1000, // nobody runs the bots' queue: the customer must not wait for it
    startToCloseTimeout: (timeoutSeconds + LOST_AFTER_SECONDS) * 1000,
    retry: { maximumAttempts: 1 }, // the retry has the response time in full
    summary: `call bot ${botId}`,
  };
}

function callOf(
  state: ConversationState,
  {
    session,
    ...given
  }: Pick<CallBot, 'botId' | 'about' | 'mode'> & { readonly session: ChannelSession | null },
): CallBot {
  const from = session ?? latestSession(state) ?? state.sessions.at(-1);
  const { id, name } = state.customer;
  const locale = from?.channelData['locale'] ?? from?.channelData['language'];
  return {
    ...given,
    conversationId: state.conversationId,
    epoch: state.control.epoch,
    timeoutSeconds:
      from?.settings?.botTimeoutSeconds ?? state.settings?.botTimeoutSeconds ?? TIMEOUT_SECONDS,
    customer: { id, name, locale: typeof locale === 'string' ? locale : null },
    channel: { id: from?.channelId ?? '', type: from?.channelType ?? '' },
    attributes: state.data,
  };
}

function outcomeOf(error: unknown): CallOutcome {
  const cause = causeOf(error);
  switch (cause?.type) {
    case 'BotTimeout':
      return { type: 'timedOut' };
    case 'BotGone':
      return { type: 'gone' };
    case 'BotNotExternal':
      return { type: 'unknown' };
    case 'BotFailed':
      return { type: 'failed', reason: cause.message };
    default:
      break;
  }
  if (error instanceof Error && error.cause instanceof TimeoutFailure) return { type: 'timedOut' };
  log.warn('a bot call failed unexpectedly', { error: String(error) });
  return { type: 'failed', reason: 'network: the call was lost' };
}
