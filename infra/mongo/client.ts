import { type Db, MongoClient } from 'mongodb';

export interface Mongo {
  readonly client: MongoClient;
  readonly db: Db;
}

/**
 * Opens the database that the URI names. @default database: `parley`
 * Throws when no primary answers within a few seconds: a process that cannot reach its database does not start.
 */
export async function connectMongo(uri: string): Promise<Mongo> {
  const client = mongoClient(uri);
  try {
    await client.connect();
    const db = client.db(databaseName(uri));
    await db.command({ ping: 1 });
    return { client, db };
  } catch (error) {
    await client.close();
    throw error;
  }
}

function mongoClient(uri: string): MongoClient {
  return new MongoClient(uri, {
    // What was acknowledged to somebody survives a killed primary and a power cut (reliability.md R4).
    writeConcern: { w: 'majority', journal: true },
    // Values of optional members are left out, as in JSON.
    ignoreUndefined: true,
    // An outage is noticed quickly: callers have a fallback (a cache, a longer retry) or answer 503.
    serverSelectionTimeoutMS: 1500,
    connectTimeoutMS: 2000,
    // A server that hangs without closing its sockets is given up by its monitor after about four seconds.
    heartbeatFrequencyMS: 2000,
    socketTimeoutMS: 15_000,
    maxPoolSize: 30,
    appName: 'parley',
  });
}

function databaseName(uri: string): string {
  const path = uri.replace(/^mongodb(\+srv)?:\/\/[^/]*/, '').replace(/\?.*$/, '');
  return decodeURIComponent(path.slice(1)) || 'parley';
}
