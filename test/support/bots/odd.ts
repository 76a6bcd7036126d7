import {
  type BotDefinition,
  type DialogueContext,
  defineBot,
} from '../../../workflows/conversation/define-bot';

/** Bots that do what authors do on a bad day. */
const list: readonly BotDefinition[] = [
  defineBot({
    id: 'throws',
    async onCustomerMessage() {
      throw new Error('a mistake of the author');
    },
  }),
  defineBot({
    id: 'asks',
    async onCustomerMessage(c) {
      const answer = await c.ask('What is your name?', { timeout: '30 days', saveAs: 'name' });
      await c.say(answer.timedOut ? 'Too late.' : `Hello ${answer.value}!`);
    },
  }),
  defineBot({
    id: 'awaits-human',
    async onConversationStarted(c) {
      await c.requestAgent({ queueId: 'support', timeout: '1 hour' });
    },
  }),
  defineBot({
    id: 'calls-then-human',
    async onConversationStarted(c) {
      await c.call('gate', {});
      await c.requestAgent({ queueId: 'support', timeout: '1 hour' });
    },
  }),
  defineBot({
    id: 'night-porter',
    async onCustomerMessage(c, message) {
      if (!message.text.startsWith('human')) return;
      const human = await c.requestAgent({ queueId: message.text.slice(6) });
      await c.say(`The human: ${human.outcome}, ${human.reason}.`);
    },
    async onAgentRequested(_c, { request }) {
      const [from, to] = request.queueId?.split('>') ?? [];
      return from && to ? { queueId: to } : 'default';
    },
    async onOutOfHours(c, event) {
      await c.say(event.taskId ? 'Nobody is here.' : 'We are closed.');
    },
  }),
  defineBot({
    id: 'tells-waits',
    async onCustomerMessage(c) {
      const tells = async (when: string, queueId?: string) => {
        const wait = await c.estimatedWait(queueId);
        const text = wait ? `number ${wait.position}, ${wait.ewtSeconds} s` : 'nobody can say';
        await c.say(`${when}: ${text}.`);
      };
      await tells('Before');
      await tells('Elsewhere', 'nowhere');
      const human = c.requestAgent({ timeout: '5 minutes' });
      await c.sleep('1 second');
      await tells('Waiting');
      await tells('Other queue', 'vip');
      await c.sleep('1 minute');
      await tells('Later');
      await c.say(`The human: ${(await human).outcome}.`);
    },
  }),
  defineBot({
    id: 'validates',
    async onCustomerMessage(c) {
      const answer = await c.ask('How many?', {
        validate: (text) => /^\d+$/.test(text) || 'A number, please.',
      });
      await c.say(
        answer.invalid ? 'Never mind.' : `${answer.value} it is, after ${answer.attempts}.`,
      );
    },
  }),
  defineBot({
    id: 'stubborn',
    async onCustomerMessage(c) {
      for (let tries = 0; ; tries += 1) {
        try {
          await c.ask(`Still there? ${tries}`);
        } catch {
          await c.say('I will not be silenced.');
        }
      }
    },
  }),
  defineBot({
    id: 'races',
    async onCustomerMessage(c) {
      const first = await Promise.race([
        c.sleep('1 hour').then(() => 'slept'),
        c.ask('Quick!', { timeout: '2 hours' }).then(({ text }) => text),
      ]);
      await c.say(`Won: ${first}`);
    },
  }),
  defineBot({
    id: 'calls',
    async onCustomerMessage(c, message) {
      const upper = await c.call<string>('upperCase', { text: message.text });
      await c.say(upper);
    },
  }),
  defineBot({
    id: 'companion',
    async onCustomerMessage(c) {
      const human = await c.requestAgent({
        queueId: 'support',
        timeout: '2 minutes',
        until: 'completed',
      });
      await c.say(`The human: ${human.outcome}.`);
    },
    async onAgentLeft(c) {
      await c.say('onAgentLeft was called.');
    },
  }),
  defineBot({
    id: 'reminds',
    async onCustomerMessage(c) {
      await c.remind('later', '1 minute', { about: 'tea' });
    },
    async onReminder(c, event) {
      await c.say(`Remember: ${JSON.stringify(event.data)}`);
    },
  }),
  defineBot({
    id: 'slow-hook',
    async onCustomerInactive(c) {
      await (c as DialogueContext).call('never', {}, { attempts: 100 });
    },
  }),
  defineBot({
    id: 'farewell',
    async onClosing(c) {
      await c.say('Goodbye.');
    },
  }),
];

export const bots: ReadonlyMap<string, BotDefinition> = new Map(list.map((bot) => [bot.id, bot]));
