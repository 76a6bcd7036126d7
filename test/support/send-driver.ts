import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Db } from 'mongodb';
import { z } from 'zod';
import { createSendActivities, type SendAlert, type SendDeps } from '../../activities/sends';
import type { SendPart } from '../../activities/types';
import { connectorOf } from '../../connectors';
import type { AnyConnector, OutboundPart, SendResult } from '../../connectors/connector';
import type { AmbiguousSend, Capabilities } from '../../domain/channel/capabilities';
import { Channel } from '../../domain/channel/schema';
import type { ConnectorError } from '../../domain/errors';
import { partId } from '../../domain/ids';
import type { MessageBody } from '../../domain/message/schema';
import { afterSend, type Recovery, type SendOutcome } from '../../domain/message/send-policy';
import { createSendLedger, type SendLedger } from '../../infra/mongo/send-ledger';
import { createOutgoing } from '../../infra/outgoing';
import { createOutgoingMail } from '../../infra/outgoing-mail';
import type { ArchivedEntry } from '../../infra/stores';
import { readAttributes } from './connectors';

/** Where the process dies, in the order of reliability.md section 5. */
export const KILL_POINTS = [
  'beforeRow',
  'beforeByte',
  'beforeAnswer',
  'beforeSettle',
  'beforeReport',
] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

/** A provider inside the process: what it delivered by part id, and what it is told to do with the next calls. */
export class FakeProvider {
  readonly delivered = new Map<string, string[]>();
  readonly calls: string[] = [];
  /** What the calls said, where it was text. */
  readonly texts: string[] = [];
  /** For the calls that follow: an error after or before the message was taken. */
  readonly script: ((take: () => string) => void)[] = [];
  lookupFails: ConnectorError | null = null;
  constructor(readonly policy: AmbiguousSend) {}

  deliveries(id: string): number {
    return this.delivered.get(id)?.length ?? 0;
  }
  take(part: OutboundPart): string {
    const known = this.delivered.get(part.id) ?? [];
    const before = known[0];
    if (before && this.policy === 'exactly-once-with-key') return before;
    const id = `ext-${part.id}-${known.length + 1}`;
    this.delivered.set(part.id, [...known, id]);
    return id;
  }
  connector(capabilities: Partial<Capabilities> = {}): AnyConnector {
    const lookup = async (part: OutboundPart): Promise<SendResult | null> => {
      if (this.lookupFails) throw this.lookupFails;
      const id = this.delivered.get(part.id)?.[0];
      return id ? { providerMessageIds: [id], state: 'accepted' } : null;
    };
    return {
      id: 'fake',
      channelTypes: ['GENERIC'],
      configSchema: z.looseObject({}),
      secretAttributes: [],
      delivery: 'SEND',
      capabilities: () => ({ ...ABLE, ambiguousSend: this.policy, ...capabilities }),
      verify: () => ({ ok: true }),
      parse: () => [],
      reply: () => ({ status: 200 }),
      send: async (part) => {
        this.calls.push(part.id);
        if (part.body.type === 'PLAIN') this.texts.push(part.body.text);
        const step = this.script.shift();
        step?.(() => this.take(part));
        return { providerMessageIds: [this.take(part)], state: 'accepted' };
      },
      ...(this.policy === 'reconcile-by-lookup' && { lookup }),
    };
  }
}

const ABLE: Capabilities = {
  typing: false,
  readReceipts: { send: false, receive: true },
  reactions: false,
  replies: true,
  templates: false,
  media: { kinds: ['IMAGE'], maxBytes: {}, captionMax: 100 },
  text: { max: 100 },
  buttons: null,
  deliveryStates: ['SENT', 'DELIVERED', 'FAILED'],
  idempotentSend: false,
  window: null,
  rate: {},
  ambiguousSend: 'at-most-once',
};

export interface Installation {
  readonly db: Db;
  readonly conversationId: string;
  messageId: string;
  readonly ledger: SendLedger;
  readonly alerts: SendAlert[];
  /** Fake wall clock; the driver moves it on instead of waiting. */
  now: Date;
  channel: Channel;
  connectorEnabled: boolean;
  cfg: Readonly<Record<string, unknown>>;
  connector: AnyConnector;
  body: MessageBody | null;
  entryType: ArchivedEntry['type'];
  replyTo: string | null;
  /** @default u1 */
  recipient: string;
  /** What became of the entry before it went out. */
  since?: Partial<Pick<ArchivedEntry, 'edit' | 'deletedAt'>>;
}

