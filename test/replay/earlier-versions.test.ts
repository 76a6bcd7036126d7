import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { BSON, MongoClient } from 'mongodb';
import { decide } from '../../domain/conversation/decide';
import { toConversation } from '../../domain/conversation/view';
import { type CarriedRouting, carry, restore } from '../../domain/routing/carry';
import type { ConversationDocument, TimelineDocument } from '../../infra/mongo/collections';
import { brokenAt } from '../../scripts/demo/chain';
import type { Carried } from '../../workflows/conversation/messages';
import { anEntry } from '../support/archive';
import { aMessage } from '../support/conversations';
import { aRoutingConfig } from '../support/routing';
import { useStores } from '../support/stores';

/** Recorded by `npm run upgrade-drill -- --record <version>` at each release, and never edited. */
const FOLDER = path.join(__dirname, '..', 'fixtures', 'versions');
const VERSIONS = readdirSync(FOLDER);
/** A member of a later version. */
const LATER = { ofLater: { any: ['thing', 1] } };

function recorded<T>(version: string, name: string): readonly T[] {
  return JSON.parse(readFileSync(path.join(FOLDER, version, `${name}.json`), 'utf8'));
}
function documents<T>(version: string, collection: string): readonly T[] {
  return recorded<BSON.Document>(version, collection).map(
    (document) => BSON.EJSON.deserialize(document) as T,
  );
}

it('has something of version 0.1.0', () => {
  expect(VERSIONS).toContain('0.1.0');
});

describe.each(VERSIONS)('what version %s left behind', (version) => {
  const opened = useStores();

  describe('carried states of conversations', () => {
    const carried = recorded<Carried>(version, 'carried-conversation');

    it('are there, with the state and everything beside it', () => {
      expect(carried.length).toBeGreaterThan(0);
      for (const { state, inbox, keys, unarchived, head, sends, pendingHooks } of carried) {
        expect(state?.schema).toBe(1);
        for (const list of [inbox, keys, unarchived, sends, pendingHooks])
          expect(Array.isArray(list)).toBe(true);
        expect(head.hash).toEqual(expect.any(String));
      }
    });

    it('go on: a message is taken at the next place, a later member of the state stays', () => {
      for (const { state } of carried) {
        if (!state) throw new Error('a conversation without a state is carried');
        const home = { workflowId: 'conversation:c', runId: 'r' };
        expect(toConversation(state, home).id).toBe(state.conversationId);
        const [session] = state.sessions;
        const settings = session?.settings ?? state.settings;
        if (!session || !settings) throw new Error('it has no channel');
        const said = decide(
          { ...state, ...LATER },
          {
            type: 'customerMessage',
            message: aMessage({
              ...{ channelId: session.channelId, body: { type: 'PLAIN', text: 'and now?' } },
              customerIdentifier: session.customerIdentifier,
            }),
            settings,
          },
          new Date(Date.parse(state.createdAt) + 60_000).toISOString(),
        );
        expect(said.entries[0]?.entry).toMatchObject({
          type: 'CUSTOMER_MESSAGE',
          body: { text: 'and now?' },
        });
        expect(said.state).toMatchObject(LATER);
        const left = decide(
          said.state,
          { type: 'deadlinePassed', name: 'maxLife' },
          '2036-01-01T00:00:00.000Z',
        );
        expect(left.state).toMatchObject(LATER);
      }
    });
  });

  it('carried states of routing are restored, and carried on as they were', () => {
    const carried = recorded<CarriedRouting>(version, 'carried-routing');
    expect(carried.length).toBeGreaterThan(0);
    for (const given of carried) {
      const later = { ...given, ...LATER } as CarriedRouting;
      const again = carry(restore(later, aRoutingConfig(), given.at), given.at);
      expect(again.agents).toHaveLength(given.agents.length);
      expect(again.waiting).toHaveLength(given.waiting.length);
      expect(again.ended).toEqual(given.ended);
      expect(again.n).toBeGreaterThanOrEqual(given.n);
    }
  });

  describe('documents', () => {
    const conversations = documents<ConversationDocument>(version, 'conversations');
    const timeline = documents<TimelineDocument>(version, 'timeline');
    const customers = documents<{ _id: string; name: string | null }>(version, 'customers');
    let client: MongoClient;

    beforeAll(async () => {
      client = await MongoClient.connect(opened().uri);
      const given = { conversations, timeline, customers, sends: documents(version, 'sends') };
      for (const [name, list] of Object.entries(given))
        await client
          .db()
          .collection(name)
          .insertMany(list.map((one) => ({ ...(one as BSON.Document), ...LATER })));
    });
    afterAll(() => client?.close());
    const raw = (name: string, _id: string) =>
      client.db().collection<{ _id: string }>(name).findOne({ _id });

    it('are read: conversations, their timelines with the chain, customers', async () => {
      const { stores } = opened();
      expect(conversations.length).toBeGreaterThan(0);
      for (const { _id, customerId, lastSeq, projection } of conversations) {
        const stored = await stores.conversations.get(_id);
        expect(stored).toMatchObject({ id: _id, state: projection.conversation.state, lastSeq });
        const items = await stores.timeline.read(_id, 0, 1000);
        expect(items).toHaveLength(lastSeq);
        const headHash = items.at(-1)?.hash ?? '';
        expect(brokenAt({ conversationId: _id, items: items as never, headHash })).toBeNull();
        expect(await stores.customers.get(customerId)).toMatchObject({ id: customerId });
      }
    });

    it('are written again by this version, and what a later one had put there stays', async () => {
      const { stores } = opened();
      for (const { _id, customerId, lastSeq, projection, fence } of conversations) {
        const [last] = timeline.filter((one) => one.conversationId === _id && one.seq === lastSeq);
        const seq = lastSeq + 1;
        await stores.archive.append({
          ...{ conversationId: _id, customerId, fence: fence + 1 },
          head: { seq: lastSeq, hash: last?.hash ?? '' },
          entries: [{ entry: anEntry({ conversationId: _id, seq }) }],
          projection: {
            ...projection,
            conversation: { ...projection.conversation, lastSeq: seq },
          },
        });
        expect(await raw('conversations', _id)).toMatchObject({ lastSeq: seq, ...LATER });
        expect(await raw('timeline', `${_id}:${lastSeq}`)).toMatchObject(LATER);
        await stores.customers.update(customerId, { name: 'Another name' });
        expect(await raw('customers', customerId)).toMatchObject({
          name: 'Another name',
          ...LATER,
        });
      }
    });
  });
});
