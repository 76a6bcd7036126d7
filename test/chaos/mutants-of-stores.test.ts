import { EventEmitter, once } from 'node:events';
import type { Client } from '@temporalio/client';
import type { Db } from 'mongodb';
import { check } from '../../chaos/checker/check';
import type { ArchivedConversation, Attempt, Entry, RunRecord } from '../../chaos/checker/record';
import { rowsOf } from '../../chaos/load/rows';
import type { PendingEntry } from '../../domain/conversation/model';
import { createDeliveryStore } from '../../infra/mongo/delivery-store';
import type { Stores } from '../../infra/stores';
import { aBatch, anEntry, aProjection } from '../support/archive';
import { AS_IT_IS, type Mutant, mutant, withMutant } from '../support/mutant';
import {
  aDyingProcess,
  anInstallation,
  aProcess,
  FakeProvider,
  sendMessage,
} from '../support/send-driver';
import { uniqueName, useDatabase } from '../support/servers';
import { aChannel, openStores } from '../support/stores';

const database = useDatabase();
let stores: Stores;
beforeAll(async () => {
  stores = await openStores(database().uri);
});
afterAll(() => stores?.close());

/** The words of the checker of real runs, each once. */
function wordsOf(over: Partial<RunRecord>): readonly string[] {
  const record: RunRecord = {
    at: '2026-11-22T11:00:00.000Z',
    attempts: [],
    customers: [],
    conversations: [],
    streams: [],
    deliveries: [],
    botCalls: [],
    routing: [],
    runs: [],
    rows: { repeatedKeys: [], parts: [] },
    leaks: [],
    bounds: [],
    rules: { policies: {}, capacity: 1, inactivitySeconds: {} },
    ...over,
  };
  return [...new Set(check(record).map(({ word }) => word))];
}
const attempt = (kind: Attempt['kind'], text: string, status: number): Attempt => ({
  ...{ kind, key: text, channelId: 'wa', customer: 'ana', text, status, ms: 1 },
  ...{ begun: 1, answered: 2, at: '2026-11-22T10:00:00.000Z' },
});

describe('the way in, while Temporal stores nothing', () => {
  const down = {
    withDeadline: (_deadline: number, call: () => Promise<unknown>) => call(),
    workflow: { signalWithStart: () => Promise.reject(new Error('14 UNAVAILABLE')) },
  } as unknown as Client; // all that the way of a message asks of it

  /** One message, and what the checker says of its answer. */
  async function wordsOfAMessage(fault: Mutant): Promise<readonly string[]> {
    const shared = ['@temporalio/client', '@temporalio/common', '@temporalio/workflow'];
    const { createIngress } = withMutant(
      fault,
      shared,
      () => require('../../api/ingress/ingress') as typeof import('../../api/ingress/ingress'),
    );
    const ingress = createIngress({ stores, temporal: down });
    const news = { providerMessageId: uniqueName('p'), body: { type: 'PLAIN', text: 'Hello' } };
    const status = await ingress
      .message(aChannel('WHATSAPP', { id: 'wa' }), { identifier: '+15550002222' }, news as never)
      .then(
        () => 202,
        ({ code }: { code?: string }) => (code === 'UNAVAILABLE' ? 503 : 500),
      );
    return wordsOf({ attempts: [attempt('message', 'Hello', status)] });
  }

  it('promises nothing as it is', async () => {
    expect(await wordsOfAMessage(AS_IT_IS)).toEqual([]);
  });

  it('lost: it acknowledges before the signal', async () => {
    const hasty = mutant<typeof import('../../api/ingress/temporal-calls')>(
      'api/ingress/temporal-calls',
      (real) => ({
        durably: (temporal, call) => {
          void real.durably(temporal, call).catch(() => undefined);
          return Promise.resolve(undefined as never); // nobody looks at what the signal answers
        },
      }),
    );
    expect(await wordsOfAMessage(hasty)).toEqual(['lost']);
  });
});

