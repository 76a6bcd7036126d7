import type { AmbiguousSend } from '../../domain/channel/capabilities';
import { ConnectorError } from '../../domain/errors';
import { createDeliveryStore } from '../../infra/mongo/delivery-store';
import {
  aDyingProcess,
  anInstallation,
  aProcess,
  FakeProvider,
  type Installation,
  KILL_POINTS,
  type KillPoint,
  sendMessage,
} from '../support/send-driver';
import { useDatabase } from '../support/servers';

const database = useDatabase();
const POLICIES = [
  'at-most-once',
  'at-least-once',
  'exactly-once-with-key',
  'reconcile-by-lookup',
] as const;
const ambiguous = () => new ConnectorError('Ambiguous', 'no answer');

function anInstallationOf(policy: AmbiguousSend) {
  const provider = new FakeProvider(policy);
  const installation = anInstallation(database().db, provider.connector());
  return { provider, installation, partId: `${installation.messageId}-1` };
}
const view = async ({ db, messageId, now }: Installation) =>
  (await createDeliveryStore(db, () => now).of([messageId])).get(messageId);

/** Deliveries and outcome by line of the table in reliability.md section 5, without any news from the provider. */
const EXPECTED: Record<
  AmbiguousSend,
  Record<KillPoint, readonly [deliveries: number, outcome: string]>
> = {
  'at-most-once': {
    beforeRow: [1, 'sent'],
    beforeByte: [0, 'outcomeUnknown'],
    beforeAnswer: [1, 'outcomeUnknown'],
    beforeSettle: [1, 'outcomeUnknown'],
    beforeReport: [1, 'sent'],
  },
  'at-least-once': {
    beforeRow: [1, 'sent'],
    beforeByte: [1, 'sent'],
    beforeAnswer: [2, 'sent'],
    beforeSettle: [2, 'sent'],
    beforeReport: [1, 'sent'],
  },
  'exactly-once-with-key': {
    beforeRow: [1, 'sent'],
    beforeByte: [1, 'sent'],
    beforeAnswer: [1, 'sent'],
    beforeSettle: [1, 'sent'],
    beforeReport: [1, 'sent'],
  },
  'reconcile-by-lookup': {
    beforeRow: [1, 'sent'],
    beforeByte: [1, 'sent'],
    beforeAnswer: [1, 'sent'],
    beforeSettle: [1, 'sent'],
    beforeReport: [1, 'sent'],
  },
};

describe.each(POLICIES)('%s', (policy) => {
  it.each(KILL_POINTS)('the process dies %s', async (point) => {
    const { provider, installation, partId } = anInstallationOf(policy);
    const processes = [aDyingProcess(installation, point)];
    const finished = await sendMessage(installation, {
      policy,
      processOf: () => processes.shift() ?? { activities: aProcess(installation) },
    });
    const [deliveries, outcome] = EXPECTED[policy][point];
    expect(finished.outcome).toBe(outcome);
    expect(provider.deliveries(partId)).toBe(deliveries);
    expect(await view(installation)).toMatchObject({
      state: outcome === 'sent' ? 'ACCEPTED' : 'FAILED',
      reasonCode: outcome === 'sent' ? null : outcome,
    });
    expect(finished.tookMs).toBeLessThanOrEqual(35_000);
  });

  it.each(['beforeAnswer', 'beforeSettle'] as const)(
    'dies %s, and news with our id comes during the wait',
    async (point) => {
      const { provider, installation, partId } = anInstallationOf(policy);
      const processes = [aDyingProcess(installation, point)];
      const deliveries = createDeliveryStore(installation.db);
      const finished = await sendMessage(installation, {
        policy,
        processOf: () => processes.shift() ?? { activities: aProcess(installation) },
        whileWaiting: async () => {
          const at = installation.now.toISOString();
          await deliveries.report({
            channelId: installation.channel.id,
            partId,
            providerMessageId: 'ext-1',
            state: 'SENT',
            reasonCode: null,
            at,
          });
        },
      });
      expect(finished.outcome).toBe('sent');
      expect(provider.deliveries(partId)).toBe(1);
      expect(provider.calls).toHaveLength(1);
      expect(await view(installation)).toMatchObject({
        state: 'SENT',
        providerMessageIds: ['ext-1'],
      });
    },
  );

  it.each([
    ['taken', true],
    ['not taken', false],
  ])('no answer, %s', async (_name, taken) => {
    const { provider, installation, partId } = anInstallationOf(policy);
    provider.script.push((take) => {
      if (taken) take();
      throw ambiguous();
    });
    const finished = await sendMessage(installation, {
      policy,
      processOf: () => ({ activities: aProcess(installation) }),
    });
    const expected = EXPECTED[policy][taken ? 'beforeAnswer' : 'beforeByte'];
    expect([provider.deliveries(partId), finished.outcome]).toEqual(expected);
  });

  it('is shown as unknown while it is', async () => {
    const { provider, installation } = anInstallationOf(policy);
    provider.script.push(() => {
      throw ambiguous();
    });
    const seen: (string | undefined)[] = [];
    await sendMessage(installation, {
      policy,
      processOf: () => ({ activities: aProcess(installation) }),
      whileWaiting: async () => void seen.push((await view(installation))?.state),
    });
    expect(seen[0]).toBe('UNKNOWN');
    expect((await view(installation))?.state).not.toBe('UNKNOWN');
  });

  it('never ends unknown and never beyond its policy, whatever ten calls in a row come to', async () => {
    const { provider, installation, partId } = anInstallationOf(policy);
    for (let n = 0; n < 10; n += 1)
      provider.script.push((take) => {
        if (n % 2 === 0) take();
        throw n % 3 === 0 ? new ConnectorError('Unavailable', 'down') : ambiguous();
      });
    // A provider that says "down" although it took the message is not one of ours.
    provider.script[0] = () => {
      throw new ConnectorError('Unavailable', 'down');
    };
    provider.script[6] = () => {
      throw new ConnectorError('Unavailable', 'down');
    };
    const { outcome } = await sendMessage(installation, {
      policy,
      processOf: () => ({ activities: aProcess(installation) }),
    });
    const deliveries = provider.deliveries(partId);
    if (policy === 'at-most-once') expect(deliveries).toBeLessThanOrEqual(1);
    if (policy === 'at-least-once') expect(deliveries).toBeGreaterThanOrEqual(1);
    if (policy === 'exactly-once-with-key' || policy === 'reconcile-by-lookup')
      expect(deliveries).toBe(1);
    expect(['PENDING', 'UNKNOWN']).not.toContain((await view(installation))?.state);
    expect(outcome).toMatch(/^(sent|outcomeUnknown)$/);
  });
});

