import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ChangeStream,
  ChangeStreamDocument,
  Db,
  Document,
  ResumeToken,
  Timestamp,
} from 'mongodb';
import { isUnavailable } from './unavailable';

/** Milliseconds between tries while MongoDB is down. */
const RETRY_MS = 500;

export interface Follower {
  /** Resolves when it follows for the first time: from then on no change is missed. */
  readonly live: Promise<void>;
  /** Resolves once nothing is open any more. */
  close(): Promise<void>;
}
export interface FollowOptions {
  readonly pipeline: Document[];
  /** `updateLookup`: the whole document comes with updates, too. @default 'default' */
  readonly fullDocument?: 'default' | 'updateLookup';
  readonly onChange: (change: ChangeStreamDocument) => void;
  /** Changes may have been missed: at the start, and when the place could not be found again. What was read before is to be read again. */
  readonly onGap: () => Promise<void> | void;
  readonly onError: (error: unknown) => void;
}

/**
 * Follows a database's change stream until it is closed, through restarts of MongoDB: the place is kept and found again by its
 * resume token.
 */
export function followChanges(
  db: Db,
  { pipeline, onChange, onGap, onError, fullDocument = 'default' }: FollowOptions,
): Follower {
  const stop = new AbortController();
  let becomeLive: () => void = () => undefined;
  const live = new Promise<void>((resolve) => {
    becomeLive = resolve;
  });
  let stream: ChangeStream | undefined;
  let token: ResumeToken | undefined;

  async function follow(): Promise<void> {
    const place =
      token === undefined
        ? { startAtOperationTime: await operationTime(db) }
        : { resumeAfter: token };
    // Whoever reads now sees everything before that place; what follows it is in the stream.
    if (token === undefined) await onGap();
    becomeLive();
    if (stop.signal.aborted) return;
    stream = db.watch(pipeline, { ...place, fullDocument });
    for await (const change of stream) {
      if (change.operationType === 'invalidate') break; // the database was dropped
      onChange(change);
      token = stream.resumeToken;
    }
    token = undefined;
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await follow();
      } catch (error) {
        if (stop.signal.aborted) return;
        token = isUnavailable(error) ? (stream?.resumeToken ?? token) : undefined;
        onError(error);
        await sleep(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined); // closed meanwhile
      } finally {
        await stream?.close().catch(() => undefined); // it may have gone with its connection
      }
    }
  }

  const running = run();
  return {
    live,
    async close() {
      stop.abort();
      await stream?.close().catch(() => undefined);
      await running;
    },
  };
}

async function operationTime(db: Db): Promise<Timestamp> {
  const { operationTime: time } = await db.command({ ping: 1 });
  return time as Timestamp; // members of a replica set add it to every answer
}
