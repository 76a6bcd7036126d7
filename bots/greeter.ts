import { type DialogueContext, defineBot } from '../workflows/conversation/define-bot';

const BILLING = { id: 'billing', title: 'Billing' };
const HOURS = { id: 'hours', title: 'Opening hours' };
const HUMAN = { id: 'human', title: 'Talk to a human' };

/** Greets, offers a menu, finds a human, and asks how it went after the human has left. */
export default defineBot({
  id: 'greeter',

  async onConversationStarted(c) {
    await c.say(
      c.customer.name
        ? `Hello ${c.customer.name}! I am the assistant.`
        : 'Hello! I am the assistant.',
    );
    await menu(c);
  },

  async onCustomerMessage(c, message) {
    const shownAt = c.slots['menuShownAt'];
    if (typeof shownAt === 'string' && message.at <= shownAt) return; // the menu was the answer to this one already
    await menu(c);
  },

  async onAgentLeft(c) {
    const rating = await c.ask('How did we do? 1 is poor, 5 is great.', {
      choices: ['1', '2', '3', '4', '5'],
      timeout: '1 day',
      saveAs: 'csat',
    });
    if (rating.timedOut) return c.end('INACTIVITY');
    await c.say(
      rating.invalid ? 'Thank you for writing to us.' : 'Thank you! That helps us to get better.',
    );
    await c.end('CUSTOMER');
  },

  async onNoAgentAvailable(c) {
    await c.say('Nobody is free right now. We will write back tomorrow.');
  },
});

async function menu(c: DialogueContext): Promise<void> {
  await c.setSlot({ menuShownAt: new Date().toISOString() });
  const topic = await c.ask('What can we do for you?', {
    choices: [BILLING, HOURS, HUMAN],
    timeout: '5 minutes',
  });
  if (topic.timedOut) return c.end('INACTIVITY');
  switch (topic.value) {
    case HOURS.id:
      await c.say('We are here Monday to Friday, 9:00 to 17:00.');
      return;
    case BILLING.id:
      await c.setData({ topic: 'billing' });
      return findHuman(c, 'billing');
    default: // the human was asked for, or three answers were none of the choices
      return findHuman(c);
  }
}

async function findHuman(c: DialogueContext, queueId?: string): Promise<void> {
  await c.say('One moment, I am looking for a colleague.');
  const wanted = c.requestAgent({
    ...(queueId ? { queueId } : {}),
    timeout: '3 minutes',
    tellWait: true,
  });
  // A webchat shows the wait by itself.
  if (c.session?.channelType !== 'WEB') await tellWait(c);
  const found = await wanted;
  if (found.outcome === 'timedOut')
    await c.say('Nobody is free right now. We will write back tomorrow.');
}

/** Says how long it takes where others come first. */
async function tellWait(c: DialogueContext): Promise<void> {
  const wait = await c.estimatedWait();
  if (!wait || wait.position < 2) return;
  const minutes = Math.max(1, Math.ceil(wait.ewtSeconds / 60));
  const about = minutes === 1 ? 'about a minute' : `about ${minutes} minutes`;
  await c.say(`You are number ${wait.position} in the queue. It takes ${about}.`);
}
