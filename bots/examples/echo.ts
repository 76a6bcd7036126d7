import { defineBot } from '../../workflows/conversation/define-bot';

/** Says back what it hears: the smallest bot there is. */
export default defineBot({
  id: 'echo',
  async onCustomerMessage(c, message) {
    await c.say(
      message.text === ''
        ? `I got a ${message.body.type.toLowerCase()}.`
        : `You said: ${message.text}`,
    );
  },
});
