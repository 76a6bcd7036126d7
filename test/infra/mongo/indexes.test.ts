import { ensureIndexes } from '../../../infra/mongo/indexes';
import { useDatabase } from '../../support/servers';

const database = useDatabase();
const timeline = () => database().db.collection('timeline');

describe('ensureIndexes', () => {
  it('makes an index again that an older version made otherwise', async () => {
    await timeline().dropIndex('eventKey');
    const before = { channelId: 1, eventKey: 1 } as const;
    const partialFilterExpression = { eventKey: { $type: 'string' } };
    await timeline().createIndex(before, {
      name: 'eventKey',
      unique: true,
      partialFilterExpression,
    });
    await ensureIndexes(database().db);
    const made = (await timeline().indexes()).find(({ name }) => name === 'eventKey');
    expect(made).toMatchObject({
      unique: true,
      partialFilterExpression: { eventKey: { $gt: '' } },
    });
  });

  it('serves what asks for one key and for several', async () => {
    const entries = Array.from({ length: 50 }, (_, n) => ({
      channelId: 'wa',
      eventKey: `key-${n}`,
    }));
    await timeline().insertMany(entries);
    for (const eventKey of ['key-1', { $in: ['key-1', 'key-2'] }]) {
      const { executionStats } = await timeline()
        .find({ channelId: 'wa', eventKey })
        .explain('executionStats');
      expect(executionStats.totalDocsExamined).toBeLessThanOrEqual(2);
    }
  });
});