describe('two writers of one archive', () => {
  const started = (id: string): readonly PendingEntry[] => [
    { entry: anEntry({ conversationId: id, seq: 1, type: 'CONVERSATION_STARTED', body: null }) },
    {
      entry: anEntry({
        ...{ conversationId: id, seq: 2, type: 'CHANNEL_SESSION_STARTED', body: null },
        data: { channelId: 'wa' },
      }),
    },
    {
      entry: anEntry({ conversationId: id, seq: 3 }),
      ...{ channelId: 'wa', eventKey: `${id} key` },
    },
  ];
  const changed = (id: string, seq: number, from: string, to: string): PendingEntry => ({
    entry: anEntry({
      ...{ conversationId: id, seq, type: 'TOPIC_STATE_CHANGED', body: null },
      data: { from, to, cause: 'test' },
    }),
  });

  /** A writer stalls between entries and projection; the next one writes to the end; then the first goes on. */
  async function wordsOfTwo(fault: Mutant): Promise<readonly string[]> {
    const { createArchiveStore } = withMutant(
      fault,
      ['mongodb'],
      () =>
        require('../../infra/mongo/archive-store') as typeof import('../../infra/mongo/archive-store'),
    );
    const { db } = database();
    const alarm = () => undefined;
    const id = uniqueName('cnv_');
    const stall = stalled(db);
    const first = createArchiveStore(stall.db, { alarm }).append(
      aBatch(id, {
        entries: started(id),
        projection: aProjection(id, 3, { state: 'CREATED', timers: [LATER] }),
      }),
    );
    await stall.reached;
    const ends = [changed(id, 4, 'CREATED', 'CLOSING'), changed(id, 5, 'CLOSING', 'CLOSED')];
    await createArchiveStore(db, { alarm }).append(
      aBatch(id, {
        fence: 2000,
        entries: [...started(id), ...ends],
        projection: aProjection(id, 5, { state: 'CLOSED' }),
      }),
    );
    stall.goesOn();
    await first;
    const stored = await stores.conversations.get(id);
    const entries = (await stores.timeline.read(id, 0, 100)) as readonly Entry[];
    const conversation: ArchivedConversation = {
      ...{ id, customerId: 'cus_1', entries, live: null },
      ...{ state: stored?.state ?? '', lastSeq: stored?.lastSeq ?? 0 },
      ...{ timers: stored?.timers ?? [], headHash: entries.at(-1)?.hash ?? null },
    };
    return wordsOf({
      attempts: [attempt('message', 'message 3', 202)],
      conversations: [conversation],
      rows: await rowsOf(db, [id]),
    });
  }

  it('leave one truth as they are', async () => {
    expect(await wordsOfTwo(AS_IT_IS)).toEqual([]);
  });

  it('divergent: the guard of the projection is forgotten', async () => {
    const forgetful = mutant<typeof import('../../infra/mongo/collections')>(
      'infra/mongo/collections',
      (real) => ({
        conversationsOf: (db) => {
          const conversations = real.conversationsOf(db);
          const { updateOne } = conversations;
          return instead(conversations, {
            updateOne: ({ $or: _guard, ...filter }, ...rest) =>
              updateOne.call(conversations, filter, ...rest),
          });
        },
      }),
    );
    expect(await wordsOfTwo(forgetful)).toEqual(['divergent']);
  });
});