let count = 0;

/** One channel, one conversation, one message that is to go out. */
export function anInstallation(
  db: Db,
  connector: AnyConnector,
  over: Partial<Installation> = {},
): Installation {
  count += 1;
  const installation: Installation = {
    db,
    conversationId: `cnv_${process.pid}x${count}`,
    messageId: `msg_${process.pid}x${count}`,
    alerts: [],
    now: new Date('2026-11-22T10:00:00.000Z'),
    channel: Channel.parse({
      id: `chn${count}`,
      channelType: 'GENERIC',
      serviceIdentifier: 'shop',
      connectorId: 'c',
    }),
    connectorEnabled: true,
    cfg: {},
    connector,
    body: { type: 'PLAIN', text: 'Hello' },
    entryType: 'AGENT_MESSAGE',
    replyTo: null,
    recipient: 'u1',
    ledger: createSendLedger(db, () => installation.now),
    ...over,
  };
  return installation;
}

/** The activities of one process of an installation. */
export function aProcess(installation: Installation, over: Partial<SendDeps> = {}) {
  const outgoing = createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] });
  const deps: SendDeps = {
    connectorOf: (id) => (id === 'fake' ? installation.connector : connectorOf(id)),
    config: {
      channel: async (id) =>
        id === installation.channel.id
          ? {
              channel: installation.channel,
              connector: {
                id: 'c',
                providerId: installation.connector.id,
                enabled: installation.connectorEnabled,
                ...readAttributes(installation.connector, installation.cfg),
              },
            }
          : null,
    },
    timeline: {
      read: async (conversationId, after) =>
        conversationId === installation.conversationId && after === 6
          ? [entryOf(installation)]
          : [],
      find: async (_conversationId, id) =>
        id === 'msg_theirs'
          ? { ...entryOf(installation), id, providerMessageId: 'ext-theirs' }
          : null,
    },
    ledger: installation.ledger,
    outgoing,
    mail: createOutgoingMail(outgoing),
    media: { get: async () => null },
    linkOf: (mediaId) => `https://parley.test/media/${mediaId}`,
    publicUrl: 'https://parley.test',
    alert: (alert) => installation.alerts.push(alert),
    now: () => installation.now,
    ...over,
  };
  return createSendActivities(deps);
}

export function aSendPart(installation: Installation, over: Partial<SendPart> = {}): SendPart {
  return {
    conversationId: installation.conversationId,
    messageId: installation.messageId,
    seq: 7,
    part: 1,
    attempt: 1,
    channelId: installation.channel.id,
    customerIdentifier: installation.recipient,
    lastInboundAt: null,
    expiresAt: '2026-11-23T10:00:00.000Z',
    ...over,
  };
}

/** Failed attempts are what these tests are about. */
const SILENT = new DefaultLogger('ERROR', () => undefined);

/** Runs one activity as a worker would. */
export async function runActivity<A, R>(activity: (input: A) => Promise<R>, input: A): Promise<R> {
  return new MockActivityEnvironment({ startToCloseTimeoutMs: 30_000 }, { logger: SILENT }).run(
    activity,
    input,
  );
}

export interface Finished {
  readonly outcome: 'sent' | string;
  readonly attempts: number;
  /** Fake milliseconds from the first attempt to the end. */
  readonly tookMs: number;
}

/**
 * What the workflow does with a message: each part by attempts, waiting as the policy says, by a clock that it moves itself. Each
 * attempt runs in the process that `processOf` gives; one that dies is a lost activity.
 */