describe('reconcile-by-lookup', () => {
  const policy = 'reconcile-by-lookup';
  it('fails visibly when a look-up can never tell', async () => {
    const { provider, installation, partId } = anInstallationOf(policy);
    provider.script.push((take) => {
      take();
      throw ambiguous();
    });
    provider.lookupFails = new ConnectorError('Ambiguous', 'too many', { reason: 'lookup' });
    const finished = await sendMessage(installation, {
      policy,
      processOf: () => ({ activities: aProcess(installation) }),
    });
    expect(finished.outcome).toBe('outcomeUnknown');
    expect(provider.deliveries(partId)).toBe(1);
  });

  it('tries a look-up again while the provider is away, but not for ever', async () => {
    for (const [back, outcome] of [
      [true, 'sent'],
      [false, 'outcomeUnknown'],
    ] as const) {
      const { provider, installation, partId } = anInstallationOf(policy);
      provider.script.push((take) => {
        take();
        throw ambiguous();
      });
      provider.lookupFails = new ConnectorError('Unavailable', 'down');
      let waits = 0;
      const finished = await sendMessage(installation, {
        policy,
        processOf: () => ({ activities: aProcess(installation) }),
        whileWaiting: async () => {
          waits += 1;
          if (back && waits === 3) provider.lookupFails = null;
        },
      });
      expect(finished.outcome).toBe(outcome);
      expect(finished.tookMs).toBeLessThan(300_000);
      expect(provider.deliveries(partId)).toBe(1);
    }
  });
});

it('a delivery that is reported after the failure wins, a mere "sent" does not', async () => {
  const { installation, partId } = anInstallationOf('at-most-once');
  const processes = [aDyingProcess(installation, 'beforeAnswer')];
  await sendMessage(installation, {
    policy: 'at-most-once',
    processOf: () => processes.shift() ?? { activities: aProcess(installation) },
  });
  const deliveries = createDeliveryStore(installation.db);
  const news = {
    channelId: installation.channel.id,
    partId,
    providerMessageId: null,
    reasonCode: null,
    at: installation.now.toISOString(),
  };
  await deliveries.report({ ...news, state: 'SENT' });
  expect(await view(installation)).toMatchObject({ state: 'FAILED', reasonCode: 'outcomeUnknown' });
  await deliveries.report({ ...news, state: 'DELIVERED' });
  expect(await view(installation)).toMatchObject({ state: 'DELIVERED', reasonCode: null });
});