describe('the ledger of sends, when the worker dies after the call', () => {
  type Ledger = typeof import('../../infra/mongo/send-ledger');

  async function wordsOfASend(fault: Mutant): Promise<readonly string[]> {
    const { createSendLedger } = withMutant(
      fault,
      ['mongodb'],
      () => require('../../infra/mongo/send-ledger') as Ledger,
    );
    const { db } = database();
    const policy = 'reconcile-by-lookup';
    const provider = new FakeProvider(policy);
    const installation = anInstallation(db, provider.connector(), { ledger: createSendLedger(db) });
    const processes = [aDyingProcess(installation, 'beforeAnswer')];
    await sendMessage(installation, {
      policy,
      processOf: () => processes.shift() ?? { activities: aProcess(installation) },
    });
    const { conversationId, messageId, channel } = installation;
    const delivery = (await createDeliveryStore(db, () => installation.now).of([messageId])).get(
      messageId,
    );
    const about = { conversationId, hash: '', delivery: null };
    const entries: readonly Entry[] = [
      {
        ...anEntry({ conversationId, seq: 1, type: 'CHANNEL_SESSION_STARTED' }),
        ...{ ...about, body: null, data: { channelId: channel.id } },
      },
      {
        ...anEntry({ conversationId, seq: 2, type: 'AGENT_MESSAGE', id: messageId }),
        ...{ ...about, body: { type: 'PLAIN', text: 'Hello' }, delivery: delivery ?? null },
      },
    ];
    const conversation: ArchivedConversation = {
      ...{ id: conversationId, customerId: 'cus_1', state: 'CREATED', lastSeq: 2 },
      ...{ entries, timers: [LATER], headHash: null, live: null },
    };
    const times = provider.deliveries(`${messageId}-1`);
    return wordsOf({
      attempts: [attempt('reply', 'Hello', 202)],
      conversations: [conversation],
      deliveries: [{ channelId: channel.id, text: 'Hello', times }],
      rows: await rowsOf(db, [conversationId]),
      rules: { policies: { [channel.id]: policy }, capacity: 1, inactivitySeconds: {} },
    });
  }
  const ledgerThat = (forgets: (real: ReturnType<Ledger['createSendLedger']>) => object) =>
    mutant<Ledger>('infra/mongo/send-ledger', (real) => ({
      createSendLedger: (...deps) => {
        const ledger = real.createSendLedger(...deps);
        return { ...ledger, ...forgets(ledger) };
      },
    }));

  it('tells what came of it as it is', async () => {
    expect(await wordsOfASend(AS_IT_IS)).toEqual([]);
  });

  it('duplicate: it does not know of a call whose answer was lost', async () => {
    const forgetful = ledgerThat((real) => ({
      open: async (row: Parameters<typeof real.open>[0]) => ({
        ...(await real.open(row)),
        ...{ status: 'intended', unknownSince: null },
      }),
      find: async () => null,
      take: async () => true,
    }));
    expect(await wordsOfASend(forgetful)).toEqual(['duplicate']);
  });

  it('limbo: it does not write down that a part is out', async () => {
    expect(await wordsOfASend(ledgerThat(() => ({ settle: async () => undefined })))).toEqual([
      'limbo',
    ]);
  });
});

const LATER = {
  ...{ name: 'customerInactivity:ses_1', target: null },
  ...{ startedAt: '2026-11-22T10:00:00.000Z', dueAt: '2026-11-22T12:00:00.000Z' },
} as never;

/** The real thing but for some of its members. Its methods are its own: a driver's have private fields. */
function instead<T extends object>(real: T, members: Partial<T>): T {
  return new Proxy(real, {
    get: (target, name) => {
      if (name in members) return members[name as keyof T];
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A database in which the writes to conversations wait until they may go on. */
function stalled(db: Db): {
  readonly db: Db;
  readonly reached: Promise<unknown>;
  readonly goesOn: () => void;
} {
  const events = new EventEmitter();
  const gate = once(events, 'goesOn');
  const collection = (name: string) => {
    const real = db.collection(name);
    if (name !== 'conversations') return real;
    return instead(real, {
      updateOne: async (...update) => {
        events.emit('reached');
        await gate;
        return real.updateOne(...update);
      },
    });
  };
  return {
    db: instead(db, { collection: collection as Db['collection'] }),
    reached: once(events, 'reached'),
    goesOn: () => events.emit('goesOn'),
  };
}
