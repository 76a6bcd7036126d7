import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { type Db, MongoClient } from 'mongodb';
import type {
  ArchivedConversation,
  Delivered,
  Entry,
  RoutingTold,
  RunRecord,
} from '../checker/record';
import { CAPACITY, DEADLINES, POLICIES } from '../stage/configuration';
import { PATIENCE_MS, type Stage } from '../stage/stage';
import type { Api } from './api';
import { boundsOf, type Usage } from './bounds';
import { canariesIn } from './canaries';
import { runningOf, runsOf } from './histories';
import { rowsOf } from './rows';
import type { Scene } from './scene';

/** What the checker is given about a scene. Asks the API; opens database and Temporal only to read. */
export async function collect(
  scene: Scene,
  told: readonly RoutingTold[],
  usage: Usage,
): Promise<RunRecord> {
  const { stage, admin, log } = scene;
  const customers = await scene.known();
  const conversations = (
    await Promise.all(customers.map(({ customerId }) => conversationsOf(admin, customerId)))
  ).flat();
  const ids = conversations.map(({ id }) => id);
  const [rows, runs] = await Promise.all([
    withDatabase(stage, (db) => rowsOf(db, ids)),
    withTemporal(stage, (client) =>
      runsOf(
        client,
        customers.map(({ customerId }) => customerId),
        ids,
      ),
    ),
  ]);
  const messageIds = new Set(conversations.flatMap(({ entries }) => entries.map(({ id }) => id)));
  return {
    at: new Date().toISOString(),
    attempts: log.attempts,
    customers,
    conversations,
    streams: scene.watch.seen(),
    deliveries: deliveredTo(scene),
    botCalls: stage.providers.bot.calls.flatMap(({ body, headers }) =>
      messageIds.has(body.data?.messageId)
        ? [{ messageId: String(body.data.messageId), key: headers.get('idempotency-key') ?? '' }]
        : [],
    ),
    routing: told.filter(
      ({ conversationId, type }) => type === 'STATE' || ids.includes(conversationId ?? ''),
    ),
    runs,
    rows,
    leaks: await canariesIn(scene, conversations, runs),
    bounds: boundsOf(usage, runs, rows.parts),
    rules: {
      policies: POLICIES,
      capacity: CAPACITY,
      inactivitySeconds: { sms: DEADLINES.inactivity },
    },
  };
}

const LOOK_EVERY_MS = 400;

/**
 * Until every conversation of these customers has ended, or patience is over: then the checker says what is stuck. Answers what has
 * not ended, in words.
 */
