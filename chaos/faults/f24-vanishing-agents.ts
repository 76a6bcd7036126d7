import { setTimeout as sleep } from 'node:timers/promises';
import { ASKS_FOR_HUMAN } from '../stage/bot';
import { PATIENCE_MS } from '../stage/stage';
import type { Acting, Fault } from './fault';

export const vanishingAgents: Fault = {
  id: 'F24',
  what: 'agent vanishes: stream cut for longer than the lease; two tabs accept one offer',
  goal: 'lease + 2 s',
  async play(acting) {
    const { scene, crew } = acting;
    const work: { conversationId: string; agentId: string }[] = [];
    crew.serve = async ({ conversationId, agentId }) => void work.push({ conversationId, agentId });
    await scene.enter(['generic', 'web'], 4);
    await twoTabs(acting);
    for (const customer of scene.customers) await scene.say(customer, ` ${ASKS_FOR_HUMAN}`);
    await until(() => work.length >= scene.customers.length);
    const [first] = work;
    const gone = crew.desks.find(({ agentId }) => agentId === first?.agentId);
    if (!first || !gone) return void scene.complaints.push('nobody was offered anything');
    const since = Date.now();
    gone.leaveDesk();
    const again = () =>
      work.some((one) => one.conversationId === first.conversationId && one !== first);
    if (await until(again)) scene.notes['offered again after, ms'] = Date.now() - since;
    else {
      const agent = await crew.admin.read<object>(`/v1/agents/${gone.agentId}`);
      const known = JSON.stringify(agent);
      scene.complaints.push(`${first.conversationId} was not offered again; its agent: ${known}`);
    }
    gone.sitDown();
    await gone.setState('READY');
    await scene.speak(Math.min(scene.size.messages, 60));
    for (const { conversationId, agentId } of work) {
      const desk = crew.desks.find((one) => one.agentId === agentId);
      const answer = await desk?.api
        .fetch('DELETE', `/v1/conversations/${conversationId}/participants/${agentId}`)
        .catch(() => null);
      await answer?.body?.cancel();
    }
  },
};

/** Exactly one of them wins. */
async function twoTabs({ scene, crew }: Acting): Promise<void> {
  for (const desk of crew.desks) desk.accepts = false;
  const [customer] = scene.customers;
  if (!customer) return;
  const before = new Set(crew.desks.flatMap(({ told }) => told.map(({ n }) => n)));
  await scene.say(customer, ` ${ASKS_FOR_HUMAN}`);
  const offer = () =>
    crew.desks
      .flatMap(({ told }) => told)
      .find(({ n, type }) => type === 'OFFER' && !before.has(n));
  await until(() => offer() !== undefined);
  const found = offer();
  const desk = crew.desks.find(({ agentId }) => agentId === found?.agentId);
  const answers = await Promise.all(
    [1, 2].map(() => desk?.api.fetch('POST', `/v1/tasks/${found?.taskId}/accept`, {})),
  );
  const statuses = answers.map((answer) => answer?.status ?? 0).sort();
  for (const answer of answers) await answer?.body?.cancel();
  scene.notes['two tabs accept'] = statuses.join(', ');
  if (statuses.join() !== '200,409') scene.complaints.push(`two tabs were answered ${statuses}`);
  for (const one of crew.desks) one.accepts = true;
}

async function until(reached: () => boolean): Promise<boolean> {
  const patience = Date.now() + PATIENCE_MS;
  while (!reached() && Date.now() < patience) await sleep(50);
  return reached();
}
