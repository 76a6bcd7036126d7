import '../support/quiet';
import type { Client } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import type { ChannelSettings } from '../../domain/channel/settings';
import { movedOut } from '../../domain/conversation/merge';
import { conversationWorkflowId, mergeWorkflowId } from '../../domain/ids';
import { BoundedCache } from '../../infra/bounded-cache';
import { createConversationWorkflows } from '../../infra/conversation-workflows';
import { createCustomerRuns } from '../../infra/customer-runs';
import { createRoutingWorkflow } from '../../infra/routing-workflow';
import {
  CONVERSATION_TASK_QUEUE,
  customerMessageSignal,
  getConversationQuery,
  HOUSEKEEPING_TASK_QUEUE,
  sessionsMovedInSignal,
} from '../../workflows/conversation/messages';
import type { mergeWorkflow } from '../../workflows/housekeeping/merge-workflow';
import { aMessage, anOpening, Story } from '../support/conversations';
import { uniqueName, useTemporal } from '../support/servers';
import { someSettings } from '../support/some-settings';
import { useStores } from '../support/stores';
import { workflowBundle } from '../support/workflow-bundle';

const temporal = useTemporal();
const opened = useStores();
const client = (): Client => temporal().client;
const customers = () => opened().stores.customers;
const settings: ChannelSettings = someSettings({ channelId: 'web', bot: null });

/** Merged customers, as merges begin or try to. */
const asked: string[] = [];
/** Merges into these customers go no further than the records until it settles. */
const held = new Map<string, Promise<void>>();

let stopWorkers: () => Promise<void>;
beforeAll(async () => {
  const { address, namespace } = temporal();
  const connection = await NativeConnection.connect({ address });
  const { stores } = opened();
  const workflows = createConversationWorkflows(client());
  const activities = createActivities({
    stores: {
      ...stores,
      customers: {
        ...stores.customers,
        merge: (input) => {
          asked.push(input.mergedId);
          return stores.customers.merge(input);
        },
      },
      config: { ...stores.config, settings: async () => settings, get: stores.config.get },
    },
    workflows: {
      ...workflows,
      async openConversationOf(customerId) {
        await held.get(customerId);
        return workflows.openConversationOf(customerId);
      },
    },
    routing: createRoutingWorkflow(client()),
    runs: createCustomerRuns(client(), stores.dataKeys),
    erasures: { add: async () => undefined },
    logger: { warn: () => undefined },
    remembered: new BoundedCache(100),
  });
  const bundle = await workflowBundle();
  const workers = await Promise.all([
    Worker.create({
      connection,
      namespace,
      taskQueue: CONVERSATION_TASK_QUEUE,
      workflowBundle: bundle,
      activities: activities.conversation,
    }),
    Worker.create({
      connection,
      namespace,
      taskQueue: HOUSEKEEPING_TASK_QUEUE,
      workflowBundle: bundle,
      activities: activities.housekeeping,
    }),
  ]);
  const running = workers.map((worker) => worker.run());
  stopWorkers = async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await connection.close();
  };
});
afterAll(() => stopWorkers?.());

/** A customer with one webchat identity. */
async function aCustomer(): Promise<{ readonly id: string; readonly identifier: string }> {
  const identifier = uniqueName('visitor');
  const { customerId: id } = await customers().identify({
    channel: channel(),
    identifier,
    name: null,
  });
  return { id, identifier };
}
function channel() {
  return { id: 'web', channelType: 'WEB', serviceIdentifier: 'web-1', identification: {} } as never;
}

