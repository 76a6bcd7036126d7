import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchBoard } from './board';
import { createClient, DemoError } from './client';
import { type Desk, openDesk, rings } from './desk';
import { follow } from './follow';
import type { StoryOptions } from './options';
import { menuWith, ofType, openConversation, plain, signIn, tap, textOf } from './steps';
import { proveArchive } from './story';

export interface AgentsOptions extends StoryOptions {
  readonly secondAgentId: string;
  readonly supervisorId: string;
}

/**
 * Two agents and a supervisor at work: an offer is declined and goes to the colleague, the conversation is passed on by name, its
 * agent is logged out, and it comes back. Everything as the desks' own streams tell it. Throws {@link DemoError} when a step does
 * not come to pass.
 */
export async function playAgents(options: AgentsOptions): Promise<void> {
  const { url, screen, channelId } = options;
  const admin = createClient(url, options.adminToken);
  const supervisor = await signIn(admin, url, options.supervisorId, 'supervisor');
  const desks: Desk[] = [];
  for (const id of [options.agentId, options.secondAgentId])
    desks.push(openDesk(await signIn(admin, url, id), id, screen));
  const stopBoard = watchBoard(supervisor, screen);
  const pause = () => sleep(options.pauseMs);
  const colleagueOf = (desk: Desk) => desks.find((other) => other !== desk) ?? desk;

  try {
    screen.chapter(
      'Two agents open their desks, a supervisor the board',
      'GET /v1/agents/{id}/events, GET /v1/stats/events; an open stream is presence',
    );
    await pause();
    for (const desk of desks) await desk.sets('READY');

    screen.chapter('A customer asks the bot for a human', `POST /webchat/${channelId}/sessions`);
    const visitor = await createClient(url).post<{
      readonly token: string;
      readonly customerId: string;
    }>(`/webchat/${channelId}/sessions`, { customer: { name: 'Mia' } });
    const customer = createClient(url, visitor.token);
    const say = async (body: unknown) => {
      await pause();
      const clientMessageId = randomBytes(16).toString('hex');
      await customer.post('/webchat/messages', { clientMessageId, body });
    };
    const conversation = await openConversation(admin, visitor.customerId);
    const path = `/v1/conversations/${conversation.id}`;
    const timeline = follow(admin, conversation.id, screen);
    try {
      await timeline.until('the menu', menuWith('Talk to a human'));
      await say(tap('human', 'Talk to a human'));
      const first = await rings(desks, conversation.id);

      const second = colleagueOf(first.desk);
      screen.chapter(
        `It rings at ${first.desk.id}, who declines; it goes to ${second.id}`,
        'POST /v1/tasks/{id}/decline, POST /v1/tasks/{id}/accept',
      );
      await pause();
      await first.desk.client.post(`/v1/tasks/${first.taskId}/decline`, {});
      const again = await rings([second], conversation.id);
      await pause();
      const answers = await Promise.allSettled([
        second.client.post(`/v1/tasks/${again.taskId}/accept`, {}),
        second.client.post(`/v1/tasks/${again.taskId}/accept`, {}),
      ]);
      await timeline.until('the agent', ofType('AGENT_SUBSCRIBED'));
      const lost = answers.filter(({ status }) => status === 'rejected').length;
      screen.line(`Accepted in two tabs at once: one took it, ${lost} was told CONFLICT.`);
      if (lost !== 1) throw new DemoError(`An offer had ${answers.length - lost} winners.`);
      await second.client.post(`${path}/messages`, plain('Hello Mia, what can I do for you?'));
      await timeline.until('the greeting', textOf('AGENT_MESSAGE', /Hello Mia/));
      await say({ type: 'PLAIN', text: 'My invoice has the wrong address.' });
      await timeline.until('her answer', textOf('CUSTOMER_MESSAGE', /invoice/));

      screen.chapter(
        `${second.id} passes it on to ${first.desk.id} by name`,
        'POST …/transfers: routing gives the offer before anybody leaves',
      );
      await pause();
      await second.client.post(`${path}/transfers`, {
        to: { agentId: first.desk.id },
        kind: 'COLD',
        note: 'Wrong address on the invoice.',
      });
      const passed = await rings([first.desk], conversation.id);
      await pause();
      await first.desk.client.post(`/v1/tasks/${passed.taskId}/accept`, {});
      await timeline.until('the transfer', ofType('TRANSFER_COMPLETED'));
      await second.client.post(`${path}/wrap-ups`, { skip: true });
      await timeline.until('the end of the wrap-up', ofType('AGENT_UNSUBSCRIBED'));

      screen.chapter(
        `The supervisor logs ${first.desk.id} out: the conversation goes back to the queue, first in line`,
        'PUT /v1/agents/{id}/state {"state": "LOGOUT"}',
      );
      await pause();
      await supervisor.put(`/v1/agents/${first.desk.id}/state`, { state: 'LOGOUT' });
      const back = await rings([second], conversation.id);
      await pause();
      await second.client.post(`/v1/tasks/${back.taskId}/accept`, {});
      await timeline.until('the agent again', ofType('AGENT_SUBSCRIBED'));
      await second.client.post(
        `${path}/messages`,
        plain('Corrected: a new invoice is on its way.'),
      );
      await timeline.until('the answer', textOf('AGENT_MESSAGE', /Corrected/));

      screen.chapter(`${second.id} wraps up and leaves`);
      await second.client.post(`${path}/wrap-ups`, {
        labels: [{ category: 'Result', value: 'Solved' }],
      });
      await second.client.delete(`${path}/participants/${second.id}`);
      await timeline.until('the survey', menuWith('5'));
      await say(tap('5', '5'));
      await timeline.until(
        'the end',
        (entry) => entry.type === 'TOPIC_STATE_CHANGED' && entry.data?.['to'] === 'CLOSED',
      );
    } finally {
      timeline.stop();
    }
    for (const desk of desks) await desk.sets('LOGOUT');
    await proveArchive(admin, conversation, options);
  } finally {
    stopBoard();
    for (const desk of desks) desk.close();
  }
}
