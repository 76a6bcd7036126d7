import type { ControllerEvent } from '../../domain/conversation/controller-events';
import type { Effect } from '../../domain/conversation/effects';
import type { ConversationState } from '../../domain/conversation/model';
import { incoming } from './answers';
import type { BotRoster } from './bot-roster';
import { type BotDefinition, ControlLost, type HookContext } from './define-bot';
import { Dialogue, type HookHost } from './dialogue';
import { contextOf } from './hook-context';

/** How long a hook that is no dialogue may take (domain.md 7.1 rule 1). */
const IMMEDIATE_SECONDS = 30;
/** Messages that wait for a hook; then the oldest is passed over (domain.md 7.1 rule 2). */
const WAITING_LIMIT = 200;

type HookName = Exclude<keyof BotDefinition, 'id'>;
const HOOK_OF: Readonly<Partial<Record<ControllerEvent['type'], HookName>>> = {
  CONVERSATION_STARTED: 'onConversationStarted',
  CUSTOMER_MESSAGE: 'onCustomerMessage',
  AGENT_UNSUBSCRIBED: 'onAgentLeft',
  NO_AGENT_AVAILABLE: 'onNoAgentAvailable',
  OUT_OF_HOURS: 'onOutOfHours',
  REMINDER_FIRED: 'onReminder',
  CHANNEL_SESSION_EXPIRED: 'onCustomerInactive',
  CHANNEL_SESSION_STARTED: 'onChannelSessionStarted',
  CHANNEL_SESSION_ENDED: 'onChannelSessionEnded',
  AGENT_REQUESTED: 'onAgentRequested',
  AGENT_SUBSCRIBED: 'onAgentJoined',
  AGENT_SLA_EXPIRED: 'onAgentSlaExpired',
  CONVERSATION_PAUSED: 'onHold',
  CONVERSATION_RESUMED: 'onResume',
  DELIVERY: 'onDelivery',
  AGENT_RESERVED: 'onAgentReserved',
  TASK_WRAP_UP: 'onWrapUp',
  PARTICIPANT_ROLE_CHANGED: 'onParticipantRoleChanged',
  CLOSING: 'onClosing',
};
const DIALOGUE_EVENTS: ReadonlySet<ControllerEvent['type']> = new Set([
  'CONVERSATION_STARTED',
  'CUSTOMER_MESSAGE',
  'AGENT_UNSUBSCRIBED',
  'NO_AGENT_AVAILABLE',
  'OUT_OF_HOURS',
  'REMINDER_FIRED',
]);

/**
 * Runs the bot authors' hooks of one conversation: the bot in control decides, the controller's default where it does not
 * (domain.md 7.1). At most one dialogue runs; events of its class wait their turn.
 */
export class HookRunner {
  private readonly waiting: ControllerEvent[];
  private running: Dialogue | null = null;
  private readonly immediate = new Map<
    Dialogue,
    { readonly hook: string; wait: string | null; readonly overrun: () => void }
  >();
  private closingHook: 'idle' | 'running' | 'done' = 'idle';

  constructor(
    private readonly host: HookHost,
    private readonly bots: BotRoster,
    /** False once continue-as-new is due: events wait in the carried state. */
    private readonly mayStart: () => boolean,
    waiting: readonly ControllerEvent[],
    private readonly onProgress: () => void,
  ) {
    this.waiting = [...waiting];
  }

  /** No hook runs and no bot is being called: nothing of it would be lost by continue-as-new. */
  get atRest(): boolean {
    return this.running === null && this.immediate.size === 0 && this.bots.atRest;
  }
  get carried(): readonly ControllerEvent[] {
    return this.waiting;
  }
  get closingDone(): boolean {
    return this.closingHook === 'done';
  }
  /** What runs, for operators. */
  get runs(): string | null {
    return this.running ? 'dialogue' : this.immediate.size > 0 ? 'hook' : null;
  }
  /** The conversation's bots listen to deliveries: receipts are to be signalled (architecture.md decision 11). */
  wantsReceipts(state: ConversationState): boolean {
    return this.botFor(state, 'DELIVERY')?.onDelivery !== undefined;
  }

  handle(effect: Effect): void {
    switch (effect.type) {
      case 'controller':
        this.onEvent(effect.event);
        return;
      case 'controlChanged':
        this.onControl(effect.holder, effect.epoch);
        return;
      case 'requestSettled': {
        const { taskId, type: _type, ...outcome } = effect;
        this.running?.settleRequest(taskId, outcome);
        return;
      }
      case 'dialogueDue':
        this.onDue(effect.name);
        return;
      case 'botResponseDue':
        this.bots.due(effect.botId);
        return;
      default:
        return;
    }
  }

