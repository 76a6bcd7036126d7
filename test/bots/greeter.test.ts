import { useBotChat } from '../support/bot-chat';

const chats = useBotChat();

describe('greeter', () => {
  it('greets, shows the menu and answers about opening hours', async () => {
    const chat = await chats.start('greeter');
    await chat.arrives();
    expect(await chat.botSaid()).toEqual(['Hello! I am the assistant.', 'What can we do for you?']);
    await chat.says('2');
    expect(await chat.botSaid()).toEqual(['We are here Monday to Friday, 9:00 to 17:00.']);
    expect(await chat.state()).toBe('CREATED');
  });

  it('asks again when the answer is none of the choices', async () => {
    const chat = await chats.start('greeter');
    await chat.arrives();
    await chat.botSaid();
    await chat.says('pizza');
    expect(await chat.botSaid()).toEqual(['What can we do for you?']);
  });

  it('hands over to a human and asks how it went', async () => {
    const chat = await chats.start('greeter', {
      queueId: 'support',
      wrapUp: { enabled: false, seconds: 60, formId: null },
    });
    await chat.arrives();
    await chat.says('billing');
    expect((await chat.botSaid()).at(-1)).toBe('One moment, I am looking for a colleague.');
    expect(await chat.data()).toMatchObject({ topic: 'billing' });
    await chat.agentJoins('agt_ana');
    expect(await chat.state()).toBe('ACTIVE');
    await chat.agentSays('agt_ana', 'Hi, this is Ana.');
    await chat.agentLeaves('agt_ana');
    expect(await chat.botSaid()).toEqual(['How did we do? 1 is poor, 5 is great.']);
    await chat.says('5');
    expect(await chat.botSaid()).toEqual(['Thank you! That helps us to get better.']);
    expect(await chat.data()).toMatchObject({ csat: '5' });
    expect(await chat.state()).toBe('CLOSED');
  });

  it('says so when nobody is free', async () => {
    const chat = await chats.start('greeter', { queueId: 'support' });
    await chat.arrives();
    await chat.says('Talk to a human');
    await chat.botSaid();
    await chat.passes('181 seconds');
    expect(await chat.botSaid()).toEqual([
      'Nobody is free right now. We will write back tomorrow.',
    ]);
  });

  it('ends the conversation when the menu goes unanswered', async () => {
    const chat = await chats.start('greeter');
    await chat.arrives();
    await chat.passes('6 minutes');
    expect(await chat.state()).toBe('CLOSED');
  });
});
