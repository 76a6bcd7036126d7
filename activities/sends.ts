import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { AnyConnector, OutboundPart, SendContext, SendResult } from '../connectors/connector';
import { isLifted } from '../domain/channel/consent';
import { whyNotInWindow, windowEnd } from '../domain/channel/reply-window';
import { ConnectorError } from '../domain/errors';
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
import { ChannelStanding } from './channel-standing';
import {
  cannotTell,
  isUnavailable,
  knowingWindow,
  nameOf,
  stopped,
  toApplicationFailure,
} from './send-failures';
import { authorOf, createPartReader, windowed } from './send-part';
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
/** How long look-ups that fail are tried again, from the call of unknown outcome on. */
const LOOKUP_PATIENCE_MS = 120_000;

/** Calls to providers (reliability.md 5): the ledger row first, one call, its outcome by name. Never retries by itself. */
export function createSendActivities(deps: SendDeps): SendActivities {
  const { ledger, now = () => new Date(), clock = () => performance.now() } = deps;
  const { alert, channelRests } = deps;
  const standing = new ChannelStanding({ ledger, alert, channelRests, clock });
  const { prepare, toPart } = createPartReader({ ...deps, now });

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
    const prepared = await prepare(input, target);
    const { row, entry } = prepared;
    const ended = endedResult(row);
    if (ended) return ended;
    if (entry.deletedAt && row.status === 'intended')
      throw new ConnectorError('Rejected', 'taken back meanwhile', { reason: 'deleted' });
    const part = await toPart(input, prepared, target);
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
    await standing.turn(channelId, customerIdentifier, rate);
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
      await standing.sent(channelId);
      return result;
    } catch (error) {
      standing.failed(channelId, part.id, error);
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
      if (type === 'ChannelStopped')
        await standing.stop(input.channelId, facts.reason ?? 'unknown');
      if (type === 'ChannelStopped' || type === 'Throttled' || type === 'Unavailable')
        return await ledger.release(id, input.attempt);
      if (type === 'OptedOut') await ledger.optOut(input.channelId, input.customerIdentifier);
      await ledger.refuse(id, input.attempt, { type, facts, reason: failureReason(type, facts) });
    } catch (failure) {
      if (!isUnavailable(failure)) throw failure;
    }
  }

  async function failMessage(message: Parameters<SendActivities['failMessage']>[0]): Promise<void> {
    const { reasonCode, ...rest } = message;
    await ledger.fail({ ...rest, reason: reasonCode });
  }

  return { sendPart, failMessage };
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
