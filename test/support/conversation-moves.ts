import fc from 'fast-check';
import type { ConversationEvent } from '../../domain/conversation/events';
import { movedOut } from '../../domain/conversation/merge';
import type { ConversationState, LeaveReason } from '../../domain/conversation/model';
import { addSeconds } from '../../domain/conversation/time';
import type { Json } from '../../domain/json/json';
import {
  agent,
  aMessage,
  aSessionStart,
  bot,
  joining,
  operator,
  Story,
  someSettings,
  text,
  voiceSettings,
  whatsAppSettings,
} from './conversations';

/**
 * One random step: a kind of event and numbers that choose among what is there. Most steps make sense where they land; the
 * rest must be refused.
 */
export interface Move {
  /** `silence`: time passes and nobody acts; never drawn at random. */
  readonly kind: (typeof KINDS)[number] | 'silence';
  readonly a: number;
  readonly b: number;
  /** Seconds that pass before it. */
  readonly wait: number;
}

/** Channels of a random story: chat and call, wrap-up on and off, PUSH and PULL. */
export interface Setup {
  readonly wrapUp: boolean;
  readonly pull: boolean;
  readonly closeSessions: boolean;
  readonly bot: boolean;
  readonly slaSeconds: number | null;
  readonly idleSeconds: number;
  readonly thresholds: boolean;
}

export const setups: fc.Arbitrary<Setup> = fc.record({
  wrapUp: fc.boolean(),
  pull: fc.boolean(),
  closeSessions: fc.boolean(),
  bot: fc.boolean(),
  slaSeconds: fc.constantFrom(null, 120),
  idleSeconds: fc.constantFrom(60, 3600),
  thresholds: fc.boolean(),
});

const AGENTS = ['a1', 'a2', 'a3'];
const REASONS: readonly LeaveReason[] = [
  'SELF',
  'REMOVED',
  'LOGOUT',
  'FORCE_LOGOUT',
  'PRESENCE_LOST',
  'RESPONSE_TIMEOUT',
  'IDLE',
  'MRD_INTERRUPTED',
];

const KINDS = [
  'message',
  'message',
  'message',
  'whatsapp',
  'startSession',
  'call',
  'callLeg',
  'textOnCall',
  'endSession',
  'endSessionByAgent',
  'findAgent',
  'cancelRequest',
  'ring',
  'accept',
  'accept',
  'routingClosed',
  'requeued',
  'join',
  'join',
  'observe',
  'assist',
  'changeRole',
  'leave',
  'leave',
  'agentMessage',
  'agentMessage',
  'scheduled',
  'botMessage',
  'staleBot',
  'hold',
  'resume',
  'transfer',
  'warmTransfer',
  'consult',
  'conference',
  'cancelTransfer',
  'wrapUp',
  'skipWrapUp',
  'control',
  'data',
  'note',
  'hand',
  'answerSla',
  'suggest',
  'reaction',
  'ask',
  'askSettled',
  'dialogueWait',
  'reminder',
  'botFailed',
  'botGone',
  'hookFailed',
  'removeAll',
  'outbound',
  'movedIn',
  'end',
  'close',
  'forceClose',
  'deadline',
  'falseDeadline',
  'wrongConversation',
  'turnEnded',
] as const;

export const moves: fc.Arbitrary<Move> = fc.record({
  kind: fc.constantFrom(...KINDS),
  a: fc.nat(11),
  b: fc.nat(11),
  wait: fc.constantFrom(0, 0, 1, 10, 59, 61, 301, 700),
});

