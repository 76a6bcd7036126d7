import type { ChannelSettings } from '../../../domain/channel/settings';
import type { CustomerMessage } from '../../../domain/conversation/channel-events';
import { primaryAgents } from '../../../domain/conversation/facts';
import type { QueueConfig, RoutingConfig } from '../../../domain/routing/model';
import {
  agent,
  aMessage,
  bot,
  operator,
  someSettings,
  text,
  whatsAppSettings,
} from '../conversations';
import { type Chat, homeOf } from '../routed/chat';
import { numberOf } from '../routed/core';
import { anAgent, aQueue, aRoutingConfig } from '../routing';
import { ModelEngine } from './engine';
import type { Answer } from './provider';
import { Reference } from './reference';

export const AGENTS = ['a1', 'a2', 'a3'];
export const CAPACITY = 2;
/** By channel: as the settings of the stage have it, written down a second time. */
export const INACTIVITY_SECONDS = { web: 600, wa: 600, sms: 600, old: 600 };
const CUSTOMERS = 3;

/** A kind of command, and numbers that choose among what is there. */
export interface Command {
  readonly kind: keyof typeof COMMANDS;
  readonly a: number;
  readonly b: number;
}

/** Three customers on webchat and on a channel that sends, three agents who take two each, two queues. */
export class Stage {
  readonly engine: ModelEngine;
  readonly reference: Reference;
  private readonly sending: readonly ChannelSettings[];
  private words = 0;
  /** Of whom: by their place among the customers. */
  private readonly sent: { readonly of: number; readonly message: CustomerMessage }[] = [];

  /**
   * @param Engine one with a fault, to prove that it is seen
   * @param given of every channel
   */
  constructor(
    Engine: new (config: RoutingConfig) => ModelEngine = ModelEngine,
    given: Partial<ChannelSettings> = {},
  ) {
    this.engine = new Engine(
      aRoutingConfig({
        queues: Object.fromEntries(
          Object.entries(QUEUES).map(([id, change]) => [
            id,
            aQueue({ ...change, ...(given.queue && asConfigured(given.queue)) }),
          ]),
        ),
        agents: Object.fromEntries(AGENTS.map((id) => [id, anAgent({}, { chat: CAPACITY })])),
      }),
    );
    this.sending = SENDING.map((change) => whatsAppSettings({ ...given, ...change }));
    this.reference = new Reference(this.engine);
    for (let n = 0; n < CUSTOMERS; n += 1)
      this.engine.addChat(
        someSettings({
          channelId: `web${n + 1}`,
          preferLastAgent: n === 2,
          ...given,
          wrapUp: { seconds: 60, formId: null, ...given.wrapUp, enabled: n === 1 },
        }),
      );
  }

  /** Every channel there is. */
  get channels(): readonly ChannelSettings[] {
    return [...this.engine.chats.map(({ settings }) => settings), ...this.sending];
  }

  does({ kind, a, b }: Command): void {
    COMMANDS[kind](this, a, b);
  }
  chat(a: number): Chat {
    return this.engine.chats[a % CUSTOMERS] as Chat; // there are as many
  }
  /** A customer's workflow, also that of one who was erased. */
  home(a: number): Chat {
    const { homes } = this.engine;
    return homes[a % homes.length] as Chat; // there are at least as many as customers
  }
  /** Messages of one customer, sent at the same time; they come in the order given. */
  writes(chat: Chat, channel: number, count: number): void {
    const settings = channel === 0 ? chat.settings : this.sending[channel % SENDING.length];
    if (!settings) return;
    const { channelId } = settings;
    const from = { channelId, customerIdentifier: chat.address };
    const messages = Array.from({ length: count }, () => {
      this.words += 1;
      return aMessage({ ...from, body: text(`Hello ${this.words}`) });
    });
    this.reference.acknowledges(String(numberOf(chat)), messages);
    for (const message of messages.reverse()) {
      this.sent.push({ of: this.engine.chats.indexOf(chat), message });
      this.engine.receives(chat, message, settings);
    }
  }
  repeats(n: number): void {
    const again = this.sent[n % Math.max(1, this.sent.length)];
    if (!again) return;
    const { message } = again;
    const chat = this.chat(again.of);
    const settings = this.sending.find(({ channelId }) => channelId === message.channelId);
    this.reference.acknowledges(String(numberOf(chat)), [message]);
    this.engine.receives(chat, message, settings ?? chat.settings);
  }
  answers(type: 'accept' | 'decline', agentId: string): void {
    const ringing = [...this.engine.routing.waiting.values()].find(
      ({ offer }) => offer?.agentId === agentId,
    );
    this.engine.agentActs({ type, taskId: ringing?.taskId ?? 'tsk_none', agentId });
  }
  sets(agentId: string, state: 'READY' | 'NOT_READY' | 'LOGOUT', by = agentId): void {
    const who = { id: by, supervisor: by !== agentId };
    this.engine.agentActs({ type: 'setAgentState', agentId, state, reason: null, by: who });
  }
  erases(chat: Chat): void {
    const { engine, reference } = this;
    const before = engine.everyRun.map((run) => [run, run.state] as const);
    engine.erases(chat);
    const last = engine.erasures.at(-1);
    reference.merges(...(last?.customers ?? []));
    for (const [{ state }, old] of before)
      if (state !== old && !reference.privacy.isErased(old.conversationId))
        reference.notes(`illegal: the erasure of another changes ${old.conversationId}`);
  }
  /** The provider has news of one of the latest messages, or of one that nobody knows. */
  hears(n: number, state: (typeof REPORTED)[number]): void {
    const { provider } = this.engine;
    const messages = n % 6 === 5 ? [] : [...provider.policies.keys()];
    const messageId = messages.at(-1 - (n % Math.max(1, messages.length))) ?? 'msg_out-of-nobody';
    const { news } = this.reference;
    const before = news.lengths;
    this.engine.hears(provider.receiptOf(messageId, state));
    this.reference.notes(...news.onlyFailuresSince(before));
  }
  says(chat: Chat, actor: object, controlEpoch: number | null): void {
    this.engine.count += 1;
    const words = `Hi ${this.engine.count}`;
    const said = { messageId: `msg_out${this.engine.count}`, body: text(words) };
    const customer = String(numberOf(homeOf(chat)));
    this.reference.privacy.hears(said.messageId, words, customer);
    const rest = { channelSessionId: null, replyTo: null, sendAt: null };
    this.engine.request(chat, 'sendMessage', { actor, controlEpoch, ...said, ...rest });
  }
}

