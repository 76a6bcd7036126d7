import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { brokenAt, type Transcript } from './chain';
import { type Client, createClient, DemoError } from './client';
import { follow } from './follow';
import { PATIENCE_MS, type StoryOptions } from './options';
import { PRETENDED_TWILIO } from './pretended-address';
import {
  type ConversationView,
  menuWith,
  ofType,
  openConversation,
  plain,
  signIn,
  tap,
  textOf,
} from './steps';
import type { PretendedTwilio } from './twilio';
import { ensureWhatsApp } from './whatsapp';

/** One customer, two channels, a bot and an agent, from hello to the sealed archive. Throws {@link DemoError} when a step does not come to pass. */
export async function playStory(options: StoryOptions): Promise<void> {
  const { url, screen, channelId, agentId } = options;
  const admin = createClient(url, options.adminToken);
  const pause = () => sleep(options.pauseMs);
  const phone = `+1555${randomInt(1_000_000, 9_999_999)}`;

  screen.chapter('A customer opens the webchat', `POST /webchat/${channelId}/sessions`);
  const visitor = await createClient(url).post<{
    readonly token: string;
    readonly customerId: string;
  }>(`/webchat/${channelId}/sessions`, {
    customer: { name: 'Mia' },
    channelData: { locale: 'en', formData: { shop: 'Harbour Lane' } },
  });
  const customer = createClient(url, visitor.token);
  const conversation = await openConversation(admin, visitor.customerId);
  const timeline = follow(admin, conversation.id, screen);
  const say = async (body: unknown) => {
    await pause();
    const clientMessageId = randomBytes(16).toString('hex');
    await customer.post('/webchat/messages', { clientMessageId, body });
  };
  try {
    await timeline.until('the menu', menuWith('Opening hours'));

    screen.chapter('She asks the bot', 'a button of its menu: POST /webchat/messages');
    await say(tap('hours', 'Opening hours'));
    await timeline.until('the opening hours', textOf('BOT_MESSAGE', /Monday/));
    await say({ type: 'PLAIN', text: 'Thanks. My cup arrived chipped, though.' });
    await timeline.until('the menu again', menuWith('Talk to a human'));
    await say(tap('human', 'Talk to a human'));
    await timeline.until('the request for a human', ofType('TASK_ENQUEUED'));

    screen.chapter(
      'She goes out and continues on WhatsApp',
      `her number is linked (POST /v1/customers/{id}/identities); then a webhook comes in, signed as Twilio signs`,
    );
    await pause();
    const whatsapp = await ensureWhatsApp(admin, options);
    try {
      await admin.post(`/v1/customers/${visitor.customerId}/identities`, {
        channelId: whatsapp.channelId,
        identifier: phone,
      });
      await whatsapp.twilio.deliver({
        from: phone,
        name: 'Mia',
        text: 'It is me again, on the go. Shall I send a photo?',
      });
      await timeline.until('her message by WhatsApp', textOf('CUSTOMER_MESSAGE', /on the go/));

      screen.chapter(`${agentId} joins`, 'POST /v1/conversations/{id}/participants');
      await pause();
      const agent = await signIn(admin, url, agentId);
      const path = `/v1/conversations/${conversation.id}`;
      await agent.post(`${path}/participants`, { agentId, role: 'PRIMARY' });
      await timeline.until('the agent', ofType('AGENT_SUBSCRIBED'));
      await pause();
      if (whatsapp.reachable) {
        await agent.post(
          `${path}/messages`,
          plain('Hi Mia, Ana here. No photo needed: a new cup leaves tomorrow.'),
        );
        const answer = await timeline.until('the answer', textOf('AGENT_MESSAGE', /new cup/));
        await delivered(admin, path, answer.seq, whatsapp.twilio);
        const { body, to } = whatsapp.twilio.sent.at(-1) ?? {};
        screen.line(`Twilio got "${body}" for ${to} and reported it delivered.`);
      } else {
        screen.line(
          'This Parley may not call a pretended Twilio on this machine, so Ana answers in the webchat.',
        );
        screen.line(
          `(Start it with PARLEY_ALLOWED_PRIVATE_HOSTS=${PRETENDED_TWILIO.host} to see the answer go out by WhatsApp.)`,
        );
        const { channelSessions } = await admin.get<ConversationView>(path);
        const channelSessionId = channelSessions.find(
          ({ channelType }) => channelType === 'WEB',
        )?.id;
        await agent.post(`${path}/messages`, {
          ...plain('Hi Mia, Ana here. No photo needed: a new cup leaves tomorrow.'),
          channelSessionId,
        });
        await timeline.until('the answer', textOf('AGENT_MESSAGE', /new cup/));
      }

      screen.chapter('Back at her desk: the webchat holds the same conversation');
      await say({ type: 'PLAIN', text: 'That is kind, thank you!' });
      await timeline.until('her thanks', textOf('CUSTOMER_MESSAGE', /kind/));

      screen.chapter('Ana wraps up and leaves', 'POST …/wrap-ups, DELETE …/participants/{agentId}');
      await pause();
      await agent.post(`${path}/wrap-ups`, {
        labels: [{ category: 'Result', value: 'Solved' }],
        note: 'Chipped cup, replacement sent.',
      });
      await timeline.until('the wrap-up', ofType('WRAPUP_APPLIED'));
      await agent.delete(`${path}/participants/${agentId}`);
      await timeline.until('the survey', menuWith('5'));

      screen.chapter(
        'The bot is back with a survey',
        'she answers and the bot ends it; had she said nothing, the bot would have given up after a day',
      );
      await say(tap('5', '5'));
      await timeline.until(
        'the end',
        (entry) => entry.type === 'TOPIC_STATE_CHANGED' && entry.data?.['to'] === 'CLOSED',
      );
    } finally {
      await whatsapp.twilio.close();
    }
  } finally {
    timeline.stop();
  }
  await proveArchive(admin, conversation, options);
}

