import type { Fault } from './fault';

const MESSAGES = 1_500;
const MESSAGES_LONG = 100_000;
const AT_ONCE = 20;

export const longConversation: Fault = {
  id: 'F18',
  what: 'a conversation of very many messages (100,000 in the long form); kill the workers; one more message',
  goal: '5 s',
  async play({ scene, stage, long }) {
    await scene.enter(['generic'], 1);
    const [customer] = scene.customers;
    if (!customer) throw new Error('nobody came in');
    await scene.say(customer);
    await scene.know(customer);
    const count = long ? MESSAGES_LONG : Math.max(MESSAGES, scene.size.messages);
    for (let n = 0; n < count; n += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, () => scene.say(customer)));
    await Promise.all([stage.parts['worker-a'].kill(), stage.parts['worker-b'].kill()]);
    await scene.say(customer);
    await stage.ready();
  },
};
