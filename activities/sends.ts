import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { AnyConnector, OutboundPart, SendContext, SendResult } from '../connectors/connector';
import type { Capabilities } from '../domain/channel/capabilities';
import { isLifted } from '../domain/channel/consent';
import {
  needsAgentTag,
  type WindowedSession,
  whyNotInWindow,
  windowEnd,
} from '../domain/channel/reply-window';
import { ConnectorError } from '../domain/errors';
import { partId } from '../domain/ids';
import { mediaIdsOf } from '../domain/message/media-ids';
import { planParts } from '../domain/message/outbound';
import type { MessageBody } from '../domain/message/schema';
import { failureReason } from '../domain/message/send-policy';
import { OutgoingError } from '../domain/outgoing-error';
import type { LedgerRow, SendLedger } from '../infra/mongo/send-ledger';
import type { Outgoing } from '../infra/outgoing';
import type { OutgoingMail } from '../infra/outgoing-mail';
import type {
  ArchivedEntry,
  ConfigStore,
  CustomerStore,
  MediaStore,
  TimelineStore,
} from '../infra/stores';
import { Circuit } from './circuit';
import { threadOf } from './mail-thread';
import { Pacer } from './pacer';
import {
  cannotTell,
  isUnavailable,
  knowingWindow,
  nameOf,
  stopped,
  toApplicationFailure,
} from './send-failures';
import { type Target, targetOf } from './send-target';
import type { SendActivities, SendPart, SendPartResult } from './types';

export interface SendDeps {
  readonly connectorOf: (providerId: string) => AnyConnector | null;
  readonly config: Pick<ConfigStore, 'channel'>;
  readonly timeline: Pick<TimelineStore, 'read' | 'find'>;
  readonly ledger: SendLedger;
  readonly media: Pick<MediaStore, 'get'>;
  readonly outgoing: Pick<Outgoing, 'fetch'>;
  readonly mail: OutgoingMail;
  /** An expiring link to our copy of a medium, for providers that fetch it and channels that cannot carry it. */
  readonly linkOf: (mediaId: string) => string;
  /** PARLEY_PUBLIC_URL: status callbacks come below it. */
  readonly publicUrl: string;
  /** Learns by what other name the provider knows a recipient. */
  readonly customers?: Pick<CustomerStore, 'identify'>;
  /** For operators, once per channel that stopped, and for each send that could not be recorded. */
  readonly alert: (alert: SendAlert) => void;
  /** Told when a channel begins to rest because its provider is away, and when it goes on. */
  readonly channelRests?: (channelId: string, resting: boolean) => void;
  readonly now?: () => Date;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
}
export interface SendAlert {
  readonly kind: 'channelStopped' | 'providerAway' | 'sendNotRecorded';
  readonly channelId: string;
  readonly reason: string;
}

/** One call to a provider. */
const CALL_TIMEOUT_MS = 15_000;
/** What an activity keeps of its time-out for writing down what came of the call. */
const SETTLE_RESERVE_MS = 5_000;
const DEFAULT_TIMEOUT_MS = 30_000;
/** While a channel is stopped one send in this time asks the provider whether it still is. */
const PROBE_EVERY_MS = 30_000;
/** A turn that is nearer than this is waited for here, a later one by the workflow. */
const MOST_PACING_MS = 2_000;
/** Entries before a mail in which its thread is looked for. */
const THREAD_ENTRIES = 200;
/** How long look-ups that fail are tried again, from the call of unknown outcome on. */
const LOOKUP_PATIENCE_MS = 120_000;

