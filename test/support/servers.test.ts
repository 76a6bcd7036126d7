import { useDatabase, useTemporal } from './servers';
import { createTimeSkipping } from './temporal-env';

describe('useDatabase', () => {
  const database = useDatabase();

  it('opens a replica set with transactions and change streams', async () => {
    const { client, db } = database();
    const rows = db.collection<{ readonly n: number }>('rows');
    await db.createCollection('rows');
    const changes = rows.watch();
    const next = changes.next();
    await client.withSession((session) =>
      session.withTransaction(async () => {
        await rows.insertOne({ n: 1 }, { session });
      }),
    );
    expect(await next).toMatchObject({ operationType: 'insert', fullDocument: { n: 1 } });
    await changes.close();
  });
});

describe('useTemporal', () => {
  const temporal = useTemporal();

  it('gives a namespace that knows our search attributes', async () => {
    const { connection, namespace } = temporal();
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace,
    });
    expect(Object.keys(customAttributes ?? {})).toContain('ConversationState');
  });
});

describe('createTimeSkipping', () => {
  it('skips hours in moments', async () => {
    const env = await createTimeSkipping();
    try {
      const before = await env.currentTimeMs();
      await env.sleep('5 hours');
      expect((await env.currentTimeMs()) - before).toBeGreaterThanOrEqual(5 * 3_600_000);
    } finally {
      await env.teardown();
    }
  });
});
