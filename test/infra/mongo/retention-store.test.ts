import { conversationsOf } from '../../../infra/mongo/collections';
import { createRetentionStore } from '../../../infra/mongo/retention-store';
import type { DuePosition } from '../../../infra/stores/privacy';
import { useDatabase } from '../../support/servers';

const database = useDatabase();
const CUTOFFS = new Map([
  ['brief', '2026-11-01T00:00:00.000Z'],
  ['long', '2026-06-01T00:00:00.000Z'],
]);
const at = (month: string) => `2026-${month}-15T00:00:00.000Z`;

async function put(_id: string, channelIds: string[], given: object = {}) {
  await conversationsOf(database().db).insertOne({
    _id,
    channelIds,
    closedAt: at('01'),
    live: false,
    projection: { conversation: { workflowId: `conversation:of-${_id}` } },
    ...given,
  } as never);
}
/** Every id that a walk meets, in steps of `limit`. */
async function due(limit: number): Promise<string[]> {
  const store = createRetentionStore(
    database().db,
    { remove: async () => undefined },
    () => new Date(),
  );
  const ids: string[] = [];
  for (let after: DuePosition | null = null; ; ) {
    const { items, next } = await store.due(CUTOFFS, after, limit);
    ids.push(...items.map(({ id, cutoff }) => `${id} ${cutoff.slice(5, 7)}`));
    if (!next) return ids;
    after = next;
  }
}

it('finds what closed before the cutoffs of all its channels, whatever the steps', async () => {
  await put('gone', ['brief']);
  await put('same-time', ['brief']);
  await put('later', ['brief'], { closedAt: at('10') });
  await put('young', ['brief'], { closedAt: at('11') });
  await put('long-kept', ['long'], { closedAt: at('10') });
  await put('long-gone', ['long']);
  await put('both', ['brief', 'long']);
  await put('both-kept', ['brief', 'long'], { closedAt: at('10') });
  await put('also-forever', ['brief', 'forever']);
  await put('forever', ['forever']);
  await put('open', ['brief'], { closedAt: null, live: true });
  await put('done', ['brief'], { erasedAt: at('11') });
  const expected = ['both 06', 'gone 11', 'later 11', 'long-gone 06', 'same-time 11'];
  for (const limit of [1, 2, 3, 100])
    expect([limit, [...new Set(await due(limit))].sort()]).toEqual([limit, expected]);
});

it('finds nothing where every channel keeps everything', async () => {
  const store = createRetentionStore(
    database().db,
    { remove: async () => undefined },
    () => new Date(),
  );
  expect(await store.due(new Map(), null, 10)).toEqual({ items: [], next: null });
});