/** Calls to providers (reliability.md 5): the ledger row first, one call, its outcome by name. Never retries by itself. */
export function createSendActivities(deps: SendDeps): SendActivities {
  const { ledger, now = () => new Date(), clock = () => performance.now() } = deps;
  const pacer = new Pacer(clock);
  const circuit = new Circuit(clock, deps.channelRests);
  /** By channel: until when nothing is tried, 0 when the last send went out. */
  const pausedUntil = new Map<string, number>();

  async function sendPart(input: SendPart): Promise<SendPartResult> {
    const deadline = clock() + callBudget();
    try {
      return await attempt(input, deadline);
    } catch (error) {
      throw toApplicationFailure(error);
    }
  }

  async function attempt(input: SendPart, deadline: number): Promise<SendPartResult> {
    if (input.recover === 'settle')
      return settledByNews(await ledger.find(input.messageId, input.part));
    const target = await targetOf(input.channelId, deps);
    const { row, body, entry } = await prepare(input, target);
    const ended = endedResult(row);
    if (ended) return ended;
    if (entry.deletedAt && row.status === 'intended')
      throw new ConnectorError('Rejected', 'taken back meanwhile', { reason: 'deleted' });
    const part = await toPart(input, body, entry, target);
    if (row.status === 'unknown') {
      if (!input.recover) throw new ConnectorError('Ambiguous', 'an earlier attempt is open');
      if (input.recover === 'lookup') {
        const found = await lookUp(part, row, target, deadline);
        if (found) return record(row, input, found, deadline);
        await ledger.absent(row.partId);
      }
    }
    const ends = entry.body
      ? windowEnd(windowed(input, target), { from: authorOf(entry), body: entry.body })
      : null;
    const result = await knowingWindow(ends, async () => {
      await admit(input, entry, target);
      const takeOver = row.status === 'unknown' && input.recover === 'resend';
      const taken = await (takeOver ? ledger.takeOver : ledger.take)(row.partId, input.attempt);
      if (!taken) throw new ConnectorError('Ambiguous', 'another attempt has the part');
      return call(part, input, target, deadline);
    });
    const recorded = await record(row, input, result, deadline);
    await learn(result.aliases, input, target);
    return recorded;
  }

  /** So that an answer from the other name finds the same customer. The message is out: a failure costs only that. */
  async function learn(
    aliases: SendResult['aliases'],
    { customerIdentifier: identifier }: SendPart,
    { channel }: Target,
  ): Promise<void> {
    if (!aliases || aliases.length === 0) return;
    await deps.customers?.identify({ channel, identifier, aliases, name: null }).catch(() => null);
  }

  /** The part's row and body. The message is planned once, with its first part. */
  async function prepare(
    input: SendPart,
    target: Target,
  ): Promise<{ row: LedgerRow; body: MessageBody; entry: ArchivedEntry }> {
    const { conversationId, messageId, channelId, seq, part: n } = input;
    const [entry] = await deps.timeline.read(conversationId, seq - 1, 1);
    if (!entry || entry.seq !== seq) throw new ConnectorError('Unavailable', 'not archived yet');
    if (entry.id !== messageId || !entry.body)
      throw new ConnectorError('Rejected', 'no such message', { reason: 'gone' });
    const first = await ledger.find(messageId, 1);
    // Until the first call it goes out as it was last worded.
    const said = entry.edit?.body ?? entry.body;
    const plan = first?.plan ?? planOf(said, target.capabilities, deps.linkOf);
    const parts = first?.parts ?? plan.length;
    const body = plan[n - 1];
    if (!body) throw new ConnectorError('Rejected', 'no such part', { reason: 'gone' });
    const known = n === 1 ? first : await ledger.find(messageId, n);
    const row =
      known ??
      (await ledger.open({
        messageId,
        conversationId,
        channelId,
        seq,
        n,
        parts,
        plan: n === 1 ? plan : null,
        recipient: input.customerIdentifier,
      }));
    return { row, body, entry };
  }

  /** Throws why the part must not go out now. */
  async function admit(input: SendPart, entry: ArchivedEntry, target: Target): Promise<void> {
    const { channelId, customerIdentifier } = input;
    if (!target.enabled) throw stopped('config', 'the channel is disabled');
    if (now().toISOString() >= input.expiresAt)
      throw new ConnectorError('Rejected', 'too late', { reason: 'expired' });
    const { window, rate } = target.capabilities;
    const session = windowed(input, target);
    const message = entry.body && { from: authorOf(entry), body: entry.body };
    if (message && whyNotInWindow(session, message, now().toISOString()))
      throw new ConnectorError('SessionWindowClosed', 'the reply window is shut', {
        outside: window?.outside,
      });
    const optOut = await ledger.optOutOf(channelId, customerIdentifier);
    if (optOut && !isLifted(optOut, input.lastInboundAt, target.capabilities))
      throw new ConnectorError('OptedOut', 'opted out earlier', { reason: 'earlier' });
    if (clock() < (pausedUntil.get(channelId) ?? 0))
      throw stopped('paused', 'the channel is stopped');
    const restMs = circuit.waitMs(channelId);
    if (restMs > 0)
      throw new ConnectorError('Unavailable', 'the provider is away', { retryAfterMs: restMs });
    const waitMs = pacer.turn(channelId, customerIdentifier, rate, MOST_PACING_MS);
    if (waitMs > MOST_PACING_MS)
      throw new ConnectorError('Throttled', 'our own pace', {
        retryAfterMs: Math.ceil(waitMs),
        scope: 'channel',
      });
    if (waitMs > 0) await sleep(waitMs);
  }

  async function call(
    part: OutboundPart,
    input: SendPart,
    target: Target,
    deadline: number,
  ): Promise<SendResult> {
    const { attempt: number, channelId } = input;
    /** The last look before the first byte: a process that was frozen wakes up here. */
    const beforeFirstByte = async () => {
      const held = await ledger.holds(part.id, number).catch(() => false);
      if (!held) throw new OutgoingError('unreached', 'the part is not this attempt’s any more');
      if (clock() >= deadline) throw new OutgoingError('unreached', 'no time is left');
    };
    try {
      const result = await target.connector.send(
        part,
        contextOf(target, deadline, { beforeFirstByte, partId: part.id }),
      );
      circuit.answered(channelId);
      await goesOut(channelId);
      return result;
    } catch (error) {
      isItAway(channelId, part.id, error);
      await recordFailure(part.id, input, error);
      throw error;
    }
  }

  function contextOf(
    { cfg, baseUrl, channel }: Target,
    deadline: number,
    { beforeFirstByte, partId: id }: { beforeFirstByte?: () => Promise<void>; partId: string },
  ): SendContext<unknown> {
    const left = Math.max(1, Math.floor(deadline - clock()));
    const limits = { timeoutMs: Math.min(CALL_TIMEOUT_MS, left), beforeFirstByte };
    return {
      cfg,
      fetch: deps.outgoing.fetch(limits),
      sendMail: (server, mail) => deps.mail.send(server, mail, { ...limits, timeoutMs: left }),
      baseUrl,
      signal: AbortSignal.timeout(left),
      now,
      openMedia: deps.media.get,
      claimed: (ids) => ledger.claimed(channel.id, ids, id),
    };
  }

  async function lookUp(
    part: OutboundPart,
    row: LedgerRow,
    target: Target,
    deadline: number,
  ): Promise<SendResult | null> {
    const { connector } = target;
    if (!connector.lookup) throw cannotTell();
    const since = new Date(row.unknownSince ?? now());
    try {
      return await connector.lookup(part, since, contextOf(target, deadline, { partId: part.id }));
    } catch (error) {
      const patient = now().getTime() - since.getTime() < LOOKUP_PATIENCE_MS;
      const passing =
        error instanceof ConnectorError &&
        error.type !== 'Rejected' &&
        error.facts.reason !== 'lookup';
      if (!patient || !passing) throw cannotTell(error);
      // A look-up changes nothing: one without an answer did not happen.
      const { retryAfterMs } = error.facts;
      throw new ConnectorError(
        'Unavailable',
        'no look-up now',
        { ...(retryAfterMs && { retryAfterMs }) },
        { cause: error },
      );
    }
  }

  /** The message is out, whatever becomes of this write: it is tried for as long as the activity may live. */
  async function record(
    row: LedgerRow,
    input: SendPart,
    result: SendResult,
    deadline: number,
  ): Promise<SendPartResult> {
    const { providerMessageIds, state } = result;
    for (;;) {
      try {
        await ledger.settle(row.partId, { attempt: input.attempt, providerMessageIds, state });
        break;
      } catch (error) {
        if (clock() >= deadline + SETTLE_RESERVE_MS / 2) {
          deps.alert({
            kind: 'sendNotRecorded',
            channelId: input.channelId,
            reason: nameOf(error),
          });
          break;
        }
        await sleep(250);
      }
    }
    return { parts: row.parts, settled: true };
  }

  /** What cannot be written down leaves the row at `calling`, which reads as unknown: never a wrong certainty. */
  async function recordFailure(id: string, input: SendPart, error: unknown): Promise<void> {
    try {
      if (!(error instanceof ConnectorError) || error.type === 'Ambiguous')
        return await ledger.doubt(id, input.attempt);
      const { type, facts } = error;
      if (type === 'ChannelStopped') await stops(input.channelId, facts.reason ?? 'unknown');
      if (type === 'ChannelStopped' || type === 'Throttled' || type === 'Unavailable')
        return await ledger.release(id, input.attempt);
      if (type === 'OptedOut') await ledger.optOut(input.channelId, input.customerIdentifier);
      await ledger.refuse(id, input.attempt, { type, facts, reason: failureReason(type, facts) });
    } catch (failure) {
      if (!isUnavailable(failure)) throw failure;
    }
  }

  async function stops(channelId: string, reason: string): Promise<void> {
    pausedUntil.set(channelId, clock() + PROBE_EVERY_MS);
    if (await ledger.stop(channelId, reason))
      deps.alert({ kind: 'channelStopped', channelId, reason });
  }

  /** A provider that says anything else than that it cannot is there. */
  function isItAway(channelId: string, id: string, error: unknown): void {
    const type = error instanceof ConnectorError ? error.type : 'Ambiguous';
    const { retryAfterMs } = error instanceof ConnectorError ? error.facts : {};
    if (type !== 'Unavailable' && type !== 'Ambiguous') circuit.answered(channelId);
    else if (circuit.failed(channelId, id, retryAfterMs))
      deps.alert({ kind: 'providerAway', channelId, reason: type });
  }

  async function goesOut(channelId: string): Promise<void> {
    if (pausedUntil.get(channelId) === 0) return;
    pausedUntil.set(channelId, 0);
    await ledger.resume(channelId).catch(() => pausedUntil.delete(channelId));
  }

  async function toPart(
    input: SendPart,
    body: MessageBody,
    entry: ArchivedEntry,
    target: Target,
  ): Promise<OutboundPart> {
    const { conversationId, messageId, channelId, part: n } = input;
    const tagged = needsAgentTag(windowed(input, target), authorOf(entry), now().toISOString());
    return {
      id: partId(messageId, n),
      messageId,
      conversationId,
      to: input.customerIdentifier,
      from: target.channel.serviceIdentifier,
      channelType: target.channel.channelType,
      body,
      replyTo:
        n === 1 && target.capabilities.replies
          ? await providerIdOf(conversationId, entry.replyTo)
          : null,
      mediaUrls: Object.fromEntries(
        mediaIdsOf(body).map((mediaId) => [mediaId, deps.linkOf(mediaId)]),
      ),
      hookUrl: `${deps.publicUrl}/webhooks/${channelId}`,
      ...(tagged && { tag: 'HUMAN_AGENT' }),
      automatic: entry.type !== 'AGENT_MESSAGE',
      ...(target.channel.channelType === 'EMAIL' && {
        thread: threadOf(entry, await before(conversationId, entry.seq)),
      }),
    };
  }

  function before(conversationId: string, seq: number): Promise<readonly ArchivedEntry[]> {
    return deps.timeline.read(
      conversationId,
      Math.max(0, seq - 1 - THREAD_ENTRIES),
      THREAD_ENTRIES,
    );
  }

  /** Providers know their own ids; one that we cannot translate goes out as it is. */
  async function providerIdOf(
    conversationId: string,
    replyTo: string | null,
  ): Promise<string | null> {
    if (!replyTo?.startsWith('msg_')) return replyTo;
    const answered = await deps.timeline.find(conversationId, replyTo);
    return answered?.providerMessageId ?? answered?.delivery?.providerMessageIds[0] ?? replyTo;
  }

  async function failMessage(message: Parameters<SendActivities['failMessage']>[0]): Promise<void> {
    const { reasonCode, ...rest } = message;
    await ledger.fail({ ...rest, reason: reasonCode });
  }

  return { sendPart, failMessage };
}