export const QUEUES = {
  support: {},
  billing: { priority: 3, afterRona: 'UNCHANGED' },
} as const;
function asConfigured(queue: NonNullable<ChannelSettings['queue']>): Partial<QueueConfig> {
  const { agentSlaSeconds, reservationSeconds } = queue;
  return { reservationSeconds, agentSla: { seconds: agentSlaSeconds, thresholds: [] } };
}
const SENDING: readonly Partial<ChannelSettings>[] = [
  { ambiguousSend: 'at-most-once', reportsOutcome: true },
  { channelId: 'sms', ambiguousSend: 'exactly-once-with-key' },
  { channelId: 'old', ambiguousSend: 'at-least-once' },
];
const REPORTED = ['SENT', 'DELIVERED', 'READ', 'FAILED'] as const;
const who = (n: number): string => AGENTS[n % AGENTS.length] ?? 'a1';
const here = (chat: Chat, n: number): string => {
  const agents = primaryAgents(chat.state);
  return agents[n % Math.max(1, agents.length)]?.id ?? who(n);
};
const provider =
  (answer: Answer) =>
  ({ engine }: Stage, a: number) =>
    engine.providerAnswers(answer, a);
const hand =
  (type: 'transfer' | 'consult' | 'conference', kind: 'COLD' | 'WARM' | null) =>
  (stage: Stage, a: number, b: number) => {
    const to = b % 2 === 0 ? { queueId: 'billing' } : { agentId: who(b) };
    stage.engine.handsOver(stage.chat(a), type, here(stage.chat(a), b), to, kind);
  };
const asks =
  (type: Parameters<ModelEngine['request']>[1], request: object) =>
  (stage: Stage, a: number, b: number) =>
    stage.engine.request(stage.chat(a), type, { actor: agent(here(stage.chat(a), b)), ...request });

