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

  it.each([
    [
      'as long as others come first',
      { position: 3, ewtSeconds: 610 },
      'SMS',
      'You are number 3 in the queue. It takes about 11 minutes.',
    ],
    [
      'in a minute at least',
      { position: 2, ewtSeconds: 5 },
      'SMS',
      'You are number 2 in the queue. It takes about a minute.',
    ],
    ['not to the next one', { position: 1, ewtSeconds: 300 }, 'SMS', null],
    ['not where nobody can say', null, 'SMS', null],
    ['not in webchat, which shows it by itself', { position: 3, ewtSeconds: 610 }, 'WEB', null],
  ] as const)('tells how long it takes: %s', async (_, wait, channelType, said) => {
    chats.archive.wait = wait;
    const chat = await chats.start('greeter', { queueId: 'support', channelType });
    await chat.arrives();
    await chat.says('Talk to a human');
    const all = ['One moment, I am looking for a colleague.', ...(said ? [said] : [])];
    expect((await chat.botSaid()).slice(-all.length)).toEqual(all);
    expect((await chat.conversation())?.tasks).toMatchObject([{ tellWait: true }]);
  });

  it('ends the conversation when the menu goes unanswered', async () => {
    const chat = await chats.start('greeter');
    await chat.arrives();
    await chat.passes('6 minutes');
    expect(await chat.state()).toBe('CLOSED');
  });
});
