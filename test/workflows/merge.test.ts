import '../support/quiet';
import type { Client } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import type { ChannelSettings } from '../../domain/channel/settings';
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
} from '../../workflows/conversation/messages';
import type { mergeWorkflow } from '../../workflows/housekeeping/merge-workflow';
import { aMessage } from '../support/conversations';
import { uniqueName, useTemporal } from '../support/servers';
import { someSettings } from '../support/some-settings';
import { useStores } from '../support/stores';
import { workflowBundle } from '../support/workflow-bundle';

const temporal = useTemporal();
const opened = useStores();
const client = (): Client => temporal().client;
const customers = () => opened().stores.customers;
const settings: ChannelSettings = someSettings({ channelId: 'web', bot: null });

let stopWorkers: () => Promise<void>;
beforeAll(async () => {
  const { address, namespace } = temporal();
  const connection = await NativeConnection.connect({ address });
  const { stores } = opened();
  const activities = createActivities({
    stores: {
      ...stores,
      config: { ...stores.config, settings: async () => settings, get: stores.config.get },
    },
    workflows: createConversationWorkflows(client()),
    routing: createRoutingWorkflow(client()),
    runs: createCustomerRuns(client()),
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
    const giveUpAt = Date.now() + 60_000;
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

it('hands on what still reaches a merged customer’s workflow', async () => {
  const [m, x] = [await aCustomer(), await aCustomer()];
  await merge(m.id, x.id);
  const late = aMessage({
    customerIdentifier: m.identifier,
    eventKey: uniqueName('key'),
    messageId: uniqueName('msg_'),
    providerMessageId: null,
  });
  await client().workflow.signalWithStart('conversationWorkflow', {
    taskQueue: CONVERSATION_TASK_QUEUE,
    workflowId: conversationWorkflowId(m.id),
    args: [{ customerId: m.id }],
    signal: customerMessageSignal,
    signalArgs: [late],
  });
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