  /** Starts what waits, as far as it may. */
  advance(): void {
    while (this.running === null && this.waiting.length > 0 && this.mayStart()) {
      const index = this.nextIndex();
      if (index === null) return;
      const [event] = this.waiting.splice(index, 1);
      if (event) this.decide(event);
    }
  }

  /** Arms the limit of immediate hooks that did not end at once. */
  armLimits(): void {
    for (const entry of this.immediate.values()) {
      if (entry.wait !== null) continue;
      entry.wait = `dialogue:${this.host.nextWait()}`;
      this.host.apply({ type: 'dialogueWait', name: entry.wait, seconds: IMMEDIATE_SECONDS });
    }
  }

  /** The conversation is closing, or its history is full: what runs is ended. Only `onClosing` may still speak. */
  stop(): void {
    this.running?.lose();
    this.running = null;
    this.waiting.length = 0;
  }
  /** Ends the running dialogue because the run's history is full (architecture.md decision 9). */
  giveUp(): void {
    if (!this.running) return;
    const dialogue = this.running;
    this.running = null;
    dialogue.lose();
    this.host.apply({
      type: 'hookFailed',
      hook: 'dialogue',
      error: 'HISTORY_FULL',
      botId: this.host.state().control.holder,
    });
  }
  /** The next conversation cannot wait for `onClosing` (domain.md 2.4 rule 3). */
  cutClosingShort(): void {
    for (const [dialogue] of this.immediate) dialogue.lose();
    this.immediate.clear();
    this.closingHook = 'done';
  }

  private onEvent(event: ControllerEvent): void {
    if (event.type === 'CLOSING') {
      this.onClosing();
      return;
    }
    if (this.takenByDialogue(event)) return;
    // Continue-as-new waits for a dialogue, which in turn may wait for what comes of this very event.
    if (!DIALOGUE_EVENTS.has(event.type) && (this.running !== null || this.mayStart())) {
      this.runImmediate(event);
      return;
    }
    if (event.type === 'CUSTOMER_MESSAGE' && this.host.state().control.holder === 'AGENTS') {
      this.byDefault(event); // written to the agents: theirs, never a hook's
      if (this.mayStart()) this.bots.suggest(event.message);
      return;
    }
    this.waiting.push(event);
    this.passOver();
    this.advance();
  }

  /** An awaiting dialogue takes the event in place of its hook. */
  private takenByDialogue(event: ControllerEvent): boolean {
    const dialogue = this.running;
    if (!dialogue) return false;
    switch (event.type) {
      case 'CUSTOMER_MESSAGE':
        return dialogue.takeAnswer(event.message);
      case 'NO_AGENT_AVAILABLE':
        return dialogue.takesNewsOf(event.taskId);
      case 'OUT_OF_HOURS':
        return event.taskId !== null && dialogue.takesNewsOf(event.taskId);
      case 'AGENT_UNSUBSCRIBED':
        return dialogue.agentsCompleted(event.agentId);
      default:
        return false;
    }
  }

  private onControl(holder: string, epoch: number): void {
    const dialogue = this.running;
    if (!dialogue) return;
    if (dialogue.sleepsThroughAgents && holder === 'AGENTS') return;
    if (dialogue.sleepsThroughAgents) {
      dialogue.regain(epoch);
      return;
    }
    this.running = null;
    dialogue.lose();
  }

  private onDue(name: string): void {
    this.running?.wake(name);
    for (const [dialogue, entry] of this.immediate) {
      dialogue.wake(name);
      if (entry.wait === name) entry.overrun();
    }
  }

  private onClosing(): void {
    this.stop();
    if (this.closingHook !== 'idle') return;
    this.closingHook = 'running';
    const bot = this.botFor(this.host.state(), 'CLOSING');
    if (!bot?.onClosing || !this.mayStart()) {
      this.closingHook = 'done';
      return;
    }
    this.runHook(bot, 'onClosing', { type: 'CLOSING' }, 'immediate', () => {
      this.closingHook = 'done';
    });
  }

  private decide(event: ControllerEvent): void {
    if (!DIALOGUE_EVENTS.has(event.type)) {
      this.runImmediate(event); // had to wait for continue-as-new
      return;
    }
    const state = this.host.state();
    // In a burst the customer's words stand before all answers: each answer is the first turn after its own message.
    if (event.type === 'CUSTOMER_MESSAGE' && state.counters.botTurns > 0)
      this.host.apply({ type: 'messageHanded' });
    const bot = this.botFor(state, event.type);
    const hook = HOOK_OF[event.type];
    if (!bot || !hook || !bot[hook]) {
      this.byDefault(event);
      return;
    }
    this.runHook(bot, hook, event, 'dialogue', () => this.byDefault(event));
  }

