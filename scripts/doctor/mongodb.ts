import { type Document, MongoClient } from 'mongodb';
import { missingIndexes } from '../../infra/mongo/indexes';
import { type Finding, fail, ok, reasonOf, warn } from './finding';

const PATIENCE_MS = 4_000;
/** Tokens are judged with a minute's leniency, leases last a minute. */
const SKEW_WARN_MS = 2_000;
const SKEW_FAIL_MS = 30_000;

/** Reachable, a replica set with a primary, journaled majority writes, indexes, clock. Changes nothing. */
export async function checkMongodb(
  uri: string,
  database: string,
  embedded: boolean,
): Promise<Finding[]> {
  const client = new MongoClient(uri, {
    serverSelectionTimeoutMS: PATIENCE_MS,
    appName: 'parley doctor',
  });
  try {
    await client.connect();
    const admin = client.db('admin');
    const before = Date.now();
    const hello = await admin.command({ hello: 1 });
    const now = (before + Date.now()) / 2;
    const { version } = await admin.command({ buildInfo: 1 });
    const missing = await missingIndexes(client.db(database));
    return [
      ok('mongodb', `version ${version}, database ${database}`),
      ...replicaSetFindings(hello, embedded),
      skewFinding('clock of mongodb', (hello['localTime'] as Date).getTime() - now),
      missing.length === 0
        ? ok('indexes', 'all there')
        : warn('indexes', `missing until a process starts: ${missing.join(', ')}`),
    ];
  } catch (error) {
    return [fail('mongodb', reasonOf(error))];
  } finally {
    await client.close();
  }
}

export function replicaSetFindings(hello: Document, embedded: boolean): Finding[] {
  const { setName, hosts = [], arbiters = [], isWritablePrimary, msg } = hello;
  if (msg === 'isdbgrid') return [ok('replica set', 'a sharded cluster')];
  if (!setName)
    return [fail('replica set', 'it is none: change streams and transactions need one')];
  const findings = [
    isWritablePrimary ? ok('primary', 'takes writes') : fail('primary', 'does not take writes'),
  ];
  const members = (hosts as string[]).length;
  if (embedded) return [ok('replica set', `${setName}, of one, embedded`), ...findings];
  if (members < 3 || (arbiters as string[]).length > 0)
    findings.unshift(
      warn(
        'replica set',
        `${setName}: ${members} members with data; writes wait for a majority of three`,
      ),
    );
  else findings.unshift(ok('replica set', `${setName}: ${members} members`));
  return findings;
}

/** `skewMs`: the other clock less ours. */
export function skewFinding(check: string, skewMs: number): Finding {
  const text = `${(skewMs / 1000).toFixed(1)} s from ours`;
  if (Math.abs(skewMs) >= SKEW_FAIL_MS) return fail(check, text);
  return Math.abs(skewMs) >= SKEW_WARN_MS ? warn(check, text) : ok(check, text);
}
