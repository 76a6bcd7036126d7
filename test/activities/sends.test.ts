import { randomBytes } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { connectorOf } from '../../connectors';
import type { AnyConnector } from '../../connectors/connector';
import { ConnectorError, type ConnectorErrorType, ProblemError } from '../../domain/errors';
import { createDeliveryStore } from '../../infra/mongo/delivery-store';
import type { SendLedger } from '../../infra/mongo/send-ledger';
import { createOutgoing } from '../../infra/outgoing';
import { type FakePartner, startFakePartner } from '../support/fakes/partner';
import {
  anInstallation,
  aProcess,
  aSendPart,
  FakeProvider,
  type Installation,
  runActivity,
} from '../support/send-driver';
import { useDatabase } from '../support/servers';

const database = useDatabase();
const at = '2026-11-22T10:00:00.000Z';

function setUp(over: Partial<Installation> = {}, capabilities = {}) {
  const provider = new FakeProvider('at-most-once');
  const installation = anInstallation(database().db, provider.connector(capabilities), over);
  const activities = aProcess(installation);
  const send = (part = {}) => runActivity(activities.sendPart, aSendPart(installation, part));
  return { provider, installation, activities, send, partId: `${installation.messageId}-1` };
}
async function failureOf(
  work: Promise<unknown>,
): Promise<{ type?: string | null; facts?: unknown; nonRetryable?: boolean | null }> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    return { type: error.type, facts: error.details?.[0], nonRetryable: error.nonRetryable };
  }
  throw new Error('it did not fail');
}
const viewOf = async ({ db, messageId, now }: Installation) =>
  (await createDeliveryStore(db, () => now).of([messageId])).get(messageId);