/** What the reply window of a part hangs on. */
function windowed({ lastInboundAt }: SendPart, { channel, capabilities }: Target): WindowedSession {
  const { channelType, humanAgentTag } = channel;
  return { channelType, lastInboundAt, settings: { window: capabilities.window, humanAgentTag } };
}

function authorOf({ type }: ArchivedEntry): 'AGENT' | 'BOT' | 'SYSTEM' {
  return type === 'AGENT_MESSAGE' ? 'AGENT' : type === 'BOT_MESSAGE' ? 'BOT' : 'SYSTEM';
}

function planOf(
  body: MessageBody,
  capabilities: Capabilities,
  linkOf: (mediaId: string) => string,
): readonly MessageBody[] {
  const plan = planParts(body, capabilities, { linkOf });
  if ('rejected' in plan)
    throw new ConnectorError('Rejected', 'the channel cannot carry it', { reason: plan.rejected });
  return plan.parts;
}

/** The wait for news is over: what the row says now. */
function settledByNews(row: LedgerRow | null): SendPartResult {
  const ended = row && endedResult(row);
  if (ended) return ended;
  if (row?.status === 'unknown') return { parts: row.parts, settled: false };
  throw new ConnectorError('Unavailable', 'it was never called'); // certain: the row comes before the call
}

function endedResult({ status, parts, reason }: LedgerRow): SendPartResult | null {
  if (status === 'sent') return { parts, settled: true };
  return status === 'failed' ? { parts, settled: true, failed: reason ?? 'Rejected' } : null;
}

function callBudget(): number {
  const { startToCloseTimeoutMs = DEFAULT_TIMEOUT_MS } = Context.current().info;
  return Math.max(startToCloseTimeoutMs - SETTLE_RESERVE_MS, startToCloseTimeoutMs / 2);
}
