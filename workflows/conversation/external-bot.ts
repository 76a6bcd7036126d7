import { ApplicationFailure, log } from '@temporalio/workflow';
import type { CallBot } from '../../activities/types';
import type { BotAction, BotAnswer, ExternalBotKind } from '../../domain/bot/answer';
import type { Action } from '../../domain/conversation/controller-events';
import { sessionById } from '../../domain/conversation/facts';
import type { TimelineActivity } from '../../domain/conversation/timeline-activity';
import type { MessageBody } from '../../domain/message/schema';
import type { BotCalls, CallOutcome } from './bot-calls';
import type {
  BotDefinition,
  DialogueContext,
  HookContext,
  HookResult,
  IncomingMessage,
} from './define-bot';
import type { HookHost } from './dialogue';

/** What an external bot needs of its conversation. */
export interface ExternalBotDeps {
  readonly host: Pick<HookHost, 'state' | 'apply'>;
  readonly calls: BotCalls;
}

/**
 * An external bot as any other: its hooks call it (architecture.md section 5). `kind` null: somebody passed control to a bot that no
 * channel here names; what it is is known to whoever calls it.
 */
export function externalBot(
  id: string,
  kind: ExternalBotKind | null,
  { host, calls }: ExternalBotDeps,
): BotDefinition {
  async function turn(
    c: HookContext,
    about: CallBot['about'],
    message: IncomingMessage | null,
  ): Promise<HookResult> {
    const { epoch } = host.state().control;
    const session = message?.sessionId ? sessionById(host.state(), message.sessionId) : null;
    const outcome = await calls.ask(id, about, session ?? null);
    if (host.state().control.epoch !== epoch) {
      recordLate(outcome, epoch);
      return;
    }
    if (outcome.type === 'unknown') return 'default';
    if (outcome.type !== 'answered') {
      giveUp(outcome, message);
      return;
    }
    await speak(c, outcome.answer, session?.id ?? null);
  }

  async function speak(
    c: HookContext,
    { replies, actions }: BotAnswer,
    sessionId: string | null,
  ): Promise<void> {
    const { epoch } = host.state().control;
    try {
      for (const body of replies) {
        const stillThere = sessionId && sessionById(host.state(), sessionId)?.state === 'STARTED';
        await c.say(body, stillThere ? { session: sessionId } : {});
      }
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      // The loop guard has spoken already; anything else refused is a failure of the bot.
      if (error.type === 'ILLEGAL_STATE') return;
      const reason = `refused: ${error.type}`;
      host.apply({ type: 'botFailed', botId: id, reason, timedOut: false });
      return;
    }
    for (const action of actions) {
      const by = { botId: id, epoch };
      const { refused } = host.apply({ type: 'action', action: toAction(action), by, event: null });
      if (refused)
        log.info('an action of a bot had no effect', { action: action.type, code: refused.code });
    }
  }

  /** Answers after a hand-over are recorded and not delivered (domain.md 4.3). */
  function recordLate(outcome: CallOutcome, epoch: number): void {
    if (outcome.type !== 'answered') return;
    for (const body of outcome.answer.replies) {
      const action = { type: 'SEND_MESSAGE' as const, body };
      host.apply({ type: 'action', action, by: { botId: id, epoch }, event: null });
    }
  }

  function giveUp(
    outcome: Exclude<CallOutcome, { readonly type: 'answered' | 'unknown' }>,
    message: IncomingMessage | null,
  ): void {
    if (outcome.type !== 'gone') {
      const timedOut = outcome.type === 'timedOut';
      const reason = timedOut ? 'timeout' : outcome.reason;
      host.apply({ type: 'botFailed', botId: id, reason, timedOut });
      return;
    }
    host.apply({ type: 'botGone', botId: id });
    const entry = message && entryOf(message, host.state().conversationId);
    if (entry)
      host.apply({
        type: 'controllerDefault',
        event: { type: 'CUSTOMER_MESSAGE', message: entry },
      });
  }

  return {
    id,
    onCustomerMessage: (c, message) => turn(c, aboutOf(message), message),
    ...(kind === 'WEBHOOK' && {
      onConversationStarted: (c: DialogueContext) => turn(c, { type: 'started' }, null),
      /** Only told: what it answers is passed over. */
      async onClosing() {
        await calls.askAside(id, { type: 'ended' }, null);
      },
    }),
  };
}

/** Its words as suggestions to the agents; a failure concerns nobody. */
export function suggestAside(
  id: string,
  entry: TimelineActivity,
  { host, calls }: ExternalBotDeps,
): void {
  const { epoch } = host.state().control;
  const session = entry.channelSessionId ? sessionById(host.state(), entry.channelSessionId) : null;
  const about = {
    type: 'message',
    id: entry.id,
    seq: entry.seq,
    at: entry.at,
    body: bodyOf(entry),
  } as const;
  void calls.askAside(id, about, session ?? null).then((outcome) => {
    if (outcome.type !== 'answered' || host.state().control.epoch !== epoch) return;
    for (const body of outcome.answer.replies) {
      const action = { type: 'BOT_SUGGESTION' as const, body, replyTo: entry.id };
      host.apply({ type: 'action', action, by: { botId: id, epoch }, event: null });
    }
  });
}

function toAction(action: BotAction): Action {
  switch (action.type) {
    case 'setAttributes':
      return { type: 'UPDATE_CONVERSATION_DATA', set: action.attributes };
    case 'close':
      return { type: 'END_CONVERSATION' };
    case 'handoff':
      return {
        type: 'FIND_AGENT',
        ...(action.queueId && { queueId: action.queueId }),
        ...(action.reason && { note: action.reason }),
      };
  }
}

function aboutOf({ id, seq, at, body }: IncomingMessage): CallBot['about'] {
  return { type: 'message', id, seq, at, body };
}

function bodyOf({ body }: TimelineActivity): MessageBody {
  return body ?? { type: 'UNSUPPORTED', kind: 'empty' };
}

/** As much of the entry as the controller's default asks for. */
function entryOf(message: IncomingMessage, conversationId: string): TimelineActivity {
  const { id, seq, at, body, sessionId } = message;
  return {
    conversationId,
    id,
    seq,
    at,
    body,
    type: 'CUSTOMER_MESSAGE',
    sentAt: null,
    actor: { type: 'CUSTOMER', id: '', name: null },
    channelSessionId: sessionId,
    data: null,
    replyTo: null,
    providerMessageId: null,
  };
}