/** The customer writes, as the api hands it on. */
async function write({ identifier }: { readonly identifier: string }): Promise<void> {
  const { signalTo } = await customers().identify({ channel: channel(), identifier, name: null });
  const message = aMessage({
    customerIdentifier: identifier,
    eventKey: uniqueName('key'),
    messageId: uniqueName('msg_'),
    providerMessageId: null,
  });
  await client().workflow.signalWithStart('conversationWorkflow', {
    taskQueue: CONVERSATION_TASK_QUEUE,
    workflowId: conversationWorkflowId(signalTo),
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{ customerId: signalTo }],
    signal: customerMessageSignal,
    signalArgs: [message],
  });
}
/** A message of theirs that went to a workflow that is theirs no more, twice. */
async function lateAndAgain(
  { identifier }: { readonly identifier: string },
  customerId: string,
): Promise<void> {
  const late = aMessage({
    customerIdentifier: identifier,
    eventKey: uniqueName('key'),
    messageId: uniqueName('msg_'),
    providerMessageId: null,
  });
  for (let times = 0; times < 2; times += 1)
    await client().workflow.signalWithStart('conversationWorkflow', {
      taskQueue: CONVERSATION_TASK_QUEUE,
      workflowId: conversationWorkflowId(customerId),
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{ customerId }],
      signal: customerMessageSignal,
      signalArgs: [late],
    });
}
async function openOf(customerId: string) {
  const found = await until(
    () =>
      client().workflow.getHandle(conversationWorkflowId(customerId)).query(getConversationQuery),
    (conversation) => conversation !== null,
  );
  if (!found) throw new Error('it has no conversation');
  return found;
}
function merge(mergedId: string, survivorId: string) {
  return client().workflow.execute<typeof mergeWorkflow>('mergeWorkflow', {
    taskQueue: HOUSEKEEPING_TASK_QUEUE,
    workflowId: mergeWorkflowId(mergedId),
    args: [{ mergedId, survivorId, actorId: 'agt_1' }],
  });
}
async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (
    const giveUpAt = Date.now() + 120_000;
    ;
    await new Promise((resolve) => setTimeout(resolve, 100))
  ) {
    const value = await look();
    if (holds(value) || Date.now() > giveUpAt) return value;
  }
}
async function entriesOf(conversationId: string) {
  return (await opened().stores.timeline.read(conversationId, 0, 200)).map(({ type }) => type);
}
const messagesIn = async (conversationId: string) =>
  (await entriesOf(conversationId)).filter((type) => type === 'CUSTOMER_MESSAGE').length;

it('merges records alone when neither has an open conversation', async () => {
  const [m, x] = [await aCustomer(), await aCustomer()];
  expect(await merge(m.id, x.id)).toEqual({ survivorId: x.id, conversationId: null, moved: false });
  expect((await customers().standing(x.id))?.liveIn).toBeNull();
  await write(m);
  expect((await openOf(x.id)).customerId).toBe(x.id);
});

it('goes on in the survivor’s conversation when only they have one', async () => {
  const [m, x] = [await aCustomer(), await aCustomer()];
  await write(x);
  const { id } = await openOf(x.id);
  expect(await merge(m.id, x.id)).toEqual({ survivorId: x.id, conversationId: id, moved: false });
  await write(m);
  await until(
    () => messagesIn(id),
    (count) => count === 2,
  );
  const entries = await entriesOf(id);
  expect(entries.filter((type) => type === 'CUSTOMER_MESSAGE')).toHaveLength(2);
  expect(entries.filter((type) => type === 'ASSOCIATED_CUSTOMER_CHANGED')).toHaveLength(1);
});

it('lets the merged customer’s conversation go on as the survivor’s, and sends both there', async () => {
  const [m, x] = [await aCustomer(), await aCustomer()];
  await write(m);
  const { id } = await openOf(m.id);
  expect(await merge(m.id, x.id)).toEqual({ survivorId: x.id, conversationId: id, moved: false });
  expect((await customers().standing(x.id))?.liveIn).toBe(m.id);
  await write(x);
  await write(m);
  await until(
    () => messagesIn(id),
    (count) => count === 3,
  );
  expect(await messagesIn(id)).toBe(3);
  expect(await openOf(m.id)).toMatchObject({ id, customerId: x.id });
  expect((await opened().stores.conversations.openOf(x.id))?.id).toBe(id);
});

it('moves sessions into the survivor’s conversation when both are open, and changes nothing the second time', async () => {
  const [m, x] = [await aCustomer(), await aCustomer()];
  await write(m);
  await write(x);
  const [gone, stays] = [(await openOf(m.id)).id, (await openOf(x.id)).id];
  expect(await merge(m.id, x.id)).toEqual({ survivorId: x.id, conversationId: stays, moved: true });
  await until(
    () => openOf(x.id),
    ({ channelSessions }) => channelSessions.length === 2,
  );
  const { channelSessions } = await openOf(x.id);
  expect(channelSessions.map(({ movedFrom }) => movedFrom).sort()).toEqual([gone, null].sort());
  await until(
    () => openOf(m.id),
    ({ state }) => state === 'CLOSED',
  );
  await write(m);
  await until(
    () => messagesIn(stays),
    (count) => count === 2,
  );
  const before = await entriesOf(stays);
  expect(before.filter((type) => type === 'CUSTOMER_MESSAGE')).toHaveLength(2);
  expect(before).toContain('CONVERSATION_MERGED');
  expect(await merge(m.id, x.id)).toEqual({ survivorId: x.id, conversationId: null, moved: false });
  expect(await entriesOf(stays)).toEqual(before);
});