  private runImmediate(event: ControllerEvent): void {
    const bot = this.botFor(this.host.state(), event.type);
    const hook = HOOK_OF[event.type];
    if (!bot || !hook || !bot[hook]) {
      this.byDefault(event);
      return;
    }
    this.runHook(bot, hook, event, 'immediate', (result) => {
      const changed =
        event.type === 'AGENT_REQUESTED' && typeof result === 'object' && result !== null;
      // What is known of the queue that was asked for says nothing about the hook's.
      this.byDefault(
        changed ? { ...event, request: { ...event.request, queue: null, ...result } } : event,
      );
    });
  }

  /**
   * Runs a hook to its end, whatever that is. `fallBack` is the controller's default, taken when the hook asks for it, throws or
   * overruns; a hook that lost control has no say any more.
   */
  private runHook(
    bot: BotDefinition,
    hook: HookName,
    event: ControllerEvent,
    kind: 'dialogue' | 'immediate',
    fallBack: (result?: unknown) => void,
  ): void {
    const { epoch } = this.host.state().control;
    const dialogue = new Dialogue(this.host, bot.id, epoch, kind, event);
    const over = () => {
      this.onProgress();
      dialogue.finished = true;
      const entry = this.immediate.get(dialogue);
      this.immediate.delete(dialogue);
      if (entry?.wait) this.host.apply({ type: 'dialogueWait', name: entry.wait, seconds: null });
      if (this.running === dialogue) this.running = null;
    };
    const fail = (error: unknown) => {
      this.host.apply({ type: 'hookFailed', hook, error: messageOf(error), botId: bot.id });
      fallBack();
    };
    if (kind === 'dialogue') this.running = dialogue;
    else {
      const overrun = () => {
        dialogue.lose();
        over();
        fail(new Error(`took longer than ${IMMEDIATE_SECONDS} s`));
      };
      this.immediate.set(dialogue, { hook, wait: null, overrun });
    }
    const ended = dialogue.run(async () => {
      const call = bot[hook] as (c: HookContext, argument: unknown) => Promise<unknown>;
      return call.call(
        bot,
        contextOf(dialogue, this.host.state),
        event.type === 'CUSTOMER_MESSAGE' ? incoming(event.message) : event,
      );
    });
    void ended.then(
      (result) => {
        if (dialogue.isLost) return;
        over();
        if (result === 'default' || hook === 'onAgentRequested' || hook === 'onClosing')
          fallBack(result);
        else if (kind === 'dialogue' && !dialogue.said) this.host.apply({ type: 'turnEnded' });
        this.advance();
      },
      (error) => {
        if (dialogue.isLost || error instanceof ControlLost) return;
        over();
        fail(error);
        this.advance();
      },
    );
  }

  private byDefault(event: ControllerEvent): void {
    if (event.type === 'AGENT_REQUESTED') {
      this.host.place(event.request);
      return;
    }
    const { entries } = this.host.apply({ type: 'controllerDefault', event });
    const said = entries.some(({ entry }) => entry.type === 'SYSTEM_MESSAGE');
    if (DIALOGUE_EVENTS.has(event.type) && !said) this.host.apply({ type: 'turnEnded' });
  }

  /** The bot whose hook decides: the one in control; while agents are, the channel's bot for what is no dialogue. */
  private botFor(
    state: ConversationState,
    event: ControllerEvent['type'],
  ): BotDefinition | undefined {
    if (state.control.holder !== 'AGENTS') return this.bots.get(state.control.holder);
    if (DIALOGUE_EVENTS.has(event)) return undefined;
    const started = state.sessions.filter((session) => session.state === 'STARTED');
    const bot = (started[started.length - 1]?.settings ?? state.settings)?.bot;
    return bot ? this.bots.get(bot.id) : undefined;
  }

  /** A reminder waits until control is back; nothing else does. */
  private nextIndex(): number | null {
    const agentsInControl = this.host.state().control.holder === 'AGENTS';
    const index = this.waiting.findIndex(
      (event) => !(agentsInControl && event.type === 'REMINDER_FIRED'),
    );
    return index < 0 ? null : index;
  }

  private passOver(): void {
    if (this.waiting.filter(({ type }) => type === 'CUSTOMER_MESSAGE').length <= WAITING_LIMIT)
      return;
    const oldest = this.waiting.findIndex(({ type }) => type === 'CUSTOMER_MESSAGE');
    this.waiting.splice(oldest, 1);
    this.host.apply({
      type: 'botFailed',
      botId: this.host.state().control.holder,
      reason: 'OVERRUN',
      timedOut: false,
    });
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500);
}
