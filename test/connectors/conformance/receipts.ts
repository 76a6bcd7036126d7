import type { InboundEvent } from '../../../connectors/connector';
import { mergeReports } from '../../../domain/message/delivery';
import type { ReportedState } from '../../../domain/message/reported-state';
import { createDeliveryStore } from '../../../infra/mongo/delivery-store';
import { createSendLedger } from '../../../infra/mongo/send-ledger';
import type { DeliveryReport } from '../../../infra/stores';
import { type TestDatabase, uniqueName } from '../../support/servers';
import type { ConnectorDescription } from './description';
import { aStage } from './stage';

type Status = Extract<InboundEvent, { kind: 'status' }>;
const STATES: readonly ReportedState[] = ['ACCEPTED', 'SENT', 'DELIVERED', 'READ', 'FAILED'];

/** News of our messages, in whatever order and however often (connectors.md 13.3). */
export function receiptSuite(
  description: ConnectorDescription,
  database: () => Pick<TestDatabase, 'db'>,
): void {
  const { connector, channel, signing, report } = description;
  const able = connector.capabilities(
    connector.configSchema.parse(signing.attributes(signing.secrets[0])),
    channel.channelType,
  );
  const ids = (messageId: string) => ({
    partId: `${messageId}-1`,
    providerMessageId: `4${[...messageId].map((c) => c.charCodeAt(0) % 10).join('')}`,
  });
  const reportable = STATES.filter((state) => report?.(state, ids('msg_1')) != null);

  describe('receipts', () => {
    it('that come are declared', () => {
      expect(able.deliveryStates).toEqual(expect.arrayContaining(reportable));
    });
    if (!report || reportable.length === 0) return;

    const stage = aStage(description);

    /** What the product reads of the provider's news. */
    async function newsOf(state: ReportedState, messageId: string) {
      const posted = report?.(state, ids(messageId));
      if (!posted) throw new Error('not reported');
      const [eventsBefore, reportsBefore] = [stage.events.length, stage.reports.length];
      expect(await stage.post(posted)).toBe(200);
      // Some tell the same once more as a time: everything before it.
      const events = stage.events.slice(eventsBefore).filter(({ kind }) => kind !== 'watermark');
      expect(events).toMatchObject([{ kind: 'status', state }]);
      expect(stage.signals).toEqual([]);
      const news = stage.reports[reportsBefore];
      if (!news) throw new Error('no report');
      return { news, event: events[0] as Status };
    }

    it('a state has one key, another state another', async () => {
      const keys: string[] = [];
      for (const state of [...reportable, ...reportable])
        keys.push((await newsOf(state, 'msg_1')).event.eventKey);
      expect(new Set(keys).size).toBe(reportable.length);
    });

    it('end in the same state whatever their order', async () => {
      const all: DeliveryReport[] = [];
      for (const [n, state] of reportable.entries())
        all.push({ ...(await newsOf(state, 'msg_1')).news, at: `2026-11-22T10:00:0${n}.000Z` });
      const ends = permutations(all).map((reports) =>
        mergeReports(
          reports.map(({ state, at, reasonCode = null }) => ({ state, at, reasonCode })),
        ),
      );
      expect(new Set(ends.map((end) => JSON.stringify(end))).size).toBe(1);
    });

    it('that overtake the answer to the send are not lost, and copies change nothing', async () => {
      const messageId = uniqueName('msg_');
      const conversationId = uniqueName('cnv_');
      const { db } = database();
      const ledger = createSendLedger(db);
      const deliveries = createDeliveryStore(db);
      const row = { messageId, conversationId, channelId: channel.id, seq: 3, n: 1, parts: 1 };
      const partId = `${messageId}-1`;
      await ledger.open({ ...row, plan: [{ type: 'PLAIN', text: 'x' }] });
      await ledger.take(partId, 1);
      const best = reportable.filter((state) => state !== 'FAILED').at(-1) ?? 'FAILED';
      const { news } = await newsOf(best, messageId);
      for (let copy = 0; copy < 3; copy += 1) await deliveries.report(news);
      const { providerMessageId } = ids(messageId);
      const sent = {
        attempt: 1,
        providerMessageIds: [providerMessageId],
        state: 'accepted',
      } as const;
      await ledger.settle(partId, sent);
      const view = async () => (await deliveries.of([messageId])).get(messageId);
      expect(await view()).toMatchObject({ state: best });
      await deliveries.report(news);
      expect(await view()).toMatchObject({ state: best, providerMessageIds: [providerMessageId] });
    });
  });
}

function permutations<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length <= 1) return [list];
  return list.flatMap((first, index) =>
    permutations(list.filter((_one, at) => at !== index)).map((rest) => [first, ...rest]),
  );
}
