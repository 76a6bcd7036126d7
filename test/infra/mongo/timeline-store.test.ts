import type { PendingEntry } from '../../../domain/conversation/model';
import { aBatch, anEntry, aProjection, entriesOf } from '../../support/archive';
import { uniqueName } from '../../support/servers';
import { useStores } from '../../support/stores';

const opened = useStores();
const timeline = () => opened().stores.timeline;

async function archived(
  conversationId: string,
  entries: readonly PendingEntry[],
  given: object = {},
  customerId = 'cus_1',
) {
  const projection = aProjection(conversationId, entries.length, { customerId, ...given });
  await opened().stores.archive.append(aBatch(conversationId, { customerId, entries, projection }));
}

describe('read', () => {
  it('answers by ascending seq after the given one, with nothing internal', async () => {
    const id = uniqueName('cnv_');
    await archived(id, entriesOf(id, 1, 12));
    const page = await timeline().read(id, 3, 5);
    expect(page.map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8]);
    expect(page[0]).toEqual({
      ...anEntry({ conversationId: id, seq: 4 }),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      delivery: null,
      reactions: [],
      edit: null,
      deletedAt: null,
      media: [],
      erasedAt: null,
    });
    expect(await timeline().read(id, 12, 5)).toEqual([]);
  });

  it('joins reactions, the latest edit and deletion of a message', async () => {
    const id = uniqueName('cnv_');
    const ana = { type: 'CUSTOMER', id: 'cus_1', name: 'Ana' } as const;
    const bo = { type: 'AGENT', id: 'agt_bo', name: 'Bo' } as const;
    const message = anEntry({ conversationId: id, seq: 1 });
    const about = (seq: number, given: Partial<Parameters<typeof anEntry>[0]>) => ({
      entry: anEntry({
        conversationId: id,
        seq,
        id: `evt_${seq}`,
        body: null,
        at: `2026-11-22T10:00:0${seq}.000Z`,
        ...given,
      }),
    });
    const reaction = (seq: number, actor: typeof ana | typeof bo, emoji: string) =>
      about(seq, { type: 'MESSAGE_REACTED', actor, data: { messageId: message.id, emoji } });
    const edit = (seq: number, text: string) =>
      about(seq, {
        type: 'MESSAGE_EDITED',
        body: { type: 'PLAIN', text },
        data: { messageId: message.id },
      });
    await archived(id, [
      { entry: message },
      reaction(2, ana, '👍'),
      reaction(3, bo, '🎉'),
      reaction(4, ana, '❤️'),
      edit(5, 'second'),
      edit(6, 'third'),
      reaction(7, bo, ''),
      about(8, { type: 'MESSAGE_DELETED', data: { messageId: message.id } }),
    ]);
    expect((await timeline().read(id, 0, 1))[0]).toMatchObject({
      body: { text: 'message 1' },
      reactions: [{ emoji: '❤️', actor: ana }],
      edit: { body: { text: 'third' }, at: '2026-11-22T10:00:06.000Z' },
      deletedAt: '2026-11-22T10:00:08.000Z',
    });
  });

  it('joins the delivery of what was sent, and of nothing else', async () => {
    const id = uniqueName('cnv_');
    const sent = anEntry({ conversationId: id, seq: 1, type: 'AGENT_MESSAGE' });
    const session = { id: 'ses_1', channelId: 'web', channelType: 'WEB', state: 'STARTED' };
    await archived(id, [{ entry: sent }, ...entriesOf(id, 2, 1)], { channelSessions: [session] });
    const at = '2026-11-22T10:01:00.000Z';
    await opened().stores.deliveries.reportStreamed({
      conversationId: id,
      upToSeq: 2,
      state: 'READ',
      at,
    });
    const [first, second] = await timeline().read(id, 0, 2);
    expect(first?.delivery).toMatchObject({ state: 'READ', times: { READ: at } });
    expect(second?.delivery).toBeNull();
    expect((await timeline().find(id, sent.id))?.delivery?.state).toBe('READ');
  });
});

describe('find and isArchived', () => {
  it('know messages by id, events by key, and messages by the provider’s id', async () => {
    const id = uniqueName('cnv_');
    const [pending] = entriesOf(id, 1, 1);
    const providerMessageId = `SM-${id}`;
    const entry = { ...anEntry({ conversationId: id, seq: 1 }), providerMessageId };
    await archived(id, [{ ...pending, entry }]);
    expect((await timeline().find(id, entry.id))?.seq).toBe(1);
    expect(await timeline().find('cnv_other', entry.id)).toBeNull();
    const archivedAs = (channelId: string, key: string, provider: string | null) =>
      timeline().isArchived(channelId, key, provider);
    expect(await archivedAs('wa', `${id}-key-1`, null)).toBe(true);
    expect(await archivedAs('wa', 'other', providerMessageId)).toBe(true);
    expect(await archivedAs('sms', `${id}-key-1`, providerMessageId)).toBe(false);
  });
});

describe('readOfSessions', () => {
  it('goes through a visitor’s conversations in order, on one channel only, from any place', async () => {
    const customerId = uniqueName('cus_');
    const merged = uniqueName('cus_');
    const ids = [uniqueName('cnv_'), uniqueName('cnv_'), uniqueName('cnv_')];
    for (const [i, id] of ids.entries()) {
      const entries = [1, 2, 3, 4].map((seq) => ({
        entry: anEntry({
          conversationId: id,
          seq,
          channelSessionId: [null, `web-${i}`, `wa-${i}`, `web-${i}`][seq - 1] ?? null,
        }),
      }));
      const channelSessions = [
        { id: `web-${i}`, channelId: 'web', channelType: 'WEB' },
        { id: `wa-${i}`, channelId: 'wa', channelType: 'WHATSAPP' },
      ];
      await archived(
        id,
        entries,
        { channelSessions, createdAt: `2026-11-2${i}T10:00:00.000Z` },
        i === 0 ? merged : customerId,
      );
    }
    const read = async (after: { conversationId: string; seq: number } | null, limit: number) =>
      (await timeline().readOfSessions(customerId, 'web', after, limit)).map(
        ({ conversationId, seq }) => `${ids.indexOf(conversationId)}:${seq}`,
      );
    expect(await read(null, 4)).toEqual(['1:1', '1:2', '1:4', '2:1']);
    expect(await read({ conversationId: ids[2] ?? '', seq: 1 }, 10)).toEqual(['2:2', '2:4']);
    expect(await read({ conversationId: ids[1] ?? '', seq: 4 }, 1)).toEqual(['2:1']);
  });
});