export const COMMANDS = {
  writes: (stage: Stage, a: number) => stage.writes(stage.chat(a), 0, 1),
  'writes elsewhere': (stage: Stage, a: number, b: number) => stage.writes(stage.chat(a), b, 1),
  'writes twice at once': (stage: Stage, a: number, b: number) => stage.writes(stage.chat(a), b, 2),
  'the provider repeats': (stage: Stage, a: number, b: number) => stage.repeats(a * 12 + b),
  'the customer leaves': (stage: Stage, a: number) => stage.engine.customerLeaves(stage.chat(a)),
  'an agent is ready': (stage: Stage, a: number) => stage.sets(who(a), 'READY'),
  'an agent is not ready': (stage: Stage, a: number) => stage.sets(who(a), 'NOT_READY'),
  'an agent logs out': (stage: Stage, a: number, b: number) =>
    stage.sets(who(a), 'LOGOUT', b % 3 === 0 ? 'boss' : who(a)),
  'an agent vanishes': ({ engine }: Stage, a: number) => engine.disconnects(who(a)),
  'an agent is back': ({ engine }: Stage, a: number) => engine.connects(who(a)),
  accepts: (stage: Stage, a: number) => stage.answers('accept', who(a)),
  declines: (stage: Stage, a: number) => stage.answers('decline', who(a)),
  joins: (stage: Stage, a: number, b: number) =>
    stage.engine.joins(stage.chat(a), who(b), b % 4 === 3 ? 'ASSISTANT' : 'PRIMARY'),
  'an agent writes': (stage: Stage, a: number, b: number) =>
    stage.says(stage.chat(a), agent(here(stage.chat(a), b)), null),
  holds: asks('hold', { seconds: 30 }),
  resumes: asks('resume', {}),
  'transfers cold': hand('transfer', 'COLD'),
  'transfers warm': hand('transfer', 'WARM'),
  consults: hand('consult', null),
  confers: hand('conference', null),
  leaves: (stage: Stage, a: number, b: number) => {
    const agentId = here(stage.chat(a), b);
    stage.engine.request(stage.chat(a), 'leave', {
      actor: agent(agentId),
      agentId,
      reason: 'SELF',
    });
  },
  'wraps up': asks('wrapUp', { labels: [], note: null, skip: true }),
  'the bot writes': (stage: Stage, a: number) =>
    stage.says(
      stage.chat(a),
      bot(stage.chat(a).settings.bot?.id),
      stage.chat(a).state.control.epoch,
    ),
  'the bot is late': (stage: Stage, a: number) =>
    stage.says(
      stage.chat(a),
      bot(stage.chat(a).settings.bot?.id),
      stage.chat(a).state.control.epoch - 1,
    ),
  'the bot fails': (stage: Stage, a: number, b: number) =>
    stage.engine.botFails(stage.chat(a), b % 2 === 0),
  'force-closes': (stage: Stage, a: number) =>
    stage.engine.request(stage.chat(a), 'endConversation', {
      actor: operator,
      force: true,
      reason: null,
    }),
  merges: (stage: Stage, a: number, b: number) => {
    const [from, into] = [stage.chat(a), stage.chat(b)];
    if (stage.engine.archive.isDown) return; // records are merged first
    stage.reference.merges(String(numberOf(from)), String(numberOf(into)));
    stage.engine.merges(from, into);
  },
  'the merge goes on': (stage: Stage, a: number) => stage.engine.mergeGoesOn(stage.home(a)),
  'post arrives': (stage: Stage, a: number) => stage.engine.deliverPost(stage.home(a)),
  'mail arrives': (stage: Stage, a: number) => stage.engine.deliverMail(stage.home(a)),
  'a call arrives': (stage: Stage) => stage.engine.deliverCall(0),
  'routing answers': (stage: Stage, a: number, b: number) =>
    stage.engine.routingAnswers(stage.home(a), b % 4 === 0),
  'the answer arrives': (stage: Stage, a: number) => stage.engine.answerArrives(stage.home(a)),
  'everything arrives': (stage: Stage) => stage.engine.rests(),
  'the archive is down': ({ engine }: Stage) => engine.archiveGoes(true),
  'the archive is back': ({ engine }: Stage) => engine.archiveGoes(false),
  'a send succeeds': provider('ok'),
  'a send is refused': provider('refuse'),
  'a send is throttled': provider('throttle'),
  'the answer of a send is lost': provider('lost'),
  'a receipt': (stage: Stage, a: number, b: number) =>
    stage.hears(a, REPORTED[b % REPORTED.length] ?? 'SENT'),
  erases: (stage: Stage, a: number) => stage.erases(stage.chat(a)),
  'the erasure goes on': ({ engine }: Stage) => engine.looksAtErasures(),
  'continues as new': ({ engine }: Stage) => engine.continuesAsNew(),
  'a second passes': ({ engine }: Stage) => engine.passes(1),
  'an offer lapses': ({ engine }: Stage) => engine.passes(20),
  'a minute passes': ({ engine }: Stage) => engine.passes(61),
  'ten minutes pass': ({ engine }: Stage) => engine.passes(601),
} satisfies Record<string, (stage: Stage, a: number, b: number) => void>;

/** Faults stop, everything on its way arrives, and time passes the last deadline: what is open then has no end. */
export function ends({ engine, reference }: Stage): void {
  engine.archive.goes(false);
  // Whoever is to be erased does not wait until conversations end by themselves.
  for (let n = 0; n < 6 && engine.erasures.some(({ done }) => !done); n += 1) {
    engine.passes(61);
    engine.providerAnswers('ok', 0);
    engine.rests();
  }
  for (const { done, customers } of engine.erasures)
    if (!done) reference.notes(`stuck: the erasure of ${[...customers]} waits`);
  for (let day = 0; day < 10; day += 1) {
    for (let n = 0; n < 50 && !engine.provider.idle; n += 1) {
      engine.providerAnswers('ok', 0);
      engine.passes(10);
    }
    engine.rests();
    engine.passes(86_400);
  }
  engine.rests();
}