export function settingsOf(setup: Setup) {
  const common = {
    routingMode: setup.pull ? ('PULL' as const) : ('PUSH' as const),
    queueId: setup.pull ? null : 'support',
    listId: setup.pull ? 'list' : null,
    wrapUp: { enabled: setup.wrapUp, seconds: 60, formId: null },
    onLastAgentLeave: setup.closeSessions
      ? ('CLOSE_SESSIONS' as const)
      : ('RETURN_TO_BOT' as const),
    bot: setup.bot ? ({ id: 'greeter', kind: 'HOOK' } as const) : null,
    queue: { agentSlaSeconds: setup.slaSeconds, reservationSeconds: 20 },
    agentIdleSeconds: setup.idleSeconds,
    customerInactivityThresholds: setup.thresholds
      ? [
          { percent: 50, action: 'REMIND' as const, text: 'Still there?' },
          { percent: 80, action: 'END' as const },
        ]
      : [],
  };
  return {
    web: someSettings(common),
    wa: whatsAppSettings(common),
    phone: voiceSettings(common),
  };
}

/** The event that a move stands for in the present state. */
export function eventOf(
  { kind, a, b }: Move,
  state: ConversationState,
  settings: ReturnType<typeof settingsOf>,
  now: string,
): ConversationEvent {
  const { conversationId } = state;
  const who = AGENTS[a % AGENTS.length] ?? 'a1';
  const other = AGENTS[b % AGENTS.length] ?? 'a2';
  const supervisor = b % 4 === 0;
  const actor = agent(who, supervisor);
  const channels = Object.values(settings);
  const channel = channels[a % channels.length] ?? settings.web;
  const session = state.sessions[a % Math.max(1, state.sessions.length)];
  const waiting = state.tasks.find((t) => t.mediaState === 'QUEUED' || t.mediaState === 'RESERVED');
  const taskId = waiting?.id ?? state.tasks[0]?.id ?? 'tsk_none';
  const by = { botId: state.control.holder, epoch: state.control.epoch };
  const to = b % 2 === 0 ? { queueId: 'billing' } : { agentId: other };
  const about = { conversationId, actor };
  const handOver = { ...about, to, note: null };
  const message = (body = text('Hello'), from = settings.web) => ({
    type: 'customerMessage' as const,
    message: aMessage({ channelId: from.channelId, body }),
    settings: from,
  });
  const say = (
    sender: typeof actor,
    controlEpoch: number | null,
    sendAt: string | null = null,
  ) => ({
    type: 'sendMessage' as const,
    request: {
      conversationId,
      actor: sender,
      messageId: aMessage().messageId,
      channelSessionId: b % 3 === 0 && session ? session.id : null,
      body: text('Hi'),
      replyTo: null,
      controlEpoch,
      sendAt,
    },
  });
  const news = (
    change: Extract<ConversationEvent, { type: 'taskChanged' }>['news']['change'],
  ): ConversationEvent => ({ type: 'taskChanged', news: { conversationId, taskId, change } });
  const acting = (
    action: Extract<ConversationEvent, { type: 'action' }>['action'],
    byBot = true,
  ): ConversationEvent => ({
    type: 'action',
    action,
    by: byBot && by.botId !== 'CONTROLLER' && by.botId !== 'AGENTS' ? by : null,
    event: null,
  });

  switch (kind) {
    case 'message':
      return message();
    case 'whatsapp':
      return message(text('Hello'), settings.wa);
    case 'startSession':
      return {
        type: 'channelSessionStarted',
        session: aSessionStart({
          channelId: channel.channelId,
          intent:
            (['START_CHAT', 'START_CONVERSATION', 'FIND_AGENT'] as const)[b % 3] ?? 'START_CHAT',
          channelData: { formData: { topic: 'billing' } } as Record<string, Json>,
        }),
        settings: channel,
        outOfHours: a % 3 === 0 ? { calendarId: 'nights', opensAt: null } : null,
      };
    case 'call':
    case 'callLeg':
      return message(
        {
          type: 'VOICE',
          callId: `call-${b % 2}`,
          event: (['STARTED', 'HOLD', 'RESUMED', 'ENDED'] as const)[a % 4] ?? 'STARTED',
        },
        settings.phone,
      );
    case 'textOnCall':
      return message(text('1'), settings.phone);
    case 'endSession':
      return {
        type: 'channelSessionEnded',
        session: {
          channelId: session?.channelId ?? 'web',
          customerIdentifier: 'visitor',
          eventKey: aMessage().eventKey,
          reason: b % 2 === 0 ? 'CUSTOMER' : 'NETWORK',
        },
      };
    case 'endSessionByAgent':
      return {
        type: 'endSession',
        request: { ...about, sessionId: session?.id ?? 'ses_none', reason: 'AGENT' },
      };
    case 'findAgent':
      return acting(
        b % 3 === 0
          ? { type: 'FIND_AGENT', agentId: other }
          : { type: 'FIND_AGENT', ...(b % 3 === 1 ? { queueId: 'billing' } : {}) },
      );
    case 'cancelRequest':
      return { type: 'cancelRequest', request: { conversationId, actor: operator } };
    case 'ring':
      return news({ type: 'RESERVED', agentId: who, offerExpiresAt: addSeconds(now, 20) });
    case 'accept':
      return news({ type: 'ACCEPTED', agent: joining(who, supervisor) });
    case 'routingClosed':
      return news({
        type: 'CLOSED',
        reason:
          (['NO_AGENT_AVAILABLE', 'RONA', 'FORCE_CLOSED', 'AGENT_LOGOUT'] as const)[b % 4] ??
          'RONA',
        detail: null,
      });
    case 'requeued':
      return news({
        type: 'CLOSED',
        reason: 'RONA',
        detail: 'TIMEOUT',
        requeuedAs: `tsk_r${state.idCounter}`,
      });
    case 'join':
      return {
        type: 'joinAs',
        request: { ...about, agent: joining(who, supervisor), role: 'PRIMARY' },
      };
    case 'observe':
      return {
        type: 'joinAs',
        request: { ...about, agent: joining(who, supervisor), role: 'OBSERVER' },
      };
    case 'assist':
      return {
        type: 'joinAs',
        request: { ...about, agent: joining(who, supervisor), role: 'ASSISTANT' },
      };
    case 'changeRole':
      return { type: 'changeRole', request: { ...about, agentId: other, role: 'PRIMARY' } };
    case 'leave':
      return {
        type: 'leave',
        request: {
          conversationId,
          actor: { type: 'CONTROLLER', id: 'routing', name: null },
          agentId: who,
          reason: REASONS[b % REASONS.length] ?? 'SELF',
        },
      };
    case 'agentMessage':
      return say(actor, null);
    case 'scheduled':
      return say(actor, null, addSeconds(now, 30));
    case 'botMessage':
      return acting({ type: 'SEND_MESSAGE', body: text('Hi') });
    case 'staleBot':
      return say(bot(), a % 3);
    case 'hold':
      return { type: 'hold', request: { ...about, seconds: 30 + b } };
    case 'resume':
      return { type: 'resume', request: about };
    case 'transfer':
      return { type: 'transfer', request: { ...handOver, kind: 'COLD' } };
    case 'warmTransfer':
      return { type: 'transfer', request: { ...handOver, kind: 'WARM' } };
    case 'consult':
      return { type: 'consult', request: { ...handOver, kind: null } };
    case 'conference':
      return { type: 'conference', request: { ...handOver, kind: null } };
    case 'cancelTransfer':
      return { type: 'cancelTransfer', request: { ...about, taskId } };
    case 'wrapUp':
      return {
        type: 'wrapUp',
        request: { ...about, labels: [{ category: 'c', value: 'v' }], note: null, skip: false },
      };
    case 'skipWrapUp':
      return { type: 'wrapUp', request: { ...about, labels: [], note: null, skip: true } };
    case 'control': {
      const action = (['PASS', 'OFFER', 'ACCEPT', 'RELEASE'] as const)[b % 4] ?? 'PASS';
      const target = ['greeter', 'helper', 'AGENTS'][a % 3] ?? 'AGENTS';
      const sender = a % 2 === 0 ? actor : bot(b % 3 === 0 ? 'helper' : 'greeter');
      return { type: 'control', request: { conversationId, actor: sender, action, to: target } };
    }
    case 'data':
      return {
        type: 'updateData',
        request: { ...about, set: { [`k${a}`]: b % 3 === 0 ? null : b } },
      };
    case 'note':
      return {
        type: 'addNote',
        request: { ...about, kind: b % 2 ? 'NOTE' : 'WHISPER', text: 'x' },
      };
    case 'hand':
      return { type: 'raiseHand', request: { ...about, raised: b % 2 === 0 } };
    case 'answerSla':
      return { type: 'answerSla', request: { ...about, answer: b % 2 ? 'STAY' : 'LEAVE' } };
    case 'suggest':
      return {
        type: 'suggest',
        request: {
          conversationId,
          actor: bot(),
          suggestionId: `s${a}`,
          body: text('?'),
          replyTo: null,
        },
      };
    case 'reaction':
      return {
        type: 'followUp',
        request: {
          ...about,
          kind: (['REACTION', 'EDIT', 'DELETE'] as const)[b % 3] ?? 'EDIT',
          messageId: state.recent.at(-1 - a)?.id ?? 'msg_none',
          emoji: 'x',
          body: text('edited'),
        },
      };
    case 'ask':
      return { type: 'askOpened', sessionId: session?.id ?? '', questionSeq: state.lastSeq };
    case 'askSettled':
      return { type: 'askSettled' };
    case 'dialogueWait':
      return { type: 'dialogueWait', name: `dialogue:${a}`, seconds: b % 4 === 0 ? null : 30 };
    case 'reminder':
      return acting({ type: 'SCHEDULE_REMINDER', name: `r${a}`, delaySeconds: 40 });
    case 'botFailed':
      return { type: 'botFailed', botId: 'greeter', reason: 'network', timedOut: b % 2 === 0 };
    case 'botGone':
      return { type: 'botGone', botId: 'greeter' };
    case 'hookFailed':
      return { type: 'hookFailed', hook: 'onCustomerMessage', error: 'x', botId: 'greeter' };
    case 'removeAll':
      return acting({ type: 'REMOVE_ALL_AGENTS', reason: 'RESPONSE_TIMEOUT' }, false);
    case 'outbound':
      return {
        type: 'startOutbound',
        start: {
          actor,
          channelId: channel.channelId,
          customerIdentifier: 'visitor',
          messageId: aMessage().messageId,
          body: text('Good morning'),
          agent: joining(who, supervisor),
        },
        settings: channel,
      };
    case 'movedIn':
      return { type: 'sessionsMovedIn', moved: movedOut(anotherConversation(a, b).state) };
    case 'end':
      return acting({ type: 'END_CONVERSATION' });
    case 'close':
      return state.state === 'CLOSING' && b % 2 === 0
        ? { type: 'closingProceeds' }
        : { type: 'sealed', count: state.lastSeq, headHash: 'h', archive: 'VERIFIED' };
    case 'forceClose':
      return {
        type: 'endConversation',
        request: { conversationId, actor: operator, force: b % 3 === 0, reason: null },
      };
    case 'deadline':
      return { type: 'deadlinePassed', name: Object.keys(state.deadlines)[a] ?? 'hold' };
    case 'falseDeadline':
      return { type: 'deadlinePassed', name: `customerInactivity:${session?.id}` };
    case 'wrongConversation':
      return { type: 'hold', request: { conversationId: 'cnv_other', actor, seconds: 5 } };
    case 'turnEnded':
    case 'silence':
      return { type: 'turnEnded' };
  }
}

/** Another customer's conversation that moves in: with an agent, a request, or just the bot. */
function anotherConversation(a: number, b: number): Story {
  const story = new Story(
    someSettings({ channelId: `web-${a}`, namespace: `web:${a}` }),
    undefined,
    {
      conversationId: `cnv_m${a}`,
      customer: { id: `cus_m${a}`, name: null, anonymous: true, labelPriority: null },
      direction: 'INBOUND',
      previous: null,
    },
  );
  story.customerWrites();
  if (b % 3 === 0) return story;
  story.findAgent();
  if (b % 3 === 1) story.accepts(AGENTS[a % AGENTS.length] ?? 'a1');
  return story;
}