describe('sendPart', () => {
  it('sends, settles, and answers a repeat from the row', async () => {
    const { send, provider, partId, installation } = setUp();
    expect(await send()).toEqual({ parts: 1, settled: true });
    expect(await send({ attempt: 2 })).toEqual({ parts: 1, settled: true });
    expect(provider.deliveries(partId)).toBe(1);
    expect(await viewOf(installation)).toEqual({
      state: 'ACCEPTED',
      times: { ACCEPTED: at },
      reasonCode: null,
      providerMessageIds: [`ext-${partId}-1`],
    });
  });

  it('plans a long message once, sends part by part and forgets the plan', async () => {
    const text = `${'a'.repeat(90)}\n\n${'b'.repeat(90)}\n\n${'c'.repeat(90)}`;
    const { send, provider, installation } = setUp({ body: { type: 'PLAIN', text } });
    expect(await send()).toEqual({ parts: 3, settled: true });
    installation.body = { type: 'PLAIN', text: 'changed' };
    expect((await viewOf(installation))?.state).toBe('PENDING');
    expect(await send({ part: 2 })).toEqual({ parts: 3, settled: true });
    expect(await send({ part: 3 })).toEqual({ parts: 3, settled: true });
    expect(provider.calls).toEqual([1, 2, 3].map((n) => `${installation.messageId}-${n}`));
    expect(await viewOf(installation)).toMatchObject({
      state: 'ACCEPTED',
      providerMessageIds: { length: 3 },
    });
    expect(
      await database()
        .db.collection('sends')
        .countDocuments({ messageId: installation.messageId, plan: { $ne: null } }),
    ).toBe(0);
  });

  it.each<[ConnectorErrorType, object]>([
    ['Throttled', { retryAfterMs: 500, scope: 'recipient' }],
    ['Unavailable', {}],
    ['ChannelStopped', { reason: 'auth' }],
    ['Rejected', { code: '21211', detail: 'no' }],
    ['SessionWindowClosed', { outside: 'template' }],
    ['Unreachable', { reason: 'blocked' }],
    ['OptedOut', {}],
    ['Ambiguous', { reason: 'interrupted' }],
  ])('%s crosses by its name, with its facts', async (type, facts) => {
    const { send, provider, partId } = setUp();
    provider.script.push(() => {
      throw new ConnectorError(type, 'no', facts);
    });
    expect(await failureOf(send())).toEqual({ type, facts, nonRetryable: true });
    const certain = type === 'Throttled' || type === 'Unavailable';
    if (certain) expect(await send({ attempt: 2 })).toEqual({ parts: 1, settled: true });
    expect(provider.deliveries(partId)).toBe(certain ? 1 : 0);
  });

  it('goes out as it was last worded; what was taken back meanwhile does not go out', async () => {
    const changed = setUp({ since: { edit: { body: { type: 'PLAIN', text: 'new' }, at } } });
    expect(await changed.send()).toEqual({ parts: 1, settled: true });
    expect(changed.provider.texts).toEqual(['new']);
    const deleted = setUp({ since: { deletedAt: at } });
    expect(await failureOf(deleted.send())).toMatchObject({ type: 'Rejected' });
    expect(deleted.provider.calls).toEqual([]);
    const late = setUp();
    await late.send();
    late.installation.since = { deletedAt: at };
    expect(await late.send({ attempt: 2 })).toEqual({ parts: 1, settled: true });
  });

  it('a final failure is stored: a repeat does not call again', async () => {
    const { send, provider, installation } = setUp();
    provider.script.push(() => {
      throw new ConnectorError('Unreachable', 'no', { code: '30003' });
    });
    await failureOf(send());
    expect(await send({ attempt: 2 })).toEqual({ parts: 1, settled: true, failed: 'Unreachable' });
    expect(provider.calls).toHaveLength(1);
    expect(await viewOf(installation)).toMatchObject({
      state: 'FAILED',
      reasonCode: 'Unreachable',
    });
  });

  it('anything that is no ConnectorError keeps its name and leaves the outcome unknown', async () => {
    const { send, provider } = setUp();
    provider.script.push(() => {
      throw new TypeError('a bug');
    });
    expect(await failureOf(send())).toMatchObject({ type: 'TypeError' });
    expect(await failureOf(send({ attempt: 2 }))).toMatchObject({ type: 'Ambiguous' });
    expect(provider.calls).toHaveLength(1);
  });

  it('of two that race for a part one calls', async () => {
    const { send, provider } = setUp();
    const settled = await Promise.allSettled([send(), send(), send()]);
    expect(provider.calls).toHaveLength(1);
    expect(settled.some(({ status }) => status === 'fulfilled')).toBe(true);
  });

  it.each([
    ['the channel is unknown', (i: Installation) => ({ i, part: { channelId: 'other' } })],
    [
      'the channel is disabled',
      (i: Installation) => ({
        i: Object.assign(i, { channel: { ...i.channel, enabled: false } }),
        part: {},
      }),
    ],
    [
      'the connector is disabled',
      (i: Installation) => ({ i: Object.assign(i, { connectorEnabled: false }), part: {} }),
    ],
    [
      'the connector is not configured',
      (i: Installation) => ({ i: Object.assign(i, { connector: connectorOf('http') }), part: {} }),
    ],
  ])('%s: ChannelStopped, no call, no alert', async (_name, change) => {
    const { provider, installation, send } = setUp();
    const { part } = change(installation);
    expect(await failureOf(send(part))).toMatchObject({
      type: 'ChannelStopped',
      facts: { reason: 'config' },
    });
    expect(provider.calls).toHaveLength(0);
    expect(installation.alerts).toHaveLength(0);
  });

  it('waits for the archive and refuses what is not there', async () => {
    const { send, installation } = setUp();
    expect(await failureOf(send({ seq: 8 }))).toMatchObject({ type: 'Unavailable' });
    installation.body = null;
    expect(await failureOf(send())).toMatchObject({ type: 'Rejected', facts: { reason: 'gone' } });
  });

  it('refuses what the channel can never carry', async () => {
    const { send } = setUp({ body: { type: 'TEMPLATE', name: 't', language: 'en' } });
    expect(await failureOf(send())).toMatchObject({
      type: 'Rejected',
      facts: { reason: 'template' },
    });
  });

  it('sends nothing after its time', async () => {
    const { send, provider } = setUp();
    expect(await failureOf(send({ expiresAt: at }))).toMatchObject({
      type: 'Rejected',
      facts: { reason: 'expired' },
    });
    expect(provider.calls).toHaveLength(0);
  });

  it('keeps the reply window, and asks the provider where nothing is known', async () => {
    const window = { hours: 24, outside: 'none' as const };
    const shut = setUp({}, { window });
    expect(await failureOf(shut.send({ lastInboundAt: '2026-11-21T09:59:59.000Z' }))).toMatchObject(
      { type: 'SessionWindowClosed' },
    );
    expect(shut.provider.calls).toHaveLength(0);
    expect(await shut.send({ lastInboundAt: '2026-11-21T10:00:01.000Z' })).toMatchObject({
      settled: true,
    });
    expect(await setUp({}, { window }).send({ lastInboundAt: null })).toMatchObject({
      settled: true,
    });
  });

  it.each([
    ['has to opt in', {}, false],
    ['opts in by writing, where the provider says so', { writingOptsIn: true }, true],
  ])('who said stop %s', async (_name, capabilities, lifted) => {
    const { installation, activities } = setUp({}, capabilities);
    const { channel, recipient, now } = installation;
    const consent = { channelId: channel.id, recipient, at: '2026-11-22T10:00:00.000Z' };
    const { reportConsent } = createDeliveryStore(database().db, () => now);
    await reportConsent({ ...consent, kind: 'optedOut', eventKey: 'stop' });
    const send = () => {
      installation.messageId += 'x';
      const lastInboundAt = '2026-11-22T10:00:01.000Z';
      return runActivity(activities.sendPart, aSendPart(installation, { lastInboundAt }));
    };
    const refused = { type: 'OptedOut', facts: { reason: 'earlier' } };
    if (lifted) expect(await send()).toMatchObject({ settled: true });
    else expect(await failureOf(send())).toMatchObject(refused);
    await reportConsent({ ...consent, kind: 'optedIn', eventKey: 'start' });
    expect(await send()).toMatchObject({ settled: true });
  });

  it('asks the provider no more after an opt-out, until the customer writes again', async () => {
    const { installation, activities, provider } = setUp();
    provider.script.push(() => {
      throw new ConnectorError('OptedOut', 'no');
    });
    const send = (over: object) => {
      installation.messageId += 'x';
      return runActivity(activities.sendPart, aSendPart(installation, over));
    };
    const before = '2026-11-22T09:59:00.000Z';
    expect(await failureOf(send({ lastInboundAt: before }))).toMatchObject({ type: 'OptedOut' });
    expect(await failureOf(send({ lastInboundAt: before }))).toMatchObject({
      type: 'OptedOut',
      facts: { reason: 'earlier' },
    });
    expect(await failureOf(send({}))).toMatchObject({ type: 'OptedOut' });
    expect(provider.calls).toHaveLength(1);
    expect(await send({ customerIdentifier: 'u2' })).toMatchObject({ settled: true });
    expect(await send({ lastInboundAt: '2026-11-22T10:00:01.000Z' })).toMatchObject({
      settled: true,
    });
  });

  it('translates a reply to the provider’s id and gives links to media', async () => {
    const seen: unknown[] = [];
    const { installation, send } = setUp({
      body: { type: 'IMAGE', mediaId: 'med_1' },
      replyTo: 'msg_theirs',
    });
    const real = installation.connector;
    installation.connector = {
      ...real,
      send: async (part, context) => {
        seen.push(part);
        return real.send(part, context);
      },
    };
    await send();
    expect(seen).toMatchObject([
      {
        replyTo: 'ext-theirs',
        mediaUrls: { med_1: 'https://parley.test/media/med_1' },
        hookUrl: `https://parley.test/webhooks/${installation.channel.id}`,
      },
    ]);
  });

  it('keeps a pace: near turns are waited for, far ones are Throttled', async () => {
    const { send, activities, installation, provider } = setUp(
      {},
      { rate: { perRecipientMs: 5_000 } },
    );
    await send();
    const second = { ...aSendPart(installation), messageId: `${installation.messageId}b` };
    installation.messageId = second.messageId;
    const failure = await failureOf(runActivity(activities.sendPart, second));
    expect(failure).toMatchObject({ type: 'Throttled' });
    expect((failure.facts as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(2_000);
    expect(
      await runActivity(activities.sendPart, { ...second, attempt: 2, customerIdentifier: 'u2' }),
    ).toMatchObject({ settled: true });
    expect(provider.calls).toHaveLength(2);
  });
});

describe('a stopped channel', () => {
  it('alerts once, is left alone for a while, and is open again after the first success', async () => {
    let clock = 0;
    const { provider, installation, partId } = setUp();
    const stop = () => {
      throw new ConnectorError('ChannelStopped', 'no', { reason: 'payment' });
    };
    provider.script.push(stop, stop);
    const one = aProcess(installation, { clock: () => clock });
    const other = aProcess(installation);
    const send = (process: typeof one, attempt: number) =>
      runActivity(process.sendPart, aSendPart(installation, { attempt }));
    expect(await failureOf(send(one, 1))).toMatchObject({
      type: 'ChannelStopped',
      facts: { reason: 'payment' },
    });
    expect(await failureOf(send(other, 2))).toMatchObject({
      type: 'ChannelStopped',
      facts: { reason: 'payment' },
    });
    expect(installation.alerts).toEqual([
      { kind: 'channelStopped', channelId: installation.channel.id, reason: 'payment' },
    ]);
    expect(await failureOf(send(one, 3))).toMatchObject({ facts: { reason: 'paused' } });
    expect(provider.calls).toHaveLength(2);
    clock += 30_000;
    expect(await send(one, 4)).toMatchObject({ settled: true });
    expect(provider.deliveries(partId)).toBe(1);
    expect(
      await database()
        .db.collection('channel_states')
        .countDocuments({ _id: installation.channel.id as never }),
    ).toBe(0);
  });
});

describe('while MongoDB is down', () => {
  const down = () => Promise.reject(new ProblemError('UNAVAILABLE', 'down'));
  it.each(['find', 'open', 'take'] as const)('no row, no call: %s', async (method) => {
    const { installation, provider } = setUp();
    const ledger = {
      ...installation.ledger,
      ...withMethods(installation.ledger),
      [method]: down,
    } as SendLedger;
    const activities = aProcess(installation, { ledger });
    expect(
      await failureOf(runActivity(activities.sendPart, aSendPart(installation))),
    ).toMatchObject({ type: 'Unavailable' });
    expect(provider.calls).toHaveLength(0);
  });

  it('what was sent counts as sent, and is written down when it is back', async () => {
    const { installation, provider } = setUp();
    let failures = 2;
    const settle: SendLedger['settle'] = async (...args) =>
      failures-- > 0 ? down() : installation.ledger.settle(...args);
    const activities = aProcess(installation, {
      ledger: { ...withMethods(installation.ledger), settle },
    });
    expect(await runActivity(activities.sendPart, aSendPart(installation))).toEqual({
      parts: 1,
      settled: true,
    });
    expect(await viewOf(installation)).toMatchObject({ state: 'ACCEPTED' });
    expect(provider.calls).toHaveLength(1);
  });

  it('gives up writing before the activity’s own time is over, and says so', async () => {
    const { installation } = setUp();
    let clock = 0;
    const settle = async () => {
      clock += 10_000;
      return down();
    };
    const activities = aProcess(installation, {
      clock: () => clock,
      ledger: { ...withMethods(installation.ledger), settle },
    });
    expect(await runActivity(activities.sendPart, aSendPart(installation))).toEqual({
      parts: 1,
      settled: true,
    });
    expect(installation.alerts).toMatchObject([{ kind: 'sendNotRecorded' }]);
  });

  /** The store is a proxy: its methods one by one. */
  function withMethods(ledger: SendLedger): SendLedger {
    const names = [
      'open',
      'find',
      'take',
      'takeOver',
      'holds',
      'settle',
      'release',
      'refuse',
      'doubt',
      'absent',
      'fail',
      'claimed',
      'optOut',
      'optOutOf',
      'stop',
      'resume',
    ] as const;
    return Object.fromEntries(names.map((name) => [name, ledger[name]])) as unknown as SendLedger;
  }
});

describe('the last look before the first byte', () => {
  const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
  let partner: FakePartner;
  afterEach(() => partner.close());
  async function withPartner() {
    const cfg = { inboundSecret: secret(), outboundSecret: secret() };
    partner = await startFakePartner(cfg);
    const installation = anInstallation(database().db, connectorOf('http') as AnyConnector, {
      cfg: { ...cfg, sendUrl: partner.sendUrl },
    });
    return { installation, partId: `${installation.messageId}-1` };
  }

  it('a process that was frozen past its deadline sends nothing', async () => {
    const { installation, partId } = await withPartner();
    let clock = 0;
    const real = createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] });
    const outgoing = {
      fetch: (limits: Parameters<typeof real.fetch>[0]) => {
        clock += 60_000; // it froze here
        return real.fetch(limits);
      },
    };
    const frozen = aProcess(installation, { clock: () => clock, outgoing });
    expect(await failureOf(runActivity(frozen.sendPart, aSendPart(installation)))).toMatchObject({
      type: 'Unavailable',
    });
    expect(partner.deliveries(partId)).toBe(0);
    expect(
      await runActivity(aProcess(installation).sendPart, aSendPart(installation, { attempt: 2 })),
    ).toMatchObject({ settled: true });
    expect(partner.deliveries(partId)).toBe(1);
  });

  it('a process whose part another attempt has taken over sends nothing', async () => {
    const { installation, partId } = await withPartner();
    const real = createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] });
    const second = aProcess(installation);
    const outgoing: typeof real = {
      ...real,
      fetch: (limits) => {
        const fetch = real.fetch(limits);
        return async (...args) => {
          await runActivity(
            second.sendPart,
            aSendPart(installation, { attempt: 2, recover: 'resend' }),
          );
          return fetch(...args);
        };
      },
    };
    const first = aProcess(installation, { outgoing });
    expect(await failureOf(runActivity(first.sendPart, aSendPart(installation)))).toMatchObject({
      type: 'Unavailable',
    });
    expect(partner.requests).toHaveLength(1);
    expect(partner.deliveries(partId)).toBe(1);
    expect(await viewOf(installation)).toMatchObject({ state: 'ACCEPTED' });
  });

  it('a partner that answers late is given up before the activity is', async () => {
    const { installation, partId } = await withPartner();
    partner.script.next({ type: 'hang', taken: true });
    const real = createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] });
    const hasty = { fetch: (limits: object) => real.fetch({ ...limits, timeoutMs: 300 }) };
    const activities = aProcess(installation, { outgoing: hasty });
    expect(
      await failureOf(runActivity(activities.sendPart, aSendPart(installation))),
    ).toMatchObject({ type: 'Ambiguous' });
    expect(
      await runActivity(
        activities.sendPart,
        aSendPart(installation, { attempt: 2, recover: 'resend' }),
      ),
    ).toMatchObject({ settled: true });
    expect(partner.requests.map(({ id }) => id)).toEqual([partId, partId]);
    expect(partner.deliveries(partId)).toBe(1);
  });
});

