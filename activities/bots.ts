import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { BotConfig, BotProtocol } from '../connectors/bots/protocol';
import type { BotAnswer, BotRequest, HistoryMessage } from '../domain/bot/answer';
import { BotError } from '../domain/bot/bot-error';
import type { BotGrant } from '../infra/bot-credentials';
import type { Outgoing } from '../infra/outgoing';
import type { ArchivedEntry, ConfigStore, StoredResource, TimelineStore } from '../infra/stores';
import { isUnavailable, nameOf } from './send-failures';
import type { BotCallActivities, CallBot } from './types';

export interface BotCallDeps {
  readonly config: Pick<ConfigStore, 'get'>;
  readonly timeline: Pick<TimelineStore, 'messagesBefore'>;
  /** By the bot's kind; null for one that is not called over the network. */
  readonly protocolOf: (kind: string) => BotProtocol | null;
  readonly outgoing: Pick<Outgoing, 'fetch'>;
  readonly serviceUrlOf: (grant: BotGrant) => string;
  readonly now?: () => Date;
}

/** Of an answer, after decompression: 20 bodies of the largest kind would not be read by anybody. */
const ANSWER_MAX_BYTES = 262_144;
/** How long a bot that is taken out may take to hear of it. */
const REMOVED_TIMEOUT_SECONDS = 5;
const NO_ANSWER: BotAnswer = { replies: [], actions: [] };

/** Calls of external bots (connectors.md section 12). Each is one attempt; whether there is a second one is the workflow's business. */
export function createBotCallActivities(deps: BotCallDeps) {
  const { config, timeline, protocolOf, outgoing, serviceUrlOf, now = () => new Date() } = deps;

  async function callBot(input: CallBot): Promise<BotAnswer> {
    const found = await config.get('bots', input.botId);
    if (!found) throw gone();
    const protocol = protocolOf(String(found['kind']));
    if (!protocol) throw ApplicationFailure.nonRetryable('its hooks are our own', 'BotNotExternal');
    if (found['enabled'] === false) {
      await tellRemoved(input, found, protocol);
      throw gone();
    }
    if (!protocol.hears.includes(input.about.type)) return NO_ANSWER;
    const limit = Number(found['maxHistory'] ?? protocol.history);
    const request = requestOf(input, await history(input, limit));
    return call(request, found, protocol, input.timeoutSeconds, input.epoch);
  }

  async function call(
    request: BotRequest,
    found: StoredResource,
    protocol: BotProtocol,
    timeoutSeconds: number,
    epoch: number,
  ): Promise<BotAnswer> {
    const timeoutMs = timeoutSeconds * 1000;
    const { conversationId } = request;
    const patience = AbortSignal.timeout(timeoutMs);
    return protocol.call(request, botConfig(found), {
      fetch: outgoing.fetch({ timeoutMs, maxBytes: ANSWER_MAX_BYTES, maxRedirects: 0 }),
      signal: AbortSignal.any([patience, cancellationSignal()]),
      now,
      serviceUrl: serviceUrlOf({ botId: found.id, conversationId, epoch }),
    });
  }

  /** Best effort: it is taken out whether it hears of it or not. */
  async function tellRemoved(
    input: CallBot,
    found: StoredResource,
    protocol: BotProtocol,
  ): Promise<void> {
    if (!protocol.hears.includes('removed')) return;
    const key = `${input.conversationId}:removed:${input.epoch}`;
    const request: BotRequest = { ...requestOf(input, []), key, about: { type: 'removed' } };
    await call(request, found, protocol, REMOVED_TIMEOUT_SECONDS, input.epoch).catch(ignored);
  }

  /** Without the archive the bot hears the message alone: it must not wait for an outage to end. */
  async function history(
    { conversationId, about, botId }: CallBot,
    limit: number,
  ): Promise<readonly HistoryMessage[]> {
    if (about.type !== 'message' || limit === 0) return [];
    try {
      const entries = await timeline.messagesBefore(conversationId, about.seq, limit);
      return entries.flatMap((entry) => historyMessage(entry, botId));
    } catch (error) {
      if (isUnavailable(error)) return [];
      throw error;
    }
  }

  return {
    async callBot(input) {
      try {
        return await callBot(input);
      } catch (error) {
        throw toFailure(error);
      }
    },
  } satisfies BotCallActivities;
}

function requestOf(input: CallBot, history: readonly HistoryMessage[]): BotRequest {
  const { conversationId, about, mode, customer, channel, attributes } = input;
  const key = `${conversationId}:${about.type === 'message' ? about.id : about.type}`;
  const message =
    about.type === 'message'
      ? { id: about.id, from: 'CUSTOMER' as const, at: about.at, body: about.body }
      : null;
  return {
    key,
    about: message ? { type: 'message', message } : { type: about.type as 'started' | 'ended' },
    mode,
    conversationId,
    customer,
    channel,
    history,
    attributes,
  };
}

/** An earlier message as the bot may see it: none of other bots, none that was deleted, an edited one as it reads now. */
function historyMessage(entry: ArchivedEntry, botId: string): readonly HistoryMessage[] {
  const body = entry.edit?.body ?? entry.body;
  const { id, at, actor } = entry;
  const from = actor.type;
  if (!body || entry.deletedAt !== null || entry.erasedAt !== null) return [];
  if (from === 'BOT' && actor.id !== botId) return [];
  return from === 'CUSTOMER' || from === 'AGENT' || from === 'BOT' ? [{ id, from, at, body }] : [];
}

/** Parsed when it was saved. */
function botConfig(found: StoredResource): BotConfig {
  const fields = found as unknown as BotConfig;
  return { ...fields, emptyReply: fields.emptyReply ?? 'ok' };
}

function gone(): ApplicationFailure {
  return ApplicationFailure.nonRetryable('the bot was deleted or disabled', 'BotGone');
}

/** The bot's own words stay out: histories are read by operators. */
function toFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (!(error instanceof BotError))
    return ApplicationFailure.nonRetryable(nameOf(error), 'BotFailed');
  const type = error.failure === 'timeout' ? 'BotTimeout' : 'BotFailed';
  const detail = error.failure === 'timeout' ? error.message : `${error.failure}: ${error.message}`;
  return ApplicationFailure.nonRetryable(detail, type);
}

function ignored(): void {
  // it may be down, which may be why it was disabled
}