export async function sendMessage(
  installation: Installation,
  options: {
    readonly policy: AmbiguousSend;
    readonly processOf: (
      attempt: number,
      part: number,
    ) => { readonly activities: ReturnType<typeof aProcess>; readonly died?: Promise<never> };
    readonly reportsOutcome?: boolean;
    readonly whileWaiting?: () => Promise<void>;
  },
): Promise<Finished> {
  const start = installation.now.getTime();
  const { expiresAt } = aSendPart(installation);
  let attempts = 0;
  let parts = 1;
  for (let part = 1; part <= parts; part += 1) {
    let recover: Recovery | null = null;
    for (let attempt = 1; ; attempt += 1) {
      attempts += 1;
      if (attempts > 50) throw new Error('no end');
      const { activities, died } = options.processOf(attempt, part);
      const input = aSendPart(installation, { part, attempt, ...(recover && { recover }) });
      const ran = runActivity(activities.sendPart, input).then(
        (result) => ({
          result,
          outcome: { type: result.settled ? 'sent' : 'unsettled' } as SendOutcome,
        }),
        (error: unknown) => ({ result: null, outcome: failed(error) }),
      );
      const lost = {
        result: null,
        outcome: { type: 'failed', error: 'Ambiguous', facts: {} } as SendOutcome,
      };
      const { result, outcome } = await (died ? Promise.race([ran, died.catch(() => lost)]) : ran);
      if (result?.failed)
        return { outcome: result.failed, attempts, tookMs: installation.now.getTime() - start };
      const step = afterSend({
        outcome,
        attempt,
        recovering: recover,
        now: installation.now.toISOString(),
        expiresAt,
        policy: options.policy,
        ambiguousWaitMs: 30_000,
        reportsOutcome: options.reportsOutcome ?? true,
        seed: partId(installation.messageId, part),
      });
      if (step.type === 'fail') {
        const { conversationId, messageId, channel } = installation;
        await runActivity(activities.failMessage, {
          conversationId,
          messageId,
          seq: 7,
          channelId: channel.id,
          reasonCode: step.reason,
        });
        return { outcome: step.reason, attempts, tookMs: installation.now.getTime() - start };
      }
      if (step.type === 'next') {
        parts = result?.parts ?? parts;
        break;
      }
      recover = step.recover;
      installation.now = new Date(Math.max(installation.now.getTime(), Date.parse(step.at)));
      await options.whileWaiting?.();
    }
  }
  return { outcome: 'sent', attempts, tookMs: installation.now.getTime() - start };
}

/** A process that dies at a point: from then on nothing that it does takes effect, and nobody hears of it. */
export function aDyingProcess(
  installation: Installation,
  point: KillPoint,
): { activities: ReturnType<typeof aProcess>; died: Promise<never> } {
  let die: (error: Error) => void = () => undefined;
  const died = new Promise<never>((_resolve, reject) => {
    die = reject;
  });
  died.catch(() => undefined);
  let dead = false;
  const kill = (): Promise<never> => {
    dead = true;
    die(new Error('killed'));
    return new Promise(() => undefined);
  };
  const before: Partial<Record<keyof SendLedger, KillPoint>> = {
    take: 'beforeRow',
    takeOver: 'beforeRow',
    settle: 'beforeSettle',
  };
  const after: Partial<Record<keyof SendLedger, KillPoint>> = {
    take: 'beforeByte',
    takeOver: 'beforeByte',
    settle: 'beforeReport',
  };
  const ledger = new Proxy(installation.ledger, {
    get:
      (target, name: keyof SendLedger) =>
      async (...args: never[]) => {
        if (dead || before[name] === point) return kill();
        const result = await (target[name] as (...given: never[]) => Promise<unknown>)(...args);
        return dead || after[name] === point ? kill() : result;
      },
  });
  const real = installation.connector;
  const connector: AnyConnector = {
    ...real,
    send: async (part, context) => {
      if (dead) return kill();
      const result = await real.send(part, context);
      return point === 'beforeAnswer' ? kill() : result;
    },
  };
  const activities = aProcess(installation, { ledger, connectorOf: () => connector });
  return { activities, died };
}

function failed(error: unknown): SendOutcome {
  if (!(error instanceof ApplicationFailure)) throw error;
  return {
    type: 'failed',
    error: error.type ?? 'Error',
    facts: (error.details?.[0] ?? {}) as object,
  };
}

function entryOf({
  conversationId,
  messageId,
  body,
  entryType,
  replyTo,
  now,
  since,
}: Installation): ArchivedEntry {
  return {
    conversationId,
    seq: 7,
    id: messageId,
    type: entryType,
    at: now.toISOString(),
    sentAt: null,
    actor: { type: 'AGENT', id: 'agt_ana', name: 'Ana' },
    channelSessionId: 'ses_1',
    body,
    data: null,
    replyTo,
    providerMessageId: null,
    hash: 'h',
    delivery: null,
    reactions: [],
    edit: null,
    deletedAt: null,
    media: [],
    erasedAt: null,
    ...since,
  };
}
