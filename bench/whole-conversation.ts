import { randomBytes } from 'node:crypto';
import { type Api, type Caller, pause, until } from './support/api';
import { floorClient } from './support/floor-client';
import { closedLoop } from './support/load';
import { inTurn, ratioOf } from './support/pairs';
import type { Benchmark } from './support/stage';

const CALLERS = 4;
const MESSAGES = 5;
const CHANNEL = 'bench-web';
const AGENT = 'bench-web-agent';

/** P5: whole conversations a second (5 in and out with a bot, 5 with an agent, closed and sealed) against starting and ending empty workflows. */
export const wholeConversation: Benchmark = async ({ instance, api }, { quick }) => {
  const agent = await settingFor(api);
  const floor = await floorClient(instance);
  const worker = await instance.startFloor();
  const run = randomBytes(4).toString('hex');
  let started = 0;
  const empty = async () => {
    started += 1;
    await floor.client.workflow.execute('emptyWorkflow', {
      taskQueue: 'bench-floor',
      workflowId: `floor:${run}-${started}`,
    });
  };
  const perSecond = async (size: number, call: () => Promise<unknown>) => {
    const begun = performance.now();
    await closedLoop(CALLERS, size, call);
    return size / ((performance.now() - begun) / 1000);
  };
  const conversation = () => converse(api, agent);
  const sizes = quick ? { ours: 4, floor: 40 } : { ours: 12, floor: 200 };
  await perSecond(4, conversation);
  await perSecond(40, empty);
  const pairs = await inTurn(quick ? 3 : 7, {
    ours: () => perSecond(sizes.ours, conversation),
    floor: () => perSecond(sizes.floor, empty),
  });
  worker.stop();
  await floor.close();
  const gate = { at: 1 / 40, better: 'more', stretch: 1 / 25 } as const;
  const what = 'whole conversations a second, 10 in and 10 out / empty workflows a second';
  return [ratioOf(pairs, { id: 'P5', what, unit: '/s', gate })];
};

/** A webchat channel with a bot that answers, and an agent who is ready. Answers the agent's token. */
export async function settingFor(api: Api): Promise<Caller> {
  await api.has('connectors', { id: CHANNEL, providerId: 'webchat', attributes: {} });
  await api.has('bots', { id: 'echo', kind: 'HOOK' });
  await api.has('agents', { id: AGENT, mrds: [{ mrdId: 'chat', maxTasks: 100 }] });
  await api.has('channels', {
    ...{ id: CHANNEL, channelType: 'WEB', serviceIdentifier: CHANNEL, connectorId: CHANNEL },
    ...{ botId: 'echo', wrapUp: { enabled: false }, onLastAgentLeave: 'CLOSE_SESSIONS' },
  });
  const agent = await api.tokenFor('agent', AGENT);
  await api.call('PUT', `/v1/agents/${AGENT}/state`, agent, { state: 'READY' });
  return agent;
}

/** Five messages to the bot, five to the agent, all answered; closed and sealed. Answers the customer’s id. */
export async function converse(api: Api, agent: Caller): Promise<string> {
  const session = { channelData: {} };
  const visitor = (await api.call('POST', `/webchat/${CHANNEL}/sessions`, NOBODY, session)) as {
    token: string;
    customerId: string;
  };
  const says = (text: string) =>
    api.call('POST', '/webchat/messages', visitor, {
      clientMessageId: randomBytes(12).toString('hex'),
      body: { type: 'PLAIN', text },
    });
  const path = `/v1/conversations/${await api.conversationOf(visitor.customerId)}`;
  for (let n = 0; n < MESSAGES; n += 1) {
    await says(`to the bot ${n}`);
    await until(async () => (await messageCount(api, path)) >= 2 * (n + 1) || null);
  }
  await api.call('POST', `${path}/participants`, agent, { agentId: AGENT, role: 'PRIMARY' });
  for (let n = 0; n < MESSAGES; n += 1) {
    await says(`to the agent ${n}`);
    await api.call('POST', `${path}/messages`, agent, {
      body: { type: 'PLAIN', text: `from the agent ${n}` },
    });
  }
  await api.call('DELETE', `${path}/participants/${AGENT}`, agent);
  await until(async () => {
    const { state } = (await api.call('GET', path, api.admin)) as { state: string };
    if (state !== 'CLOSED') await pause(20);
    return state === 'CLOSED' || null;
  });
  return visitor.customerId;
}

async function messageCount(api: Api, path: string): Promise<number> {
  return ((await api.call('GET', path, api.admin)) as { messageCount: number }).messageCount;
}

/** Sessions of visitors are public. */
const NOBODY: Caller = { token: '' };
