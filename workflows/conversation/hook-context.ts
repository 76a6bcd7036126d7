import type { Duration } from '@temporalio/common';
import { latestSession } from '../../domain/conversation/facts';
import type { ConversationState } from '../../domain/conversation/model';
import { toBody } from './answers';
import type { AgentWanted, AskOptions, DialogueContext, HookContext, Sayable } from './define-bot';
import { type Dialogue, failure, sessionOf, toSeconds } from './dialogue';

/** What an author's hook is given: the conversation as it stands at each look, and what the dialogue can do. */
export function contextOf(dialogue: Dialogue, state: () => ConversationState): DialogueContext {
  const dialogueOnly =
    <A extends unknown[], R>(name: string, act: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      dialogue.kind === 'dialogue'
        ? act(...args)
        : Promise.reject(failure('ILLEGAL_STATE', `${name} is for dialogue hooks`));
  const context: HookContext = {
    get conversationId() {
      return state().conversationId;
    },
    get customer() {
      const { id, name, anonymous } = state().customer;
      return { id, name, anonymous };
    },
    get data() {
      return state().data;
    },
    get slots() {
      return state().slots;
    },
    get session() {
      return sessionView(state());
    },
    say: (body, options) => dialogue.say(body, options?.session ?? null),
    setData: (set) => dialogue.act({ type: 'UPDATE_CONVERSATION_DATA', set }),
    setSlot: (set) => dialogue.act({ type: 'SET_SLOT', set }),
    cancelRequest: () => dialogue.act({ type: 'CANCEL_RESOURCE' }),
    remind: (name, delay, data) =>
      dialogue.act({
        type: 'SCHEDULE_REMINDER',
        name,
        delaySeconds: toSeconds(delay),
        ...(data === undefined ? {} : { data }),
      }),
    cancelReminder: (name) => dialogue.act({ type: 'CANCEL_REMINDER', name }),
    endSession: (selector, reason) =>
      dialogue.act({
        type: 'REMOVE_CHANNEL_SESSION',
        selector: selector === 'event' ? (sessionOf(dialogue.event) ?? selector) : selector,
        ...(reason ? { reason } : {}),
      }),
    end: (reason) => dialogue.act({ type: 'END_CONVERSATION', ...(reason ? { reason } : {}) }),
    call: (name, input, options) => dialogue.call(name, input, options),
    estimatedWait: (queueId) => dialogue.estimatedWait(queueId ?? null),
    suggest: (body, { replyTo }) =>
      dialogue.act({ type: 'BOT_SUGGESTION', body: toBody(body), replyTo }),
    pass: (to) => dialogue.act({ type: 'PASS_CONTROL', to }),
    offer: (to) => dialogue.act({ type: 'OFFER_CONTROL', to }),
    release: () => dialogue.act({ type: 'RELEASE_CONTROL' }),
  };
  const talking = {
    ask: dialogueOnly('ask', (question: Sayable, options?: AskOptions) =>
      dialogue.askCustomer(question, options ?? {}),
    ),
    sleep: dialogueOnly('sleep', (duration: Duration) => dialogue.sleep(duration)),
    requestAgent: dialogueOnly('requestAgent', (wanted?: AgentWanted) =>
      dialogue.requestAgent(wanted ?? {}),
    ),
  };
  return Object.defineProperties(
    talking,
    Object.getOwnPropertyDescriptors(context),
  ) as DialogueContext;
}

function sessionView(state: ConversationState): HookContext['session'] {
  const session = latestSession(state);
  if (!session) return null;
  const { id, channelId, channelType, channelData } = session;
  return { id, channelId, channelType, channelData };
}