/** Waits until views show a message as delivered: it went out, and the provider's signed report came in. */
async function delivered(
  admin: Client,
  path: string,
  seq: number,
  twilio: PretendedTwilio,
): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const { items } = await admin.get<{
      readonly items: readonly { readonly delivery: { readonly state: string } | null }[];
    }>(`${path}/timeline?after=${seq - 1}&limit=1`);
    const state = items[0]?.delivery?.state;
    if (state === 'DELIVERED') return;
    await twilio.assertReported();
    if (Date.now() > until)
      throw new DemoError(`The answer is ${state ?? 'not sent'}, and was to be delivered.`);
    await sleep(100);
  }
}

/** Computes the archive's hash chain again, and says where to look. */
export async function proveArchive(
  admin: Client,
  { id }: ConversationView,
  options: Pick<StoryOptions, 'screen' | 'temporalUi' | 'namespace' | 'url'>,
): Promise<void> {
  const { screen, temporalUi, namespace, url } = options;
  const transcript = await admin.get<Transcript>(`/v1/conversations/${id}/transcript?format=json`);
  const broken = brokenAt(transcript);
  if (broken !== null)
    throw new DemoError(`The archive's hash chain does not fit at seq ${broken}.`);
  const { workflowId, runId } = await admin.get<ConversationView>(`/v1/conversations/${id}`);
  screen.chapter('Closed and archived');
  screen.line(
    `${transcript.items.length} entries, in order and without a gap; hash chain computed again, head ${transcript.headHash.slice(0, 16)}…`,
  );
  screen.line(
    `transcript   ${url}/v1/conversations/${id}/transcript?format=html (with the admin token)`,
  );
  screen.line(
    temporalUi
      ? `its workflow ${temporalUi}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`
      : `its workflow ${workflowId}, run ${runId}`,
  );
}
