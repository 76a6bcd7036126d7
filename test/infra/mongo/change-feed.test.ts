import type { ArchivedEntry, ConversationSummary, DeliveryView } from '../../../infra/stores';
import { aBatch, anEntry, aProjection, entriesOf } from '../../support/archive';
import { uniqueName } from '../../support/servers';
import { useStores } from '../../support/stores';

const opened = useStores();
const feed = () => opened().stores.feed;

async function until(holds: () => boolean): Promise<void> {
  for (const giveUpAt = Date.now() + 120_000; !holds() && Date.now() < giveUpAt; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
/** Listens, and waits until nothing is missed. */
async function live(): Promise<void> {
  let open = false;
  const stop = feed().onReset(() => {
    open = true;
  });
  // Somebody else may have opened it before: then what is written from now on comes anyway.
  const probe = uniqueName('cnv_');
  const stopProbe = feed().onEntries(probe, () => {
    open = true;
  });
  await opened().stores.archive.append(aBatch(probe, { entries: entriesOf(probe, 1, 1) }));
  await until(() => open);
  stop();
  stopProbe();
}

beforeAll(live);

it('brings the entries of one conversation in order, as reads show them, until its listener stops', async () => {
  const id = uniqueName('cnv_');
  const [mine, others]: ArchivedEntry[][] = [[], []];
  const stop = feed().onEntries(id, (entry) => mine?.push(entry));
  const stopOther = feed().onEntries(uniqueName('cnv_'), (entry) => others?.push(entry));
  const hash = await opened().stores.archive.append(aBatch(id, { entries: entriesOf(id, 1, 40) }));
  await until(() => mine?.length === 40);
  expect(mine).toEqual(await opened().stores.timeline.read(id, 0, 40));
  stop();
  stopOther();
  await opened().stores.archive.append(
    aBatch(id, { head: { seq: 40, hash }, fence: 2000, entries: entriesOf(id, 41, 1) }),
  );
  await live();
  expect(mine).toHaveLength(40);
  expect(others).toEqual([]);
});

it('brings an entry again when a lost attempt’s was replaced', async () => {
  const id = uniqueName('cnv_');
  const seen: ArchivedEntry[] = [];
  const stop = feed().onEntries(id, (entry) => seen.push(entry));
  await opened().stores.archive.append(aBatch(id, { entries: entriesOf(id, 1, 1, ' lost') }));
  await opened().stores.archive.append(
    aBatch(id, { fence: 2000, entries: entriesOf(id, 1, 1, ' now') }),
  );
  await until(() => seen.length === 2);
  expect(seen.map(({ seq, body }) => [seq, body])).toEqual([
    [1, { type: 'PLAIN', text: 'message 1 lost' }],
    [1, { type: 'PLAIN', text: 'message 1 now' }],
  ]);
  stop();
});

it('brings entries of a customer’s conversations', async () => {
  const customerId = uniqueName('cus_');
  const seen: string[] = [];
  const stop = feed().onCustomerEntries(customerId, ({ conversationId }) =>
    seen.push(conversationId),
  );
  const ids = [uniqueName('cnv_'), uniqueName('cnv_')];
  for (const id of ids)
    await opened().stores.archive.append(aBatch(id, { customerId, entries: entriesOf(id, 1, 1) }));
  await until(() => seen.length === 2);
  expect(seen).toEqual(ids);
  stop();
});

it('brings summaries of conversations that changed, and what became of a message', async () => {
  const id = uniqueName('cnv_');
  const summaries: ConversationSummary[] = [];
  const views: [string, DeliveryView][] = [];
  const stops = [
    feed().onConversations((summary) => summaries.push(summary)),
    feed().onDelivery(id, (messageId, view) => views.push([messageId, view])),
  ];
  const entry = anEntry({
    conversationId: id,
    seq: 1,
    type: 'BOT_MESSAGE',
    channelSessionId: 'ses_1',
  });
  const session = { id: 'ses_1', channelId: 'web', channelType: 'WEB', state: 'STARTED' };
  const projection = aProjection(id, 1, { state: 'ON_HOLD', channelSessions: [session as never] });
  await opened().stores.archive.append(aBatch(id, { entries: [{ entry }], projection }));
  await until(() => summaries.some((summary) => summary.id === id));
  expect(summaries.find((summary) => summary.id === id)).toMatchObject({
    state: 'ON_HOLD',
    channelIds: ['web'],
    lastSeq: 1,
  });
  await opened().stores.deliveries.reportStreamed({
    conversationId: id,
    upToSeq: 1,
    state: 'DELIVERED',
    at: '2026-11-22T10:00:00.000Z',
  });
  await until(() => views.length > 0);
  expect(views[0]).toEqual([entry.id, expect.objectContaining({ state: 'DELIVERED' })]);
  for (const stop of stops) stop();
});

it('tells of a medium to whoever follows the customer, with the place of its entry', async () => {
  const id = uniqueName('cnv_');
  const customerId = uniqueName('cus_');
  const mediaId = uniqueName('med_');
  const news: unknown[] = [];
  const stop = feed().onCustomerMedia(customerId, (place, { state }) => news.push([place, state]));
  const stopOther = feed().onCustomerMedia(uniqueName('cus_'), () => news.push('not theirs'));
  const body = { type: 'IMAGE', mediaId } as const;
  const entry = anEntry({ conversationId: id, seq: 1, body });
  await opened().stores.archive.append(aBatch(id, { customerId, entries: [{ entry }] }));
  await opened().stores.media.fail(mediaId, 'GONE');
  await until(() => news.length > 0);
  const place = { id: entry.id, conversationId: id, seq: 1, channelSessionId: 'ses_1' };
  expect(news).toEqual([[expect.objectContaining(place), 'FAILED']]);
  stop();
  stopOther();
});