it('two merges at once, all three open: the survivor of both has the only open conversation', async () => {
  const [m, x, y] = [await aCustomer(), await aCustomer(), await aCustomer()];
  for (const customer of [m, x, y]) await write(customer);
  const [ofM, ofX, ofY] = [await openOf(m.id), await openOf(x.id), await openOf(y.id)];
  let goOn: () => void = () => undefined;
  const hold = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  held.set(x.id, hold);
  const both = [merge(m.id, x.id)];
  await until(
    async () => (await customers().standing(m.id))?.mergedInto,
    (into) => into === x.id,
  );
  both.push(merge(x.id, y.id));
  await until(
    async () => asked.includes(x.id),
    (it) => it,
  );
  goOn();
  expect(await Promise.all(both)).toEqual([
    { survivorId: x.id, conversationId: ofX.id, moved: true },
    { survivorId: y.id, conversationId: ofY.id, moved: true },
  ]);
  for (const customer of [m, x])
    await until(
      () => openOf(customer.id),
      ({ state }) => state === 'CLOSED',
    );
  await until(
    () => openOf(y.id),
    ({ channelSessions }) => channelSessions.length === 3,
  );
  expect(await openOf(y.id)).toMatchObject({ id: ofY.id, customerId: y.id });
  expect((await openOf(m.id)).id).toBe(ofM.id);
  expect((await openOf(x.id)).id).toBe(ofX.id);

  await lateAndAgain(m, m.id);
  await lateAndAgain(x, x.id);
  await until(
    () => messagesIn(ofY.id),
    (count) => count === 3,
  );
  await write(y);
  await until(
    () => messagesIn(ofY.id),
    (count) => count === 4,
  );
  expect(await messagesIn(ofY.id)).toBe(4);
});

it('sessions that reach a survivor who was merged meanwhile go on to the last survivor', async () => {
  const [m, x, y] = [await aCustomer(), await aCustomer(), await aCustomer()];
  await write(y);
  await openOf(y.id);
  await merge(x.id, y.id);
  const customer = { id: m.id, name: null, anonymous: true, labelPriority: null };
  const conversationId = uniqueName('cnv_');
  const gone = new Story(settings, undefined, anOpening({ conversationId, customer }));
  gone.customerWrites();
  await client().workflow.signalWithStart('conversationWorkflow', {
    taskQueue: CONVERSATION_TASK_QUEUE,
    workflowId: conversationWorkflowId(x.id),
    args: [{ customerId: x.id }],
    signal: sessionsMovedInSignal,
    signalArgs: [{ ...movedOut(gone.state), fromHome: m.id }],
  });
  await until(
    () => openOf(y.id),
    ({ channelSessions }) => channelSessions.length === 2,
  );
  expect((await openOf(y.id)).channelSessions).toHaveLength(2);
  expect(await opened().stores.conversations.openOf(x.id)).toBeNull();
});

it('is over at once when what moves to a survivor who has left brings no session', async () => {
  const [m, x] = [await aCustomer(), await aCustomer()];
  const customer = { id: m.id, name: null, anonymous: true, labelPriority: null };
  const conversationId = uniqueName('cnv_');
  const gone = new Story(settings, undefined, anOpening({ conversationId, customer }));
  gone.customerWrites();
  gone.joins('a1');
  const handle = await client().workflow.signalWithStart('conversationWorkflow', {
    taskQueue: CONVERSATION_TASK_QUEUE,
    workflowId: conversationWorkflowId(x.id),
    args: [{ customerId: x.id }],
    signal: sessionsMovedInSignal,
    signalArgs: [{ ...movedOut(gone.state), sessions: [], fromHome: m.id }],
  });
  await handle.result();
  expect(await opened().stores.conversations.openOf(x.id)).toBeNull();
});

it('hands on what still reaches a merged customer’s workflow', async () => {
  const [m, x] = [await aCustomer(), await aCustomer()];
  await merge(m.id, x.id);
  await lateAndAgain(m, m.id);
  const { id } = await until(
    () =>
      opened()
        .stores.conversations.openOf(x.id)
        .then((found) => found ?? { id: '' }),
    (found) => found.id !== '',
  );
  await until(
    () => messagesIn(id),
    (count) => count === 1,
  );
  expect(await messagesIn(id)).toBe(1);
});

it('fails with the reason when the records refuse', async () => {
  const [m, x, y] = [await aCustomer(), await aCustomer(), await aCustomer()];
  await merge(m.id, x.id);
  const refused = merge(m.id, y.id);
  await expect(refused).rejects.toBeInstanceOf(WorkflowFailedError);
  await expect(refused).rejects.toMatchObject({ cause: { type: 'CONFLICT' } });
  await expect(merge('cus_none', x.id)).rejects.toMatchObject({ cause: { type: 'NOT_FOUND' } });
});