export async function untilClosed(
  { stage, admin }: Pick<Scene, 'stage' | 'admin'>,
  customerIds: readonly string[],
): Promise<readonly string[]> {
  const patience = Date.now() + PATIENCE_MS;
  // What is archived of a run that has not ended may be a lost attempt's.
  const running = () => withTemporal(stage, (client) => runningOf(client, customerIds));
  let asked = customerIds;
  for (;;) {
    const lists = await Promise.all(
      asked.map(async (id) => ({ id, items: (await conversationList(admin, id)).items })),
    );
    const open = lists.flatMap(({ items }) => items.filter(({ state }) => state !== 'CLOSED'));
    const left = open.length > 0 ? open.map(({ id }) => id) : await running();
    if (left.length === 0) return left;
    if (Date.now() > patience)
      return open.length === 0 ? left : Promise.all(left.map((id) => standingOf(admin, id)));
    // Whoever has come to an end begins nothing new; all are asked once more when the workflows still run.
    const still = lists.filter(({ items }) => items.some(({ state }) => state !== 'CLOSED'));
    asked = still.length > 0 ? still.map(({ id }) => id) : customerIds;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Where it is and what it waits for, in words. */
async function standingOf(admin: Api, id: string): Promise<string> {
  const stored = await admin.read<Pick<ArchivedConversation, 'state' | 'timers'>>(
    `/v1/conversations/${id}`,
  );
  const waits = stored?.timers.map(({ name, dueAt }) => `${name} at ${dueAt}`).join(' and ');
  return `${id} is ${stored?.state}, waits for ${waits || 'nothing'}`;
}

async function conversationsOf(admin: Api, customerId: string): Promise<ArchivedConversation[]> {
  const { items } = await conversationList(admin, customerId);
  return Promise.all(items.map(({ id }) => conversationOf(admin, id)));
}

interface Listed {
  readonly items: readonly { readonly id: string; readonly state: string }[];
}

async function conversationList(admin: Api, customerId: string): Promise<Listed> {
  const path = `/v1/customers/${customerId}/conversations?limit=200`;
  return (await admin.read<Listed>(path)) ?? { items: [] };
}

async function conversationOf(admin: Api, id: string): Promise<ArchivedConversation> {
  const path = `/v1/conversations/${id}`;
  const [stored, transcript, entries] = await Promise.all([
    admin.read<Omit<ArchivedConversation, 'entries' | 'headHash' | 'live'>>(path),
    admin.read<{ headHash: string }>(`${path}/transcript?format=json`),
    timelineOf(admin, path),
  ]);
  if (!stored) throw new Error(`${path} is not there`);
  const live = await admin.read<{ state: string; lastSeq: number }>(`${path}?consistent=true`);
  return {
    id,
    customerId: stored.customerId,
    state: stored.state,
    lastSeq: stored.lastSeq,
    timers: stored.timers,
    entries,
    headHash: transcript?.headHash ?? null,
    live: live && { state: live.state, lastSeq: live.lastSeq },
  };
}

async function timelineOf(admin: Api, path: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (let after = 0; ; after = entries.at(-1)?.seq ?? after) {
    const page = await admin.read<{ items: Entry[] }>(`${path}/timeline?after=${after}&limit=200`);
    if (!page || page.items.length === 0) return entries;
    entries.push(...page.items);
  }
}

/** Only what these customers were sent: the fakes serve every scene. */
function deliveredTo({ stage, customers }: Scene): readonly Delivered[] {
  const { partner, twilio, viber, graph } = stage.providers;
  const own = new Set(customers.map(({ voice }) => voice.identifier));
  const sent = new Map(partner.requests.map((request) => [request.id, request]));
  const copies: (Delivered & { readonly to: string })[] = [
    ...[...sent.values()].map(({ id, body }) => ({
      channelId: 'generic',
      to: String((body.data['user'] as { id?: string } | undefined)?.id),
      text: textIn(body.data['content']),
      times: partner.deliveries(id),
    })),
    ...twilio.messages.map(({ to, body }) => ({ channelId: 'sms', to, text: body, times: 1 })),
    ...viber.messages.map(({ receiver, body }) => ({
      channelId: 'viber',
      to: receiver,
      text: String(body['text']),
      times: 1,
    })),
    ...graph.messages.map(({ body }) => ({
      channelId: 'wa',
      to: `+${String(body.to).replace('+', '')}`,
      text: String(body.text?.body),
      times: 1,
    })),
  ];
  const counts = new Map<string, Delivered>();
  for (const { channelId, text, times } of copies.filter(
    ({ to, times }) => own.has(to) && times > 0,
  )) {
    const key = `${channelId} ${text}`;
    counts.set(key, { channelId, text, times: (counts.get(key)?.times ?? 0) + times });
  }
  return [...counts.values()];
}

function textIn(content: unknown): string {
  return String((content as { text?: unknown } | undefined)?.text ?? '');
}

export async function withDatabase<T>(stage: Stage, work: (db: Db) => Promise<T>): Promise<T> {
  const client = await MongoClient.connect(stage.mongoUri, { readPreference: 'primary' });
  try {
    return await work(client.db());
  } finally {
    await client.close();
  }
}

/** Temporal as it is, past every link. */
export async function withTemporal<T>(
  stage: Stage,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({
    address: stage.temporalAddress,
    channelArgs: { 'grpc.max_receive_message_length': -1 }, // a page of a history may have more than 4 MiB
  });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}
