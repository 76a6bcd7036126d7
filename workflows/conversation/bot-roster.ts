import type { ConversationState } from '../../domain/conversation/model';
import type { TimelineActivity } from '../../domain/conversation/timeline-activity';
import { BotCalls } from './bot-calls';
import type { BotDefinition } from './define-bot';
import type { HookHost } from './dialogue';
import { type ExternalBotDeps, externalBot, suggestAside } from './external-bot';

/** The bots of one conversation by id: the authors' own, and external ones behind an activity. */
export class BotRoster {
  private readonly external = new Map<string, BotDefinition>();
  private readonly deps: ExternalBotDeps;

  constructor(
    private readonly own: ReadonlyMap<string, BotDefinition>,
    host: HookHost,
    onProgress: () => void,
  ) {
    this.deps = { host, calls: new BotCalls(host, onProgress) };
  }

  /** No call is in flight. */
  get atRest(): boolean {
    return !this.deps.calls.inFlight;
  }

  /** Undefined for the controller, and for hooks that this version of the code does not have. */
  get(id: string): BotDefinition | undefined {
    if (id === 'CONTROLLER' || id === 'AGENTS') return undefined;
    return this.own.get(id) ?? this.externalOf(id);
  }

  /** The response time of an external bot is over. */
  due(botId: string): void {
    this.deps.calls.due(botId);
  }

  /** The customer wrote to the agents: the channel's bot may suggest an answer (domain.md 4.2, ASSISTANT). */
  suggest(entry: TimelineActivity): void {
    const state = this.deps.host.state();
    const session = state.sessions.find(({ id }) => id === entry.channelSessionId);
    const bot = session?.settings?.bot;
    if (bot?.suggests && bot.kind !== 'HOOK' && session?.channelType !== 'CX_VOICE')
      suggestAside(bot.id, entry, this.deps);
  }

  private externalOf(id: string): BotDefinition | undefined {
    const kind = kindOf(this.deps.host.state(), id);
    if (kind === 'HOOK') return undefined;
    const known = this.external.get(id);
    if (known) return known;
    const bot = externalBot(id, kind, this.deps);
    this.external.set(id, bot);
    return bot;
  }
}

/** Null: no channel of the conversation names it; control was passed to it. */
function kindOf({ sessions, settings }: ConversationState, id: string) {
  const named = [...sessions.map((session) => session.settings), settings];
  return named.find((one) => one?.bot?.id === id)?.bot?.kind ?? null;
}
