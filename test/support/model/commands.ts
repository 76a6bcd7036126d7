import fc from 'fast-check';
import type { ChannelSettings } from '../../../domain/channel/settings';
import type { CustomerMessage } from '../../../domain/conversation/channel-events';
import { primaryAgents } from '../../../domain/conversation/facts';
import type { QueueConfig, RoutingConfig } from '../../../domain/routing/model';
import { agent, aMessage, bot, operator, someSettings, whatsAppSettings } from '../conversations';
import type { Chat } from '../routed/chat';
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
  private readonly sent: { readonly chat: Chat; readonly message: CustomerMessage }[] = [];

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
  /** Messages of one customer, sent at the same time; they come in the order given. */
  writes(chat: Chat, channel: number, count: number): void {
    const settings = channel === 0 ? chat.settings : this.sending[channel % SENDING.length];
    if (!settings) return;
    const { channelId } = settings;
    const from = { channelId, customerIdentifier: chat.workflowId };
    const messages = Array.from({ length: count }, () => aMessage(from));
    this.reference.acknowledges(chat.workflowId, messages);
    for (const message of messages.reverse()) {
      this.sent.push({ chat, message });
      this.engine.receives(chat, message, settings);
    }
  }
  repeats(n: number): void {
    const again = this.sent[n % Math.max(1, this.sent.length)];
    if (!again) return;
    const { chat, message } = again;
    const settings = this.sending.find(({ channelId }) => channelId === message.channelId);
    this.reference.acknowledges(chat.workflowId, [message]);
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
    const said = { messageId: `msg_out${this.engine.count}`, body: { type: 'PLAIN', text: 'Hi' } };
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
    stage.reference.merges(from.workflowId, into.workflowId);
    stage.engine.merges(from, into);
  },
  'the merge goes on': (stage: Stage, a: number) => stage.engine.mergeGoesOn(stage.chat(a)),
  'post arrives': (stage: Stage, a: number) => stage.engine.deliverPost(stage.chat(a)),
  'mail arrives': (stage: Stage, a: number) => stage.engine.deliverMail(stage.chat(a)),
  'a call arrives': (stage: Stage) => stage.engine.deliverCall(0),
  'routing answers': (stage: Stage, a: number, b: number) =>
    stage.engine.routingAnswers(stage.chat(a), b % 4 === 0),
  'the answer arrives': (stage: Stage, a: number) => stage.engine.answerArrives(stage.chat(a)),
  'everything arrives': (stage: Stage) => stage.engine.rests(),
  'the archive is down': ({ engine }: Stage) => engine.archiveGoes(true),
  'the archive is back': ({ engine }: Stage) => engine.archiveGoes(false),
  'a send succeeds': provider('ok'),
  'a send is refused': provider('refuse'),
  'a send is throttled': provider('throttle'),
  'the answer of a send is lost': provider('lost'),
  'a receipt': (stage: Stage, a: number, b: number) =>
    stage.hears(a, REPORTED[b % REPORTED.length] ?? 'SENT'),
  'continues as new': ({ engine }: Stage) => engine.continuesAsNew(),
  'a second passes': ({ engine }: Stage) => engine.passes(1),
  'an offer lapses': ({ engine }: Stage) => engine.passes(20),
  'a minute passes': ({ engine }: Stage) => engine.passes(61),
  'ten minutes pass': ({ engine }: Stage) => engine.passes(601),
} satisfies Record<string, (stage: Stage, a: number, b: number) => void>;

/** What happens often: without it, a random run is mostly of people who are not there. */
export const OFTEN: readonly Command['kind'][] = [
  ...([
    'writes',
    'writes',
    'an agent is ready',
    'an agent is ready',
    'accepts',
    'accepts',
  ] as const),
  ...(['everything arrives', 'everything arrives', 'everything arrives'] as const),
  ...(['an agent writes', 'a send succeeds', 'post arrives', 'mail arrives'] as const),
];
export const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...OFTEN, ...(Object.keys(COMMANDS) as Command['kind'][])),
    a: fc.nat(11),
    b: fc.nat(11),
  }),
  { maxLength: 60, size: 'max' },
);

/** Faults stop, everything on its way arrives, and time passes the last deadline: what is open then has no end. */
export function ends({ engine }: Stage): void {
  engine.archive.goes(false);
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