describe('failMessage', () => {
  it.each([
    ['a message that was never tried', [], 'FAILED'],
    ['a message whose first part is out', [1], 'FAILED'],
    ['a message that is out', [1, 2], 'ACCEPTED'],
  ])('%s', async (_name, sent, state) => {
    const text = `${'a'.repeat(90)}\n\n${'b'.repeat(90)}`;
    const { installation, activities, send } = setUp({ body: { type: 'PLAIN', text } });
    for (const part of sent) await send({ part });
    const { conversationId, messageId, channel } = installation;
    const failure = {
      conversationId,
      messageId,
      seq: 7,
      channelId: channel.id,
      reasonCode: 'conversationClosed',
    };
    await runActivity(activities.failMessage, failure);
    await runActivity(activities.failMessage, failure);
    expect(await viewOf(installation)).toMatchObject({
      state,
      reasonCode: state === 'FAILED' ? 'conversationClosed' : null,
    });
    if (state === 'FAILED')
      expect(await send({ part: sent.length + 1, attempt: 2 })).toMatchObject({
        failed: 'conversationClosed',
      });
  });
});

describe('a provider that is away', () => {
  const away = () => new ConnectorError('Unavailable', 'HTTP 503');

  it('is left alone after five messages, asked by one probe, and then gets all that waited', async () => {
    const provider = new FakeProvider('at-most-once');
    let clock = 1_000;
    const first = anInstallation(database().db, provider.connector());
    const { sendPart } = aProcess(first, { clock: () => clock });
    // Messages of several conversations through one process.
    const send = async (n: number) => {
      const messageId = `${first.messageId}x${n}`;
      const process = { ...first, messageId };
      Object.assign(first, { messageId });
      return runActivity(sendPart, aSendPart(process));
    };
    provider.script.push(
      ...Array.from({ length: 6 }, () => () => {
        throw away();
      }),
    );
    for (let n = 1; n <= 5; n += 1)
      expect(await failureOf(send(n))).toMatchObject({ type: 'Unavailable' });
    expect(first.alerts).toMatchObject([{ kind: 'providerAway', reason: 'Unavailable' }]);
    const parked = await failureOf(send(6));
    expect(parked).toMatchObject({ type: 'Unavailable', facts: { retryAfterMs: 5_000 } });
    expect(provider.calls).toHaveLength(5);

    clock += 5_000;
    expect(await failureOf(send(7))).toMatchObject({ type: 'Unavailable' }); // the probe
    expect(await failureOf(send(8))).toMatchObject({ facts: { retryAfterMs: 10_000 } });
    expect(provider.calls).toHaveLength(6);

    clock += 10_000;
    expect(await send(9)).toMatchObject({ settled: true });
    expect(await send(10)).toMatchObject({ settled: true });
    expect(first.alerts).toHaveLength(1);
  });

  it('says when the reply window ends, and nothing about it where none does', async () => {
    const window = { hours: 24, outside: 'template' } as const;
    const { provider, send } = setUp({}, { window });
    provider.script.push(
      () => {
        throw away();
      },
      () => {
        throw away();
      },
    );
    const lastInboundAt = '2026-11-22T09:00:00.000Z';
    expect(await failureOf(send({ lastInboundAt }))).toMatchObject({
      type: 'Unavailable',
      facts: { windowEndsAt: '2026-11-23T09:00:00.000Z' },
    });
    expect((await failureOf(send({ attempt: 2 }))).facts).not.toHaveProperty('windowEndsAt');
  });
});
